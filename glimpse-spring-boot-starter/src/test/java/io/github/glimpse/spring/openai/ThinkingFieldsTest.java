package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of the endpoint for thoughts: of answers under both names that clients read, of messages under three. */
class ThinkingFieldsTest {

    private static final AnswerJson JSON = AnswerJson.of("tiny", false, List.of());

    private static ChatResponse response(AiMessage message, int reasoningTokens) {
        return ChatResponse.builder()
                .aiMessage(message)
                .metadata(ChatResponseMetadata.builder()
                        .finishReason(FinishReason.STOP)
                        .tokenUsage(new GlimpseTokenUsage(10, 8, 0, 0, reasoningTokens))
                        .build())
                .build();
    }

    @Test
    void anAnswerHasItsThoughtBesideTheContent() {
        ObjectNode whole = JSON.whole(
                response(AiMessage.builder().text("42").thinking("Six sevens.").build(), 5));
        JsonNode message = whole.at("/choices/0/message");

        assertThat(message.path("content").textValue()).isEqualTo("42");
        assertThat(message.path("reasoning_content").textValue()).isEqualTo("Six sevens.");
        assertThat(message.path("reasoning").textValue()).isEqualTo("Six sevens.");
        assertThat(whole.at("/usage/completion_tokens_details/reasoning_tokens").intValue())
                .isEqualTo(5);
    }

    @Test
    void anAnswerWithoutAThoughtHasNoFieldForIt() {
        ObjectNode whole = JSON.whole(response(AiMessage.from("42"), 0));

        assertThat(whole.at("/choices/0/message").has("reasoning_content")).isFalse();
        assertThat(whole.path("usage").has("completion_tokens_details")).isFalse();
    }

    @Test
    void aPieceOfAThoughtSharesNoChunkWithText() {
        JsonNode delta = JSON.thinking("Six").at("/choices/0/delta");

        assertThat(delta.path("reasoning_content").textValue()).isEqualTo("Six");
        assertThat(delta.path("reasoning").textValue()).isEqualTo("Six");
        assertThat(delta.has("content")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning_content", "reasoning", "thinking"})
    void anEarlierAnswerKeepsItsThought(String field) throws IOException {
        JsonNode body = new ObjectMapper()
                .readTree("{\"messages\": [{\"role\": \"assistant\", \"content\": \"42\", \"" + field
                        + "\": \"Six sevens.\"}]}");
        List<ChatMessage> messages =
                new MessageReader().read(JsonField.root(body).at("messages"));

        assertThat(messages)
                .isEqualTo(List.of(
                        AiMessage.builder().text("42").thinking("Six sevens.").build()));
    }
}
