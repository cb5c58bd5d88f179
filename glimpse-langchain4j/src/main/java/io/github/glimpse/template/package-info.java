/**
 * From the messages of a conversation to the text of a prompt, by the chat template of the model.
 *
 * <p>Entry type: {@link io.github.glimpse.template.ConversationRenderer}. What a template reads is probed once
 * ({@link io.github.glimpse.template.TemplateProfile}); a template that refuses or loses a message is served by repairs that are
 * reported ({@link io.github.glimpse.template.RenderedConversation}). Knows neither tokens nor images.
 */
@NullMarked
package io.github.glimpse.template;

import org.jspecify.annotations.NullMarked;
