package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.testing.RandomModelFolder;
import io.github.glimpse.testing.TerminatedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application in a process of its own that asks its models all the time until it is stopped. */
final class BusyApplication {

    private static final int THREADS = 4;
    private static final Path CAR = TinyModel.QWEN.resolve("cases/017/a.png");

    private BusyApplication() {}

    static void write(Path folder) {
        var unused = TerminatedProcess.model()
                .tokenizerFrom(TinyModel.QWEN.resolve("model"))
                .write(folder.resolve("model"));
    }

    public static void main(String[] arguments) throws IOException {
        Path model = Path.of(arguments[0]);
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "spring.lifecycle.timeout-per-shutdown-phase=3s",
                        "glimpse.model.location=" + model,
                        "glimpse.model.pruning-module=" + model.resolve(RandomModelFolder.MODULE),
                        "glimpse.serving.max-running=" + THREADS,
                        "glimpse.pruning.canary-ratio=0.5")
                .run();
        ChatModel chat = context.getBean(ChatModel.class);
        StreamingChatModel streaming = context.getBean(StreamingChatModel.class);
        UserMessage question = UserMessage.from(
                ImageContent.from(Base64.getEncoder().encodeToString(Files.readAllBytes(CAR)), "image/png"),
                TextContent.from("word ".repeat(200)));
        ChatRequest request = ChatRequest.builder().messages(question).build();
        for (int i = 0; i < THREADS; i++) {
            TerminatedProcess.endlessly(() -> chat.chat(request));
            TerminatedProcess.endlessly(() -> {
                CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
                streaming.chat(request, new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String text) {}

                    @Override
                    public void onCompleteResponse(ChatResponse complete) {
                        answer.complete(complete);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }
                });
                answer.join();
            });
        }
        System.out.println(TerminatedProcess.READY);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
