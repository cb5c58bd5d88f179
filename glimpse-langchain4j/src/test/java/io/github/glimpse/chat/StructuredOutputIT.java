package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.ConstraintReport;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Typed answers of untrained models, which only the mask makes valid. */
class StructuredOutputIT {

    private static LoadedModel engine;

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    enum Kind {
        INVOICE,
        RECEIPT
    }

    record Line(
            @JsonProperty(required = true) String article,
            @JsonProperty(required = true) long count) {}

    record Paper(
            @JsonProperty(required = true) Kind kind,
            @JsonProperty(required = true) LocalDate day,
            @JsonProperty(required = true) UUID number,
            @JsonProperty(required = true) List<Line> lines,
            Map<String, Object> more) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Circle.class, name = "circle"),
        @JsonSubTypes.Type(value = Square.class, name = "square")
    })
    interface Shape {}

    record Circle(@JsonProperty(required = true) double radius) implements Shape {}

    record Square(@JsonProperty(required = true) double side) implements Shape {}

    record Person(@JsonProperty(required = true) String name, List<Person> children) {}

    interface Reader {

        Paper paper(String question);

        List<Line> lines(String question);

        Kind kind(String question);

        boolean isPaid(String question);

        Shape shape(String question);

        Person person(String question);
    }

    private static GlimpseChatModel model(long seed) {
        return GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .temperature(1.0)
                        .seed(seed)
                        .maxOutputTokens(400)
                        .build())
                .build();
    }

    @Test
    void answersComeAsTheTypesOfAService() {
        for (int seed = 0; seed < 4; seed++) {
            Reader reader = AiServices.create(Reader.class, model(seed));
            Paper paper = reader.paper("What is this?");
            assertThat(paper.kind()).isNotNull();
            assertThat(paper.day()).isNotNull();
            assertThat(paper.number()).isNotNull();
            assertThat(paper.lines()).isNotNull();
            assertThat(reader.lines("Which lines?")).isNotNull();
            assertThat(reader.kind("Which kind?")).isNotNull();
            reader.isPaid("Is it paid?");
            assertThat(reader.shape("Which shape?")).isInstanceOfAny(Circle.class, Square.class);
            assertThat(reader.person("Who is it?").name()).isNotNull();
        }
    }

    private static ChatResponse chat(ChatRequestParameters parameters) {
        return model(1).chat(ChatRequest.builder()
                .messages(UserMessage.from("Which kind of paper is it?"))
                .parameters(parameters)
                .build());
    }

    private static GlimpseChatResponseMetadata metadata(ChatResponse response) {
        return (GlimpseChatResponseMetadata) response.metadata();
    }

    private static ConstraintReport report(ChatResponse response) {
        return Objects.requireNonNull(metadata(response).constraint());
    }

    @Test
    void aChoiceIsOneOfItsTextsAndEachHasItsShare() {
        List<String> texts = List.of("invoice", "receipt", "invoices", "a delivery note");
        ChatResponse response =
                chat(GlimpseChatRequestParameters.builder().choice(texts).build());
        assertThat(texts).contains(response.aiMessage().text());
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(report(response).kind()).isEqualTo(AnswerForm.Kind.CHOICE);
        Map<String, Double> scores = metadata(response).choiceScores();
        assertThat(scores.keySet()).containsExactlyElementsOf(texts);
        assertThat(scores.values()).allSatisfy(share -> assertThat(share).isPositive());
        assertThat(scores.values().stream().mapToDouble(Double::doubleValue).sum())
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void theShareOfATextIsThatOfItsOwnTokens() {
        // The likelihood of an answer that has no other text is that of the tokens it was spelled with; of the text's
        // own
        // spelling among all texts the shares tell. With two texts the ratio of shares is what greedy decoding goes by
        // where they part at their first token.
        ChatRequestParameters parameters = GlimpseChatRequestParameters.builder()
                .choice(List.of("0", "1"))
                .temperature(0.0)
                .build();
        ChatResponse response = chat(parameters);
        Map<String, Double> scores = metadata(response).choiceScores();
        String likelier = scores.getOrDefault("0", 0.0) > scores.getOrDefault("1", 0.0) ? "0" : "1";
        assertThat(response.aiMessage().text()).isEqualTo(likelier);
        assertThat(Objects.requireNonNull(metadata(response).likelihood()).sequenceProbability())
                .isCloseTo(scores.getOrDefault(likelier, 0.0), within(1e-5));
    }

    /** The embedded model's tokenizer drops blanks and spells capitals of words by others. */
    @Test
    void everyTextOfAChoiceHasAShareHoweverItsTokenizerSpells() {
        List<String> texts =
                List.of("TOTAL", "SUM", "total due", "I cannot tell from this picture.", "a b", "Grüße", "日本");
        try (ModelSource embedded = ModelSource.embedded();
                LoadedModel loaded = LoadedModel.load(
                        EngineOptions.builder(embedded.directory()).build())) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(loaded)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from("Which of these?"))
                            .parameters(GlimpseChatRequestParameters.builder()
                                    .choice(texts)
                                    .build())
                            .build());
            assertThat(texts).contains(response.aiMessage().text());
            assertThat(metadata(response).choiceScores().keySet()).containsExactlyElementsOf(texts);
        }
    }

    /** Its vocabulary has each letter twice, as itself and as a byte; the shares are those of what it writes. */
    @Test
    void theEmbeddedModelGivesTheMostToTheTextThatItChooses() {
        List<String> letters =
                IntStream.rangeClosed('A', 'Z').mapToObj(Character::toString).toList();
        try (ModelSource embedded = ModelSource.embedded();
                LoadedModel loaded = LoadedModel.load(
                        EngineOptions.builder(embedded.directory()).build())) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(loaded)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from("Which letter is highest?"))
                            .parameters(GlimpseChatRequestParameters.builder()
                                    .choice(letters)
                                    .build())
                            .build());
            Map<String, Double> scores = metadata(response).choiceScores();
            assertThat(scores.getOrDefault(response.aiMessage().text(), 0.0))
                    .isEqualTo(Collections.max(scores.values()));
        }
    }

    @Test
    void anExpressionMatchesTheWholeAnswer() {
        ChatResponse response = chat(GlimpseChatRequestParameters.builder()
                .regex("[A-Z]{2}-[0-9]{4}")
                .build());
        assertThat(response.aiMessage().text()).matches("[A-Z]{2}-[0-9]{4}");
        assertThat(metadata(response).choiceScores()).isEmpty();
    }

    @Test
    void jsonWithoutASchemaIsOneObject() {
        ChatResponse response = chat(ChatRequestParameters.builder()
                .responseFormat(ResponseFormat.JSON)
                .maxOutputTokens(24)
                .build());
        assertThat(response.aiMessage().text()).startsWith("{").endsWith("}");
        assertThat(response.finishReason())
                .isEqualTo(report(response).truncated() ? FinishReason.LENGTH : FinishReason.STOP);
    }

    @Test
    void aFormThatDoesNotFitTheLimitIsRefused() {
        assertThatThrownBy(() -> chat(GlimpseChatRequestParameters.builder()
                        .choice(List.of("something that is long"))
                        .maxOutputTokens(5)
                        .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("up to 11 tokens")
                .hasMessageContaining("room for 5");
    }

    /** Counted by the tokens that spell it, and not by its 22 bytes. */
    @Test
    void aTextThatFitsTheLimitToTheTokenIsWritten() {
        for (int seed = 0; seed < 8; seed++) {
            ChatResponse response = model(seed)
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from("Which kind of paper is it?"))
                            .parameters(GlimpseChatRequestParameters.builder()
                                    .choice(List.of("something that is long", "something that is longer"))
                                    .maxOutputTokens(11)
                                    .build())
                            .build());
            assertThat(response.aiMessage().text()).startsWith("something that is long");
            assertThat(response.tokenUsage().outputTokenCount()).isLessThanOrEqualTo(11);
        }
    }

    @Test
    void aModelWithCrossAttentionClaimsNothingAndRefuses() {
        try (LoadedModel blip = TinyBlip.answers()) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(blip).build();
            assertThat(model.supportedCapabilities()).isEmpty();
            assertThatThrownBy(() -> model.chat(ChatRequest.builder()
                            .messages(UserMessage.from("What?"))
                            .responseFormat(ResponseFormat.JSON)
                            .build()))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("JSON response format");
        }
    }

    @Test
    void thePromptTellsTheModelOfTheFormUnlessItDoesSo() {
        int plain = chat(ChatRequestParameters.builder().maxOutputTokens(30).build())
                .tokenUsage()
                .inputTokenCount();
        ChatRequestParameters json = ChatRequestParameters.builder()
                .responseFormat(ResponseFormat.JSON)
                .maxOutputTokens(30)
                .build();
        assertThat(inputTokens(StructuredOptions.Describe.NEVER, "Which kind of paper is it?", json))
                .isEqualTo(plain);
        assertThat(inputTokens(StructuredOptions.Describe.ALWAYS, "Which kind of paper is it?", json))
                .isGreaterThan(plain);
    }

    private static int inputTokens(
            StructuredOptions.Describe describe, String question, ChatRequestParameters parameters) {
        return GlimpseChatModel.builder()
                .model(engine)
                .structured(StructuredOptions.builder().describe(describe).build())
                .build()
                .chat(ChatRequest.builder()
                        .messages(UserMessage.from(question))
                        .parameters(parameters)
                        .build())
                .tokenUsage()
                .inputTokenCount();
    }
}
