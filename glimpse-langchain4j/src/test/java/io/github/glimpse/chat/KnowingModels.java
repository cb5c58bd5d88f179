package io.github.glimpse.chat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.testing.Sample;
import java.util.List;

/** Decoders of both families, with the knowledge that LangChain4j's suites of AI services ask for. */
final class KnowingModels implements AutoCloseable {

    private final List<LoadedModel> engines = List.of(Knowledge.in(TinyModels.QWEN), Knowledge.in(TinyModels.LLAVA));

    /** Both, and the first by its streams; the default build has the last of these. */
    List<ChatModel> models() {
        List<ChatModel> models = List.of(
                new StreamedChatModel(engines.get(0)),
                GlimpseChatModel.builder().model(engines.get(1)).build(),
                GlimpseChatModel.builder().model(engines.get(0)).build());
        return Sample.of("models of LangChain4j's suites", models, model -> "any");
    }

    List<StreamingChatModel> streamingModels() {
        List<StreamingChatModel> models = engines.stream()
                .<StreamingChatModel>map(engine ->
                        GlimpseStreamingChatModel.builder().model(engine).build())
                .toList();
        return Sample.of("streaming models of LangChain4j's suites", models, model -> "any");
    }

    @Override
    public void close() {
        engines.forEach(LoadedModel::close);
    }
}
