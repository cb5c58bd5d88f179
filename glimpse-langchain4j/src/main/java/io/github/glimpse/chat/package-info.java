/**
 * The LangChain4j surface: chat models as plain views of one {@link io.github.glimpse.generate.LoadedModel}, request
 * parameters and response metadata with what pruning adds, and the mapping of messages, answers and errors. Entry:
 * {@link io.github.glimpse.chat.GlimpseChatModel} and {@link io.github.glimpse.chat.GlimpseStreamingChatModel}.
 */
@NullMarked
package io.github.glimpse.chat;

import org.jspecify.annotations.NullMarked;
