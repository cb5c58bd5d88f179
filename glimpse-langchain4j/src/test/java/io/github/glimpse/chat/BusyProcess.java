package io.github.glimpse.chat;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.testing.RandomModelFolder;
import io.github.glimpse.testing.TerminatedProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** An application in a process of its own, with the library alone, that asks all its models all the time until it is stopped. */
final class BusyProcess {

    private static final int THREADS = 4;
    private static final int ENDLESS = 100_000;

    private BusyProcess() {}

    static void write(Path folder) {
        var unused = TerminatedProcess.model().write(folder.resolve("model"));
    }

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        RuntimeOptions cpu = new RuntimeOptions("cpu", 2, RuntimeOptions.NativeDownload.FORBIDDEN);
        LoadedModel engine = LoadedModel.load(EngineOptions.builder(folder)
                .module(folder.resolve(RandomModelFolder.MODULE))
                .runtime(cpu)
                .maxRunning(THREADS)
                .maxQueued(2 * THREADS)
                .canaryRatio(0.5)
                .build());
        EmbeddingEngine vectors =
                EmbeddingEngine.load(EmbeddingOptions.builder(TinyModels.QWEN.resolveSibling("clip-tiny/model"))
                        .runtime(cpu)
                        .build());
        GlimpseChatModel chat = GlimpseChatModel.builder().model(engine).build();
        GlimpseStreamingChatModel streaming =
                GlimpseStreamingChatModel.builder().model(engine).build();
        GlimpseEmbeddingModel embedding =
                GlimpseEmbeddingModel.builder().engine(vectors).build();
        ImageContent picture = TinyModels.image(TinyModels.QWEN, "017/a.png");
        UserMessage question = UserMessage.from(picture, TextContent.from("word ".repeat(200)));
        for (int i = 0; i < THREADS; i++) {
            int most = i % 2 == 0 ? 4 : ENDLESS;
            TerminatedProcess.endlessly(() -> chat.chat(request(question, most)));
            TerminatedProcess.endlessly(() -> {
                RecordingHandler handler = new RecordingHandler();
                streaming.chat(request(question, 4), handler);
                handler.response();
            });
        }
        TerminatedProcess.endlessly(() -> embedding.embed(EmbeddingRequest.builder()
                .inputs(List.of(EmbeddingInput.from("a red car"), EmbeddingInput.from(picture)))
                .build()));
        TerminatedProcess.endlessly(() -> {
            LoadedModel other = LoadedModel.deferred(
                    EngineOptions.builder(folder).runtime(cpu).build(), UnaryOperator.identity());
            other.startLoading();
            other.whenLoaded().toCompletableFuture().join();
            other.close();
        });
        chat.chat(request(question, 1));
        System.out.println(TerminatedProcess.READY);
    }

    private static ChatRequest request(UserMessage question, int most) {
        return ChatRequest.builder()
                .messages(question)
                .parameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(most)
                        .build())
                .build();
    }
}
