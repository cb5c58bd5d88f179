package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.sampling.AnswerToken;
import io.github.glimpse.sampling.EndOptions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rules for the end of an answer: least tokens, stop ids, end-of-turn tokens that are ignored, stop texts that stay. */
class AnswerEndIT {

    private static final String SCRIPT = "One, two, three.";
    private static final int LEAST = 40;

    private static ChatResponse answer(GlimpseChatRequestParameters.Builder parameters) {
        EngineOptions options =
                EngineOptions.builder(TinyModels.QWEN.resolve("model")).build();
        try (LoadedModel engine = ScriptedModel.load(options, prompt -> SCRIPT)) {
            return GlimpseChatModel.builder()
                    .model(engine)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from("Count."))
                            .parameters(parameters.maxOutputTokens(60).build())
                            .build());
        }
    }

    private static GlimpseChatRequestParameters.Builder parameters() {
        return GlimpseChatRequestParameters.builder();
    }

    private static GlimpseChatResponseMetadata metadata(ChatResponse response) {
        return (GlimpseChatResponseMetadata) response.metadata();
    }

    private static List<AnswerToken> tokens(ChatResponse response) {
        return Objects.requireNonNull(metadata(response).likelihood()).tokens();
    }

    private static String text(List<AnswerToken> tokens) {
        return tokens.stream().map(AnswerToken::text).collect(Collectors.joining());
    }

    @Test
    void anAnswerDoesNotEndBeforeItsLeastTokens() {
        assertThat(answer(parameters()).tokenUsage().outputTokenCount()).isLessThan(LEAST);

        ChatResponse response = answer(parameters().minOutputTokens(LEAST));

        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(LEAST + 1);
        assertThat(response.aiMessage().text()).startsWith(SCRIPT);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void anAnswerGoesOnToTheLimitWhereEndsAreIgnored() {
        ChatResponse response = answer(parameters().ending(new EndOptions(null, true, null)));

        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(60);
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void anIdEndsTheAnswerAndIsNoPartOfIt() {
        List<AnswerToken> all = tokens(answer(parameters()));
        int place = all.size() / 2;
        int id = all.get(place).id();
        int first = all.stream().map(AnswerToken::id).toList().indexOf(id);
        List<Integer> ids = List.of(id);

        ChatResponse without = answer(parameters().ending(new EndOptions(ids, null, null)));
        ChatResponse with = answer(parameters().ending(new EndOptions(ids, null, true)));

        assertThat(without.aiMessage().text()).isEqualTo(text(all.subList(0, first)));
        assertThat(without.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(with.aiMessage().text()).isEqualTo(text(all.subList(0, first + 1)));
        ChatResponse later = answer(parameters().minOutputTokens(LEAST).ending(new EndOptions(ids, null, null)));
        assertThat(later.tokenUsage().outputTokenCount()).isGreaterThan(LEAST);
        assertThat(tokens(later).subList(0, LEAST)).extracting(AnswerToken::id).doesNotContain(id);
    }

    @Test
    void aStopTextStaysWhereItIsAskedFor() {
        assertThat(answer(parameters().stopSequences(", tw")).aiMessage().text())
                .isEqualTo("One");
        assertThat(answer(parameters().stopSequences(", tw").ending(new EndOptions(null, null, true)))
                        .aiMessage()
                        .text())
                .isEqualTo("One, tw");
    }

    @Test
    void aFormSaysWhereItEndsAndTheRulesAreAWarning() {
        ChatResponse response = answer(parameters().choice(List.of("yes", "no")).minOutputTokens(LEAST));

        assertThat(response.aiMessage().text()).isIn("yes", "no");
        assertThat(metadata(response).warnings()).singleElement().asString().contains("min-output-tokens");
    }
}
