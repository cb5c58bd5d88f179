package io.github.glimpse.chat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's published suite for chat models, on some engines, of which the first makes models with other defaults too. */
abstract class PublishedChatModelSuite extends AbstractChatModelIT {

    private final List<LoadedModel> engines;

    PublishedChatModelSuite(LoadedModel... engines) {
        this.engines = List.of(engines);
    }

    @AfterAll
    void close() {
        engines.forEach(LoadedModel::close);
    }

    @Override
    protected List<ChatModel> models() {
        return engines.stream()
                .<ChatModel>map(
                        engine -> GlimpseChatModel.builder().model(engine).build())
                .toList();
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return GlimpseChatModel.builder()
                .model(engines.get(0))
                .defaultRequestParameters(parameters)
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
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return GlimpseChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(ChatModel model) {
        return GlimpseTokenUsage.class;
    }
}
