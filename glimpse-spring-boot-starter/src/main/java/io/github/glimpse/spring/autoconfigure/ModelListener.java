package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.listener.ChatModelListener;

/**
 * A listener of Glimpse's models and of no others. As a bean of LangChain4j's type it would hear those of other providers too,
 * whose starters take every {@link ChatModelListener}.
 *
 * @param listener comes after the application's
 */
record ModelListener(ChatModelListener listener) {}
