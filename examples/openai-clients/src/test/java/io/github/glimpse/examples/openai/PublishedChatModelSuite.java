package io.github.glimpse.examples.openai;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LangChain4j's published suite for chat models, by its client for OpenAI, on some servers. */
abstract class PublishedChatModelSuite extends AbstractChatModelIT {

    private final List<ScriptedServer> servers;

    PublishedChatModelSuite(ScriptedServer... servers) {
        this.servers = List.of(servers);
    }

    @AfterAll
    void close() {
        servers.forEach(ScriptedServer::close);
    }

    private static OpenAiChatModel.OpenAiChatModelBuilder builder(ScriptedServer server) {
        return OpenAiChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("none")
                .modelName(ScriptedServer.MODEL)
                .maxRetries(0);
    }

    @Override
    protected List<ChatModel> models() {
        return servers.stream()
                .<ChatModel>map(server -> builder(server).build())
                .toList();
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return builder(servers.get(0)).defaultRequestParameters(parameters).build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return OpenAiChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected boolean supportsModelNameParameter() {
        return false; // one model per server
    }

    @Override
    protected boolean assertExceptionType() {
        return false; // what the server refuses is an InvalidRequestException to its client
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false; // URLs are not fetched
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return OpenAiChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(ChatModel model) {
        return OpenAiTokenUsage.class;
    }

    /** The API has an answer of its own for that. */
    @Override
    @ParameterizedTest
    @MethodSource("models")
    protected void should_fail_if_modelName_is_not_supported(ChatModel model) {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("Hello"))
                .modelName("dummy")
                .build();

        assertThatThrownBy(() -> model.chat(request)).hasMessageContaining("model_not_found");
    }
}
