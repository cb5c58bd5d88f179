package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.InvalidConstraintException;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.AnswerForms;
import io.github.glimpse.form.ConstraintReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of untrained models, which are kept to a form by the mask alone. */
class AnswerFormIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String SCHEMA = """
            {"type": "object", "properties": {"total": {"type": "integer"}, "paid": {"type": "boolean"},
             "shop": {"type": "string", "maxLength": 12}}, "required": ["total", "paid", "shop"]}""";

    private static final List<ToolShape> TOOLS = List.of(
            new ToolShape("add", """
                    {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                     "required": ["a", "b"]}""", ToolShape.Arguments.STRICT),
            new ToolShape(
                    "now", "{\"type\": \"object\", \"additionalProperties\": false}", ToolShape.Arguments.STRICT));

    private static LoadedModel qwen;
    private static LoadedModel llava;

    @BeforeAll
    static void load() {
        qwen = LoadedModel.load(TinyModels.qwen().build());
        llava = LoadedModel.load(TinyModels.llava().build());
    }

    @AfterAll
    static void close() {
        qwen.close();
        llava.close();
    }

    private static GenerationOptions.Builder sampled(long seed, int most) {
        return GenerationOptions.builder().temperature(1.0).seed(seed).maxOutputTokens(most);
    }

    private static GenerationResult answer(
            String model, @Nullable AnswerForm form, GenerationOptions.Builder generation) {
        return answer(model, form, generation, GenerationListener.NONE);
    }

    private static GenerationResult answer(
            String model,
            @Nullable AnswerForm form,
            GenerationOptions.Builder generation,
            GenerationListener listener) {
        LoadedModel loaded = model.equals("qwen") ? qwen : llava;
        return loaded.generate(
                new GenerationRequest(
                        List.of(ChatTurn.user("What does it cost?")),
                        PruningOptions.defaults(),
                        generation.build(),
                        ToolOffer.NONE,
                        form),
                listener,
                new CancellationSignal());
    }

    private static ConstraintReport report(GenerationResult result) {
        return Objects.requireNonNull(result.constraint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen", "llava"})
    void writesDocumentsOfASchemaAndEndsThemByItself(String model) throws Exception {
        AnswerForm form = AnswerForm.jsonSchema(SCHEMA, JsonStyle.CLOSED);
        for (int seed = 0; seed < 8; seed++) {
            StringBuilder pieces = new StringBuilder();
            GenerationResult result = answer(model, form, sampled(seed, 256), pieces::append);
            JsonNode document = JSON.readTree(result.text());
            assertThat(document.get("total").isIntegralNumber()).isTrue();
            assertThat(document.get("paid").isBoolean()).isTrue();
            assertThat(document.get("shop").asText().codePoints().count()).isLessThanOrEqualTo(12);
            assertThat(document.size()).isEqualTo(3);
            assertThat(pieces).hasToString(result.text());
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(report(result)).satisfies(report -> {
                assertThat(report.truncated()).isFalse();
                assertThat(report.kind()).isEqualTo(AnswerForm.Kind.JSON_SCHEMA);
                assertThat(report.maskTime()).isPositive();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen", "llava"})
    void closesADocumentBeforeTheLimitAndSaysSo(String model) throws Exception {
        AnswerForm form = AnswerForm.json(JsonStyle.CLOSED);
        int closed = 0;
        for (int seed = 0; seed < 8; seed++) {
            GenerationResult result = answer(model, form, sampled(seed, 16));
            assertThat(JSON.readTree(result.text()).isObject()).isTrue();
            assertThat(result.tokenIds().length).isLessThanOrEqualTo(16);
            boolean truncated = report(result).truncated();
            assertThat(result.finishReason()).isEqualTo(truncated ? FinishReason.LENGTH : FinishReason.STOP);
            closed += truncated ? 1 : 0;
        }
        assertThat(closed).isPositive();
    }

    @Test
    void cutsADocumentAtTheLimitWhereThatIsWanted() {
        AnswerForm form = AnswerForm.jsonSchema(SCHEMA, JsonStyle.CLOSED).withLimit(AnswerForm.Limit.CUT);
        GenerationResult result = answer("qwen", form, sampled(1, 4));
        assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(report(result).truncated()).isTrue();
        assertThat(result.text()).startsWith("{").doesNotEndWith("}");
    }

    @Test
    void refusesALimitThatTheShortestDocumentDoesNotFitInto() {
        AnswerForm form = AnswerForm.jsonSchema(SCHEMA, JsonStyle.CLOSED);
        assertThatThrownBy(() -> answer("qwen", form, sampled(1, 20)))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("has up to 27 tokens")
                .hasMessageContaining("room for 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen", "llava"})
    void countsOnlyWhatIsAllowedInTheLikelihood(String model) {
        GenerationResult result = answer(model, AnswerForm.choice(List.of("invoice")), GenerationOptions.builder());
        assertThat(result.text()).isEqualTo("invoice");
        assertThat(result.likelihood().sequenceProbability()).isLessThanOrEqualTo(1);
        // One text, in several spellings by tokens: what is unlikely is the spelling, and no token of the form is as
        // unlikely as among all tokens.
        GenerationResult free = answer(model, null, GenerationOptions.builder());
        assertThat(result.likelihood().leastProbability())
                .isGreaterThan(free.likelihood().leastProbability());
    }

    @Test
    void takesNoStopSequenceWithinADocument() throws Exception {
        AnswerForm form = AnswerForm.jsonSchema(SCHEMA, JsonStyle.CLOSED);
        GenerationResult result = answer("qwen", form, sampled(3, 256).stop(List.of("\"", ",", "paid")));
        assertThat(JSON.readTree(result.text()).size()).isEqualTo(3);
        assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void letsNoPenaltySpoilTheForm() throws Exception {
        String schema = "{\"type\": \"array\", \"items\": {\"enum\": [1]}, \"minItems\": 12, \"maxItems\": 12}";
        GenerationResult result = answer(
                "qwen",
                AnswerForm.jsonSchema(schema, JsonStyle.CLOSED),
                GenerationOptions.builder().repetitionPenalty(100.0).frequencyPenalty(2.0));
        GenerationResult plain =
                answer("qwen", AnswerForm.jsonSchema(schema, JsonStyle.CLOSED), GenerationOptions.builder());
        assertThat(result.text()).isEqualTo(plain.text());
        assertThat(JSON.readTree(result.text())).hasSize(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen", "llava"})
    void tellsCallsOfToolsPieceByPiece(String model) throws Exception {
        AnswerForm form = AnswerForm.tools(
                TOOLS, new ToolUse(ToolUse.Choice.REQUIRED, 3), JsonStyle.CLOSED, ToolCallFormat.HERMES);
        for (int seed = 0; seed < 6; seed++) {
            CallRecorder recorder = new CallRecorder();
            GenerationResult result = answer(model, form, sampled(seed, 400), recorder);
            assertThat(result.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(result.text()).isEmpty();
            assertThat(result.calls()).isNotEmpty().isEqualTo(recorder.calls);
            assertThat(recorder.pieces)
                    .isEqualTo(result.calls().stream().map(ToolCall::arguments).toList());
            for (ToolCall call : result.calls()) {
                JsonNode arguments = JSON.readTree(call.arguments());
                assertThat(arguments.size()).isEqualTo(call.name().equals("add") ? 2 : 0);
                assertThat(call.leastProbability()).isBetween(0.0, 1.0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen", "llava"})
    void stopsTextBeforeACallByASequence(String model) {
        AnswerForm form =
                AnswerForm.tools(TOOLS, new ToolUse(ToolUse.Choice.AUTO, 3), JsonStyle.CLOSED, ToolCallFormat.HERMES);
        GenerationResult whole = answer(model, form, sampled(5, 40));
        assertThat(whole.text()).hasSizeGreaterThan(3);
        String stop = whole.text().substring(2, 3);
        GenerationResult stopped = answer(model, form, sampled(5, 40).stop(List.of(stop)));
        assertThat(stopped.text())
                .isEqualTo(whole.text().substring(0, whole.text().indexOf(stop)));
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void readsCallsWithoutAMaskToo() {
        GenerationResult result = answer("qwen", AnswerForm.callsAsWritten(), sampled(5, 40));
        GenerationResult plain = answer("qwen", null, sampled(5, 40));
        assertThat(result.calls()).isEmpty();
        assertThat(result.constraint()).isNull();
        assertThat(result.tokenIds()).isEqualTo(plain.tokenIds());
    }

    @Test
    void remembersFormsByTheirSource() {
        AnswerForms forms = qwen.forms();
        assertThat(forms.jsonSchema(SCHEMA, JsonStyle.CLOSED)).isSameAs(forms.jsonSchema(SCHEMA, JsonStyle.CLOSED));
        assertThat(forms.jsonSchema(SCHEMA, JsonStyle.OPEN)).isNotSameAs(forms.jsonSchema(SCHEMA, JsonStyle.CLOSED));
        AnswerForm first = forms.regex("a");
        for (int count = 0; count < 64; count++) {
            forms.regex("b{" + (count + 1) + "}");
        }
        assertThat(forms.regex("a")).isNotSameAs(first);
    }

    @Test
    void refusesBeamsWithAForm() {
        AnswerForm form = AnswerForm.regex("[a-z]+");
        assertThatThrownBy(
                        () -> answer("qwen", form, GenerationOptions.builder().beams(2)))
                .isInstanceOf(UnsupportedContentException.class);
    }

    @Test
    void refusesAFormThatOnlyTheEmptyTextHas() {
        assertThatThrownBy(() -> answer("qwen", AnswerForm.regex("(|)"), GenerationOptions.builder()))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("empty text");
    }

    private static final class CallRecorder implements GenerationListener {

        private final List<String> pieces = new ArrayList<>();
        private final List<ToolCall> calls = new ArrayList<>();

        @Override
        public void onText(String text) {}

        @Override
        public void onCallPiece(int index, String name, String piece) {
            assertThat(piece).isNotBlank();
            assertThat(index).isEqualTo(calls.size());
            if (pieces.size() == index) {
                pieces.add("");
            }
            pieces.set(index, pieces.get(index) + piece);
        }

        @Override
        public void onCall(int index, ToolCall call) {
            assertThat(index).isEqualTo(calls.size());
            calls.add(call);
        }
    }
}
