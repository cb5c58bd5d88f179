package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of chat requests: unknown names are listed in the answer. */
class RequestFieldsTest {

    private static List<String> warnings(String fields) {
        String body = "{" + fields + ", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
        try {
            return ChatCall.read(
                            JsonField.root(new ObjectMapper().readTree(body)),
                            "a key",
                            1_000,
                            OpenAiOptions.History.REFUSE)
                    .warnings();
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode answer(List<String> warnings, ChatResponseMetadata metadata) {
        return AnswerJson.of("tiny", false, warnings)
                .whole(ChatResponse.builder()
                        .aiMessage(AiMessage.from("42"))
                        .metadata(metadata)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"top_K\": 5", "\"temprature\": 0.5", "\"verbosity\": \"low\"", "\"x\": {\"a\": []}"})
    void aNameThatIsNotKnownIsAWarning(String field) {
        String name = field.substring(1, field.indexOf('"', 1));

        assertThat(warnings(field)).containsExactly("The field '" + name + "' is not known and was ignored");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"user\": \"u\"",
                "\"metadata\": {}",
                "\"store\": false",
                "\"service_tier\": \"auto\"",
                "\"top_K\": null"
            })
    void officialNamesAndNullAreNone(String field) {
        assertThat(warnings(field)).isEmpty();
    }

    @Test
    void anAnswerListsThoseOfItsRequestAndOfItsModel() {
        GlimpseChatResponseMetadata own = GlimpseChatResponseMetadata.builder()
                .warnings(List.of("of the model"))
                .build();

        assertThat(answer(List.of("of the request"), own).at("/glimpse/warnings"))
                .extracting(text -> text.textValue())
                .containsExactly("of the request", "of the model");
        assertThat(answer(List.of(), GlimpseChatResponseMetadata.builder().build())
                        .at("/glimpse/warnings")
                        .isArray())
                .isTrue();
    }

    @Test
    void anAnswerOfAnotherModelListsThoseOfItsRequest() {
        ChatResponseMetadata other = ChatResponseMetadata.builder().build();

        assertThat(answer(List.of("a"), other).at("/glimpse/warnings/0").textValue())
                .isEqualTo("a");
        assertThat(answer(List.of(), other).has("glimpse")).isFalse();
    }
}
