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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application in a process of its own that asks its models all the time until it is stopped. */
final class BusyApplication {

    static final String READY = "ready";
    private static final int THREADS = 4;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final Path CAR = TinyModel.QWEN.resolve("cases/017/a.png");

    private BusyApplication() {}

    static Process start(Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                BusyApplication.class.getName(),
                folder.resolve("model").toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** A model whose steps take long enough for a native call to be under way at nearly any time. */
    static void write(Path folder) {
        var unused = RandomModelFolder.ofShape("qwen2.5-vl-tiny")
                .tokenizerFrom(TinyModel.QWEN.resolve("model"))
                .decoder(2048, 2, 16, 2, 8192)
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
                        "glimpse.concurrency.max-active=" + THREADS,
                        "glimpse.pruning.canary-ratio=0.5")
                .run();
        ChatModel chat = context.getBean(ChatModel.class);
        StreamingChatModel streaming = context.getBean(StreamingChatModel.class);
        UserMessage question = UserMessage.from(
                ImageContent.from(Base64.getEncoder().encodeToString(Files.readAllBytes(CAR)), "image/png"),
                TextContent.from("word ".repeat(200)));
        ChatRequest request = ChatRequest.builder().messages(question).build();
        for (int i = 0; i < THREADS; i++) {
            endlessly(() -> chat.chat(request));
            endlessly(() -> {
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
        System.out.println(READY);
    }

    private static void endlessly(Runnable work) {
        new Thread(() -> {
                    while (true) {
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            // The queue was full, or all is over: the next try will tell.
                            LockSupport.parkNanos(PAUSE_NANOS);
                        }
                    }
                })
                .start();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
