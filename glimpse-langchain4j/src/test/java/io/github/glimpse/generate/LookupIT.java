package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.LookupReport;
import io.github.glimpse.serve.StepUse;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guessed tokens change nothing of an answer, whatever else decides about it. */
@RequiresHardware(HardwareFeature.ROWS_AT_ONCE)
class LookupIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final String RECORD = "{\"shop\":\"Corner\",\"total\":12,\"paid\":true}";
    private static final String QUESTION = "Write this once more, and again, and again: " + RECORD;
    private static final int MOST = 40;

    private static @Nullable LoadedModel model;

    @BeforeAll
    static void load() {
        model = loaded(
                Dtype.BFLOAT16, HardwareFeature.PACKED_BFLOAT16.isHere() ? WeightFormat.PACKED : WeightFormat.MAPPED);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    private static LoadedModel model() {
        return Objects.requireNonNull(model);
    }

    /** An answer, the pieces in which it was heard, and its scores. */
    private record Heard(GenerationResult result, String pieces, RepeatedPrompt observed) {}

    private static GenerationOptions options(UnaryOperator<GenerationOptions.Builder> options, int guesses) {
        return options.apply(GenerationOptions.builder().maxOutputTokens(MOST))
                .lookup(guesses)
                .build();
    }

    private static Heard ask(
            UnaryOperator<GenerationOptions.Builder> options, @Nullable AnswerForm form, float push, int guesses) {
        return ask(model(), options, form, push, guesses);
    }

    private static Heard ask(
            LoadedModel model,
            UnaryOperator<GenerationOptions.Builder> options,
            @Nullable AnswerForm form,
            float push,
            int guesses) {
        RepeatedPrompt observed = new RepeatedPrompt(model, push, () -> {});
        StringBuilder pieces = new StringBuilder();
        GenerationRequest request = new GenerationRequest(
                List.of(ChatTurn.user(QUESTION, PICTURE)),
                PruningOptions.defaults(),
                options(options, guesses),
                ToolOffer.NONE,
                form);
        GenerationResult result = model.generate(request, pieces::append, new CancellationSignal(), observed);
        return new Heard(result, pieces.toString(), observed);
    }

    /** Asks without and with guesses; what came of those. */
    private static LookupReport compare(
            String name, UnaryOperator<GenerationOptions.Builder> options, @Nullable AnswerForm form, float push) {
        Heard without = ask(options, form, push, 0);
        LookupReport last = LookupReport.NONE;
        for (int guesses : new int[] {1, 3, 8, 15}) {
            Heard with = ask(options, form, push, guesses);
            assertThat(with.result.tokenIds()).as(name).isEqualTo(without.result.tokenIds());
            assertThat(with.result.text()).as(name).isEqualTo(without.result.text());
            assertThat(with.pieces).as(name).isEqualTo(without.pieces);
            assertThat(with.result.finishReason()).as(name).isEqualTo(without.result.finishReason());
            assertThat(with.result.likelihood()).as(name).isEqualTo(without.result.likelihood());
            if (form != null) {
                assertThat(Objects.requireNonNull(with.result.constraint()).fields())
                        .as(name)
                        .isEqualTo(Objects.requireNonNull(without.result.constraint())
                                .fields());
            }
            with.observed.assertSame(without.observed, name + ", " + guesses + " guesses");
            last = with.result.lookup();
            assertThat(last.taken()).isLessThanOrEqualTo(last.proposed());
        }
        assertThat(without.result.lookup()).isEqualTo(LookupReport.NONE);
        return last;
    }

    @Test
    void anAnswerThatRepeatsItsPromptTakesFewerSteps() {
        StepUse before = model().stepUse();
        ask(options -> options, null, 1_000, 0);
        StepUse between = model().stepUse();
        Heard with = ask(options -> options, null, 1_000, 8);
        StepUse after = model().stepUse();
        long steps = between.steps() - before.steps();
        long fewer = after.steps() - between.steps();
        assertThat(steps).isEqualTo(MOST - 1);
        assertThat(fewer).isEqualTo(steps - with.result.lookup().taken());
        assertThat(fewer).isLessThan(steps * 3 / 4);
        assertThat(between.tokens() - before.tokens()).isEqualTo(MOST - 1);
        assertThat(after.tokens() - between.tokens())
                .as("tokens that were guessed count like others")
                .isEqualTo(MOST - 1);
        assertThat(after.sequences() - between.sequences()).isEqualTo(fewer);
    }

    @Thorough
    @TestCategory.Reference
    @Test
    void penaltiesChooseTheSameTokens() {
        for (float push : new float[] {2, 5, 10, 1_000}) {
            compare("repetition", options -> options.repetitionPenalty(1.3), null, push);
            compare("frequency", options -> options.frequencyPenalty(1.5), null, push);
            compare("presence", options -> options.presencePenalty(-1.0), null, push);
        }
    }

    @Test
    void theLimitFallsIntoAGuess() {
        for (int most = 1; most <= 20; most++) {
            int limit = most;
            compare("limit " + limit, options -> options.maxOutputTokens(limit), null, 1_000);
        }
    }

    @Test
    void aStopSequenceFallsIntoAGuess() {
        String whole = ask(options -> options, null, 1_000, 0).result.text();
        for (int from = 0; from + 3 <= whole.length(); from += 7) {
            String stop = whole.substring(from, from + 3);
            compare("stop " + stop, options -> options.stop(List.of(stop)), null, 1_000);
        }
    }

    @Test
    void anAnswerOfAFormIsTheSame() {
        String schema = "{\"type\":\"object\",\"properties\":{\"shop\":{\"type\":\"string\",\"maxLength\":8},"
                + "\"total\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":99},\"paid\":{\"type\":\"boolean\"}},"
                + "\"required\":[\"shop\",\"total\",\"paid\"]}";
        int proposed = 0;
        for (float push : new float[] {0, 5, 1_000}) {
            for (AnswerForm form : List.of(
                    AnswerForm.jsonSchema(schema, JsonStyle.CLOSED),
                    AnswerForm.json(JsonStyle.CLOSED),
                    AnswerForm.choice(List.of("again", "and again", "and again: shop")),
                    AnswerForm.regex("(and |again|, ){4,20}once"))) {
                proposed += compare(form.toString(), options -> options.maxOutputTokens(64), form, push)
                        .proposed();
            }
        }
        assertThat(proposed).isPositive();
    }

    @Thorough
    @TestCategory.Reference
    @Test
    void cachesGrowUnderGuesses() {
        LookupReport report = compare("long", options -> options.maxOutputTokens(600), null, 1_000);
        assertThat(report.taken()).isGreaterThan(200);
        assertThat(model().memoryUse().reserved()).isZero();
    }

    @Test
    void whoCancelsInAGuessLeavesNothing() {
        Heard without = ask(options -> options, null, 1_000, 8);
        int live = model().liveResources();
        for (int at = 0; at < 20; at++) {
            int leave = at;
            CancellationSignal signal = new CancellationSignal();
            RepeatedPrompt repeats = new RepeatedPrompt(model(), 1_000, () -> {});
            List<Integer> steps = new ArrayList<>();
            StageObserver observer = new StageObserver() {
                @Override
                public void onPrompt(String prompt, PromptLayout layout) {
                    repeats.onPrompt(prompt, layout);
                }

                @Override
                public void onLogits(int step, float[] logits) {
                    repeats.onLogits(step, logits);
                    steps.add(step);
                    if (step == leave) {
                        signal.cancel();
                    }
                }
            };
            GenerationRequest request = new GenerationRequest(
                    List.of(ChatTurn.user(QUESTION, PICTURE)),
                    PruningOptions.defaults(),
                    options(options -> options, 8));
            assertThatThrownBy(() -> model().generate(request, GenerationListener.NONE, signal, observer))
                    .isInstanceOf(GenerationCancelledException.class);
            assertThat(steps).as("steps after the cancellation").hasSize(leave + 1);
            assertThat(model().liveResources()).isEqualTo(live);
            assertThat(model().memoryUse().reserved()).isZero();
        }
        assertThat(ask(options -> options, null, 1_000, 8).result.tokenIds()).isEqualTo(without.result.tokenIds());
    }

    @Test
    void whereTokensAreDrawnNothingIsGuessedAndTheAnswerSaysSo() {
        UnaryOperator<GenerationOptions.Builder> drawn =
                options -> options.temperature(0.8).seed(3L);
        Heard with = ask(drawn, null, 5, 8);
        assertThat(with.result.tokenIds())
                .isEqualTo(ask(drawn, null, 5, 0).result.tokenIds());
        assertThat(with.result.lookup().off()).contains("temperature 0");
        assertThat(with.result.lookup().proposed()).isZero();
    }

    @Test
    void weightsWhoseRowsRunOneByOneGuessNothingAndSaySo() {
        try (LoadedModel copied = loaded(Dtype.FLOAT16, WeightFormat.COPIED)) {
            GenerationRequest request = new GenerationRequest(
                    List.of(ChatTurn.user(QUESTION)), PruningOptions.defaults(), options(options -> options, 8));
            assertThat(copied.generate(request).lookup().off()).contains("packed");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Dtype.class,
            names = {"BFLOAT16", "FLOAT32"})
    @RequiresHardware(HardwareFeature.ROW_KERNELS)
    void weightsAsTheCheckpointHoldsThemGuessToo(Dtype dtype) {
        try (LoadedModel mapped = loaded(dtype, WeightFormat.MAPPED)) {
            Heard without = ask(mapped, options -> options, null, 1_000, 0);
            Heard with = ask(mapped, options -> options, null, 1_000, 8);
            assertThat(with.result.tokenIds()).isEqualTo(without.result.tokenIds());
            assertThat(with.result.likelihood()).isEqualTo(without.result.likelihood());
            assertThat(with.result.lookup().taken()).isPositive();
        }
    }

    private static LoadedModel loaded(Dtype dtype, WeightFormat weights) {
        return LoadedModel.load(TinyModels.qwen()
                .load(LoadOptions.builder().dtype(dtype).weights(weights).build())
                .build());
    }

    @Test
    void refusesGuessesThatNoStepHasRoomFor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationOptions.builder().lookup(16).build())
                .withMessageContaining("lookup is 16")
                .withMessageContaining("15");
    }
}
