package io.github.glimpse.chat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Remembers what it hears. */
class RecordingHandler implements StreamingChatResponseHandler {

    private static final int PATIENCE_SECONDS = 60;

    final List<String> texts = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    final List<ChatResponse> responses = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private final CompletableFuture<ChatResponse> response = new CompletableFuture<>();
    private final CompletableFuture<Throwable> error = new CompletableFuture<>();

    @Override
    public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
        threads.add(Thread.currentThread());
        texts.add(partial.text());
        onPartialResponse(partial.text());
    }

    @Override
    public void onCompleteResponse(ChatResponse complete) {
        threads.add(Thread.currentThread());
        responses.add(complete);
        response.complete(complete);
    }

    @Override
    public void onError(Throwable failure) {
        threads.add(Thread.currentThread());
        errors.add(failure);
        error.complete(failure);
    }

    String text() {
        return String.join("", texts);
    }

    ChatResponse response() {
        return get(response);
    }

    Throwable error() {
        return get(error);
    }

    static void awaitUnchecked(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("gave up waiting");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
