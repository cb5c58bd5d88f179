package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractBaseChatModelIT;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.generate.LoadedModel;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** LangChain4j's published suite for chat models. */
@ExtendWith(NeedsKnowledge.class)
class PublishedChatModelIT extends AbstractChatModelIT {

    private final LoadedModel qwen = TinyModels.qwen();
    private final LoadedModel llava =
            LoadedModel.load(TinyModels.options(TinyModels.LLAVA).build());

    @AfterAll
    void close() {
        qwen.close();
        llava.close();
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(
                GlimpseChatModel.builder().model(qwen).build(),
                GlimpseChatModel.builder().model(llava).build());
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return GlimpseChatModel.builder()
                .model(qwen)
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
    protected boolean supportsTools() {
        return false;
    }

    @Override
    protected boolean supportsToolChoiceRequired() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormat() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormatWithSchema() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormatWithRawSchema() {
        return false;
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

    @Test
    void everyTestThatIsSwitchedOffStillExists() {
        Stream<Class<?>> suites = Stream.of(AbstractBaseChatModelIT.class, AbstractStreamingChatModelIT.class);
        List<String> published = suites.flatMap(suite -> Stream.of(suite.getDeclaredMethods()))
                .map(Method::getName)
                .toList();

        assertThat(published).containsAll(NeedsKnowledge.TESTS.keySet());
    }
}
