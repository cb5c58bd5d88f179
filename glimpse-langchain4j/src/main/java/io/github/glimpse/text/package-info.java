/**
 * From messages to token ids and back.
 *
 * <p>{@link io.github.glimpse.text.ChatTemplate} renders messages with the template of a model folder. Knows only the
 * root room. The classes whose names begin with {@code Jinja} are the interpreter behind the chat templates: they know
 * no Java objects but their own values, so a template from anywhere can be rendered.
 */
@NullMarked
package io.github.glimpse.text;

import org.jspecify.annotations.NullMarked;
