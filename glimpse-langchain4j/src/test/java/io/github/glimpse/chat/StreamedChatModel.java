package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.generate.LoadedModel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Asks a streaming model and waits, so that suites for chat models alone are run on streams too. */
class StreamedChatModel implements ChatModel {

    private final GlimpseStreamingChatModel model;

    StreamedChatModel(LoadedModel engine) {
        model = GlimpseStreamingChatModel.builder().model(engine).build();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        StringBuilder pieces = new StringBuilder();
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        model.doChat(request, new StreamingChatResponseHandler() {

            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                answer.completeExceptionally(error);
            }
        });
        ChatResponse response = answer.join();
        String text = response.aiMessage().text();
        assertThat(pieces).hasToString(text == null ? "" : text);
        return response;
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return model.defaultRequestParameters();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return model.supportedCapabilities();
    }
}
