package io.github.glimpse.chat;

import dev.langchain4j.model.chat.listener.ChatModelListener;

/**
 * A listener that also hears how each request ended, streams that were cancelled included, of which LangChain4j's callbacks
 * say nothing. Given to a model's {@code listeners} like any other. Called once per request, by several threads at once, right
 * before the caller hears; what it throws is logged.
 */
@FunctionalInterface
public interface RequestOutcomeListener extends ChatModelListener {

    /** A request ended. */
    void onOutcome(RequestOutcome outcome);
}
