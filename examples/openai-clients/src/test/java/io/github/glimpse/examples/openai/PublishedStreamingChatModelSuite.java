package io.github.glimpse.examples.openai;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LangChain4j's published suite for streaming chat models, by its client for OpenAI, on some servers. */
abstract class PublishedStreamingChatModelSuite extends AbstractStreamingChatModelIT {

    private final List<ScriptedServer> servers;

    PublishedStreamingChatModelSuite(ScriptedServer... servers) {
        this.servers = List.of(servers);
    }

    @AfterAll
    void close() {
        servers.forEach(ScriptedServer::close);
    }

    private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder builder(ScriptedServer server) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("none")
                .modelName(ScriptedServer.MODEL);
    }

    @Override
    protected List<StreamingChatModel> models() {
        return servers.stream()
                .<StreamingChatModel>map(server -> builder(server).build())
                .toList();
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return builder(servers.get(0)).defaultRequestParameters(parameters).build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return builder(servers.get(0)).listeners(List.of(listener)).build();
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
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return OpenAiChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(StreamingChatModel model) {
        return OpenAiTokenUsage.class;
    }

    /** The API has an answer of its own for that. */
    @Override
    @ParameterizedTest
    @MethodSource("models")
    protected void should_fail_if_modelName_is_not_supported(StreamingChatModel model) {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("Hello"))
                .modelName("dummy")
                .build();

        assertThatThrownBy(() -> chat(model, request)).hasMessageContaining("model_not_found");
    }
}
