package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceRequest.TextRows;
import io.github.glimpse.prune.EvidenceRequest.TowerKeys;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.sampling.GenerationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cuts inside the vision tower: what is the same as without them, what is remembered, what is refused. */
class TowerCutsIT {

    /** 5 x 7 tokens in windows of 2 x 2; blocks 1, 3 and 6 of 7 see the whole picture. */
    private static final byte[] PICTURE = TinyModels.picture("tower-cuts/01a.png");

    private static final byte[] OTHER = TinyModels.picture("tower-cuts/02a.png");

    private static LoadedModel model;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(options().build());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static EngineOptions.Builder options() {
        return options(TinyModels.fixture("tower-cuts/model"));
    }

    private static EngineOptions.Builder options(Path folder) {
        return EngineOptions.builder(folder)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    /** Sees what passes. */
    private static final class Watcher implements StageObserver {

        private final List<Integer> read = new ArrayList<>();
        private final List<float[]> rows = new ArrayList<>();
        private final List<float[]> logits = new ArrayList<>();

        @Override
        public void onPixels(int image, PixelPatches patches) {
            read.add(image);
        }

        @Override
        public void onImageRows(int image, NDArray values) {
            rows.add(values.toFloatArray());
        }

        @Override
        public void onLogits(int step, float[] values) {
            logits.add(values);
        }
    }

    private static PruningStep.Builder received(String at, double ratio) {
        return PruningStep.builder("received-attention").at(at).retentionRatio(ratio);
    }

    private static PruningOptions schedule(PruningStep.Builder... steps) {
        return PruningOptions.builder()
                .schedule(Arrays.stream(steps).map(PruningStep.Builder::build).toList())
                .build();
    }

    private static GenerationResult ask(
            LoadedModel engine, PruningOptions pruning, StageObserver observer, byte[]... pictures) {
        return engine.generate(
                new GenerationRequest(
                        List.of(ChatTurn.user("Which part is red?", pictures)),
                        pruning,
                        GenerationOptions.builder().maxOutputTokens(4).build()),
                GenerationListener.NONE,
                new CancellationSignal(),
                observer);
    }

    private static LoadedModel engine(PruningStrategyFactory... strategies) {
        return LoadedModel.load(options().strategies(List.of(strategies)).build());
    }

    @Test
    void whereEveryTokenStaysItIsTheUnprunedModelBitForBit() {
        Watcher whole = new Watcher();
        Watcher cut = new Watcher();
        try (LoadedModel engine =
                LoadedModel.load(options().visionCache(VisionCacheOptions.off()).build())) {
            ask(engine, PruningOptions.builder().enabled(false).build(), whole, PICTURE, OTHER);
            GenerationResult result =
                    ask(engine, schedule(received("tower 2", 1), received("tower 4", 1)), cut, PICTURE, OTHER);

            assertThat(cut.rows.toArray(float[][]::new)).isDeepEqualTo(whole.rows.toArray(float[][]::new));
            assertThat(cut.logits.toArray(float[][]::new)).isDeepEqualTo(whole.logits.toArray(float[][]::new));
            assertThat(result.report().retention()).isEqualTo(1);
        }
    }

    @Test
    void theReportTellsPlaceScoresAndWhatIsLeftOfEachPicture() {
        GenerationResult result = ask(
                model,
                schedule(received("tower 2", 0.4), received("tower 4", 0.2)),
                StageObserver.NONE,
                PICTURE,
                OTHER);

        assertThat(result.report().steps())
                .extracting(StepReport::at, StepReport::strategy, StepReport::keptTokens)
                .containsExactly(
                        tuple(PruningPoint.insideTower(2), "received-attention", 28),
                        tuple(PruningPoint.insideTower(4), "received-attention", 14));
        StepReport.Image first = result.report().steps().get(0).images().get(0);
        StepReport.Image second = result.report().steps().get(1).images().get(0);
        assertThat(second.kept()).hasSize(7);
        assertThat(first.kept()).hasSize(14).contains(second.kept());
        float[] scores = Objects.requireNonNull(second.scores());
        for (int token = 0; token < 35; token++) {
            boolean alive = Arrays.binarySearch(first.kept(), token) >= 0;
            assertThat(Float.isNaN(scores[token])).isEqualTo(!alive);
        }
        assertThat(result.prefilledTokens()).isEqualTo(result.inputTokens() - 70 + 14);
    }

    @Test
    void aPictureThatWasSeenWithTheSameCutsIsNotReadAgain() {
        try (LoadedModel engine = engine()) {
            PruningOptions pruning = schedule(received("tower 2", 0.4), received("vision", 0.2));
            Watcher first = new Watcher();
            Watcher second = new Watcher();

            GenerationResult seen = ask(engine, pruning, first, PICTURE, OTHER);
            GenerationResult remembered = ask(engine, pruning, second, PICTURE, OTHER);

            assertThat(first.read).containsExactly(0, 1);
            assertThat(second.read).isEmpty();
            assertThat(keptOfSteps(remembered)).isDeepEqualTo(keptOfSteps(seen));
            assertThat(remembered.report().steps().get(0).images().get(1).scores())
                    .isEqualTo(seen.report().steps().get(0).images().get(1).scores());
            assertThat(second.logits.toArray(float[][]::new)).isDeepEqualTo(first.logits.toArray(float[][]::new));
        }
    }

    private static int[][] keptOfSteps(GenerationResult result) {
        return result.report().steps().stream()
                .flatMap(step -> step.images().stream())
                .map(StepReport.Image::kept)
                .toArray(int[][]::new);
    }

    /** What differs from the cut that was made first, and has to be seen anew. */
    @ParameterizedTest
    @CsvSource({
        "another ratio, tower 2, received-attention, 0.5, , ",
        "another place, tower 4, received-attention, 0.4, , ",
        "another strategy, tower 2, grid, 0.4, , ",
        "other options, tower 2, received-attention, 0.4, block, ",
        "an anchor, tower 2, received-attention, 0.4, , tl",
        "none, vision, received-attention, 0.4, , "
    })
    void anotherCutIsNotTakenForOneThatIsRemembered(
            String difference, String at, String strategy, double ratio, String option, String anchor) {
        try (LoadedModel engine = engine()) {
            Watcher watcher = new Watcher();
            ask(engine, schedule(received("tower 2", 0.4)), StageObserver.NONE, PICTURE);
            PruningStep.Builder step = PruningStep.builder(strategy).at(at).retentionRatio(ratio);
            if (option != null) {
                step.options(Map.of(option, "0"));
            }
            if (anchor != null) {
                step.anchors(Set.of(Anchor.of(anchor)));
            }

            ask(engine, schedule(step), watcher, PICTURE);

            assertThat(watcher.read).as(difference).containsExactly(0);
        }
    }

    @Test
    void anotherGuardIsNotTakenForOneThatIsRememberedAndItWidensThere() {
        try (LoadedModel engine = engine()) {
            PruningStep step = received("tower 2", 0.1).build();
            ask(engine, schedule(received("tower 2", 0.1)), StageObserver.NONE, PICTURE);

            GenerationResult guarded = ask(
                    engine,
                    PruningOptions.builder()
                            .schedule(List.of(step))
                            .guard(new GuardOptions(true, 1.0, 0.0))
                            .build(),
                    StageObserver.NONE,
                    PICTURE);

            StepReport report = guarded.report().steps().get(0);
            assertThat(report.guard().action()).isEqualTo(GuardReport.Action.WIDENED);
            assertThat(report.keptTokens()).isGreaterThan(3);
            assertThat(report.confidence()).isNotNull();
        }
    }

    /** A strategy of one's own. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Own(Consumer<PruningEvidence> look, StrategyTrait[] traits, EvidenceRequest... needs)
            implements PruningStrategyFactory {

        static final String NAME = "own";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            return EvidenceStrategy.named(NAME, PruningPoint.vision())
                    .needs(needs)
                    .traits(traits)
                    .choosing((evidence, budget) -> {
                        look.accept(evidence);
                        return TokenSelection.of(new int[] {0, evidence.alive().length - 1});
                    });
        }
    }

    @Test
    void aStrategyOfOnesOwnSeesWhatTheTowerHasToldUpToThere() {
        List<String> shapes = new ArrayList<>();
        TowerKeys keys = new TowerKeys(-1);
        TowerReceived early = new TowerReceived(0);
        TowerReceived late = new TowerReceived(6);
        try (LoadedModel engine = engine(new Own(
                evidence -> {
                    shapes.add(evidence.alive().length + " of "
                            + evidence.windows().get(0).size() + " windows");
                    shapes.add("rows " + evidence.of(new ImageRows()).getShape());
                    shapes.add("keys " + evidence.of(keys).getShape());
                    shapes.add("early " + evidence.of(early).getShape());
                    // In a block that sees the whole picture every query gives 1 away, and a token has 4 of them.
                    shapes.add("late " + Math.round(evidence.of(late).sum().getFloat()));
                },
                new StrategyTrait[0],
                new ImageRows(),
                keys,
                early,
                late))) {
            GenerationResult result = ask(
                    engine,
                    schedule(
                            received("tower 2", 0.6),
                            PruningStep.builder(Own.NAME).at("tower 4")),
                    StageObserver.NONE,
                    PICTURE);

            assertThat(shapes)
                    .containsExactly("21 of 12 windows", "rows (21, 16)", "keys (21, 8)", "early (21)", "late 21");
            assertThat(result.report().keptTokens()).isEqualTo(2);
        }
    }

    @Test
    void whatGoesByTheQuestionIsNotRemembered() {
        try (LoadedModel engine = engine(
                new Own(evidence -> {}, new StrategyTrait[] {StrategyTrait.QUESTION_DEPENDENT}, new TowerKeys(0)))) {
            PruningOptions pruning = schedule(PruningStep.builder(Own.NAME).at("tower 2"));
            Watcher second = new Watcher();
            ask(engine, pruning, StageObserver.NONE, PICTURE);
            int resources = engine.liveResources();

            ask(engine, pruning, second, PICTURE);

            assertThat(second.read).containsExactly(0);
            assertThat(engine.liveResources()).isEqualTo(resources);
        }
    }

    @Test
    void nothingOfACutStaysInMemoryButWhatIsRemembered() {
        try (LoadedModel engine =
                LoadedModel.load(options().visionCache(VisionCacheOptions.off()).build())) {
            PruningOptions pruning = schedule(received("tower 2", 0.5), received("tower 4", 0.2));
            ask(engine, pruning, StageObserver.NONE, PICTURE);
            int resources = engine.liveResources();

            for (int i = 0; i < 5; i++) {
                ask(engine, pruning, StageObserver.NONE, OTHER);
            }

            assertThat(engine.liveResources()).isEqualTo(resources);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tower 1  | follows a block of the vision tower that sees only windows; this model allows 'tower 2', 'tower 4', after
            tower 3  | sees only windows
            tower 0  | is not inside the vision tower; this model allows 'tower 2', 'tower 4', after the tower is 'vision'
            tower 7  | is not inside the vision tower
            tower 99 | is not inside the vision tower
            """)
    void aPlaceThatTheTowerDoesNotHaveIsRefusedWithThoseItHas(String at, String reason) {
        assertThatThrownBy(() -> model.check(schedule(received(at, 0.3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + at + "'")
                .hasMessageContaining(reason);
    }

    @Test
    void aTowerWhoseOnlyFullBlockIsTheLastHasNoPlaceInside() {
        try (LoadedModel engine = LoadedModel.load(
                options(TinyModels.fixture("qwen2_5_vl-variants/model")).build())) {
            assertThatThrownBy(() -> engine.check(schedule(received("tower 2", 0.3))))
                    .hasMessageEndingWith("this model allows after the tower is 'vision'");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "vision-zip, mixes image tokens",
        "vscan, mixes image tokens",
        "merge-similar, mixes image tokens",
        "pool, mixes image tokens",
        "conditional-diversity, the question",
        "fastv, attention of the layer that ran last",
        "pyramid-drop, attention of the layer that comes next",
        "pixel-prune, pixels",
        "down-sample, makes the picture smaller"
    })
    void aStrategyThatCannotWorkThereIsRefusedWithTheReason(String strategy, String reason) {
        assertThatThrownBy(() -> model.check(schedule(PruningStep.builder(strategy)
                        .at("tower 2")
                        .retentionRatio(strategy.equals("pixel-prune") ? null : 0.3))))
                .isInstanceOfAny(IllegalArgumentException.class, UnsupportedModelException.class)
                .hasMessageContaining("'" + strategy + "'")
                .hasMessageContaining(reason);
    }

    @Test
    void aStrategyThatLooksAtTheQuestionIsRefused() {
        try (LoadedModel engine =
                engine(new Own(evidence -> {}, new StrategyTrait[0], new TextRows(TextRows.Which.LAST_USER_MESSAGE)))) {
            assertThatThrownBy(() ->
                            engine.check(schedule(PruningStep.builder(Own.NAME).at("tower 2"))))
                    .hasMessageContaining("looks at the question, which is not there at 'tower 2'");
        }
    }

    @Test
    void placesOfAScheduleRiseThroughTheTower() {
        assertThatThrownBy(() -> model.check(schedule(received("vision", 0.5), received("tower 2", 0.3))))
                .hasMessageContaining("The cut at tower 2 follows the one at vision");
        assertThatThrownBy(() -> model.check(schedule(received("tower 4", 0.5), received("tower 2", 0.3))))
                .hasMessageContaining("must rise from pixels over the tower and vision to the layers");
    }
}
