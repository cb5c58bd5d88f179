package io.github.glimpse.chat;

import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what it was called for, in order. */
final class CountingListener implements ChatModelListener {

    final List<String> calls = new CopyOnWriteArrayList<>();

    @Override
    public void onRequest(ChatModelRequestContext context) {
        calls.add("request");
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        calls.add("response");
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        calls.add("error");
    }
}
