package io.github.glimpse.chat;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/**
 * LangChain4j's published suite for streaming chat models, on some engines, of which the first makes models with other defaults
 * too. One of its tests waits 30 seconds for what must not come.
 */
abstract class PublishedStreamingChatModelSuite extends AbstractStreamingChatModelIT {

    private final List<LoadedModel> engines;

    PublishedStreamingChatModelSuite(LoadedModel... engines) {
        this.engines = List.of(engines);
    }

    @AfterAll
    void close() {
        engines.forEach(LoadedModel::close);
    }

    @Override
    protected List<StreamingChatModel> models() {
        return engines.stream()
                .<StreamingChatModel>map(engine ->
                        GlimpseStreamingChatModel.builder().model(engine).build())
                .toList();
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return GlimpseStreamingChatModel.builder()
                .model(engines.get(0))
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return GlimpseStreamingChatModel.builder()
                .model(engines.get(0))
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return GlimpseChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected boolean supportsModelNameParameter() {
        return false; // one model per instance
    }

    @Override
    protected boolean supportsJsonResponseFormat() {
        return engines.get(0).keepsForms();
    }

    @Override
    protected boolean supportsJsonResponseFormatWithSchema() {
        return engines.get(0).keepsForms();
    }

    @Override
    protected boolean supportsJsonResponseFormatWithRawSchema() {
        return engines.get(0).keepsForms();
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false; // URLs are not fetched
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return GlimpseChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(StreamingChatModel model) {
        return GlimpseTokenUsage.class;
    }
}
