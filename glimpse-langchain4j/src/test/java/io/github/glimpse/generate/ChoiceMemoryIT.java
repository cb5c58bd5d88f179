package io.github.glimpse.generate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.AnswerMask;
import io.github.glimpse.form.ChoiceScores;
import io.github.glimpse.form.MaskVocabulary;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scoring a choice on a model whose layers remember a state: coming back to a row takes a copy of the state of then. */
@Thorough
@TestCategory.Memory
class ChoiceMemoryIT {

    private static LoadedModel model;
    private static DecoderEngine engine;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(EngineOptions.builder(TinyModels.fixture("qwen3_5-tiny/model"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
        engine = (DecoderEngine) model.path();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aLongBeginningThatTextsShareTakesNoMoreMemoryThanAShortOne() {
        List<String> brief = List.of("qa", "qb");
        List<String> lengthy = List.of("q".repeat(120) + "a", "q".repeat(120) + "b");

        assertThat(mostResources(lengthy)).isEqualTo(mostResources(brief));
        assertThat(scores(lengthy).branchings()).isOne();
    }

    @Test
    void eachPlaceWhereTextsPartOnTheWayToTheNextIsReserved() {
        List<String> comb = List.of("xa", "xba", "xbba", "xbbba", "xbbbb");
        long state =
                engine.model().decoder().bytes().withCopies(1).layers().get(0).fixed()
                        - engine.model().decoder().bytes().layers().get(0).fixed();

        assertThat(state).isPositive();
        assertThat(scores(comb).branchings()).isGreaterThanOrEqualTo(3);
        assertThat(mostReserved(comb) - mostReserved(List.of("x", "y"))).isGreaterThanOrEqualTo(3 * state);
    }

    /** Two texts that part at the end of a way of their own: others change the shares of both alike. */
    @ParameterizedTest
    @CsvSource({"qaaa, qaab", "qbaa, qbab", "qbba, qbbb", "rcaa, rcab", "rcba, rcbb"})
    void scoresAreThoseOfTheRowsOfTheirOwnText(String one, String other) {
        List<String> all = List.of("qaaa", "qaab", "qbaa", "qbab", "qbba", "qbbb", "rcaa", "rcab", "rcba", "rcbb");

        assertThat(ratio(one, other, all)).isCloseTo(ratio(one, other, List.of(one, other)), withinPercentage(1e-7));
    }

    private static double ratio(String one, String other, List<String> texts) {
        Map<String, Double> shares = shares(texts);
        return requireNonNull(shares.get(one)) / requireNonNull(shares.get(other));
    }

    private static Map<String, Double> shares(List<String> texts) {
        GenerationResult answer = answer(AnswerForm.choice(texts), () -> {}, StageObserver.NONE);
        return requireNonNull(answer.constraint()).choiceScores();
    }

    private static ChoiceScores scores(List<String> texts) {
        AnswerMask mask = AnswerMask.begin(
                AnswerForm.choice(texts),
                new MaskVocabulary(
                        engine.model().tokenizer(),
                        engine.model().decoder().vocabulary(),
                        engine.model().stopIds()),
                200);
        return new ChoiceScores(requireNonNull(mask), engine.model().tokenizer());
    }

    private static int mostResources(List<String> texts) {
        List<Integer> seen = new ArrayList<>();
        answer(AnswerForm.choice(texts), () -> seen.add(engine.liveResources()), StageObserver.NONE);
        return seen.stream().mapToInt(number -> number).max().orElse(0);
    }

    private static long mostReserved(List<String> texts) {
        List<Long> seen = new ArrayList<>();
        answer(AnswerForm.choice(texts), () -> seen.add(engine.memory().use().reserved()), StageObserver.NONE);
        return seen.stream().mapToLong(number -> number).max().orElse(0);
    }

    private static GenerationResult answer(AnswerForm form, Runnable check, StageObserver observer) {
        GenerationRequest request = new GenerationRequest(
                List.of(ChatTurn.user("Which?")),
                PruningOptions.defaults(),
                GenerationOptions.builder()
                        .temperature(0.0)
                        .maxOutputTokens(200)
                        .build(),
                ToolOffer.NONE,
                form);
        return engine.answer(
                request.over(engine.options()), GenerationListener.NONE, check::run, observer, Duration.ZERO);
    }
}
