package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.nn.TowerAbilities;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the engine expects of every {@link PruningStrategy}. A strategy's test extends this and names its factory; evidence of
 * the kinds that the strategy asks for is made up at random, so no model is needed. Runs with JUnit Jupiter 5.12 or 6 and
 * AssertJ, and with the native library.
 */
public abstract class PruningStrategyContract {

    private static final List<ImageGrid> TWO_IMAGES = List.of(new ImageGrid(8, 12, 14, 2), new ImageGrid(10, 6, 14, 2));
    private static final List<ImageGrid> VIDEO = Collections.nCopies(3, new ImageGrid(6, 8, 14, 2));
    private static final double RETENTION = 0.3;
    private static final int TEXTS = 5;
    private static final int PIXEL_VALUES = 588;
    private static final int ROUNDS = 20;
    private static final int THREADS = 4;

    private TorchRuntime runtime;
    private StrategyContext context;
    private PruningStrategy strategy;
    private List<ImageGrid> grids = TWO_IMAGES;
    private int tokens;
    private int resourcesBefore;

    /** The factory under test. */
    protected abstract PruningStrategyFactory factory();

    /** The model that the strategy is made for; override it for a strategy that needs a certain model or a module. */
    protected StrategyContext context(TorchRuntime torch) {
        return new StrategyContext(
                torch,
                new ModelDimensions(6, 32, 4, 2, 8, 1e-6, 24, 4),
                ModelConfig.ofJson("contract", "{\"model_type\": \"contract\"}"),
                null,
                new TowerAbilities(true, 4, Set.of(0, 1, 2, 3), 2),
                StrategyOptions.none(factory().name()));
    }

    @BeforeEach
    void make() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
        resourcesBefore = runtime.liveResources();
        context = context(runtime);
        strategy = factory().create(context);
        // Before the language model a strategy sees one image at a time, or all slices of a video.
        List<ImageGrid> before = isOverTime() ? VIDEO : TWO_IMAGES.subList(0, 1);
        grids = choosesAt().isInDecoder() ? TWO_IMAGES : before;
        tokens = grids.stream().mapToInt(ImageGrid::tokenCount).sum();
    }

    /** Its own point, or that of its first look. */
    private PruningPoint choosesAt() {
        return strategy instanceof TwoScaleStrategy twoScales ? twoScales.coarsePoint() : strategy.defaultPoint();
    }

    @AfterEach
    void close() {
        strategy.close();
        runtime.close();
    }

    @Test
    void itsNameIsLowerCaseWordsJoinedByHyphens() {
        assertThat(factory().name())
                .matches("[a-z0-9]+(-[a-z0-9]+)*")
                .isNotEqualTo(PruningOptions.NONE)
                .isEqualTo(factory().name());
    }

    @Test
    void itsOwnPointIsInsideTheModelAndAllowed() {
        PruningPoint point = strategy.defaultPoint();

        assertThatCode(() -> strategy.checkPoint(point)).doesNotThrowAnyException();
        if (point.stage() == PruningPoint.Stage.LAYER) {
            assertThat(point.layers()).isBetween(1, context.dimensions().layers() - 1);
        }
    }

    @Test
    void asksOnlyForLayersThatHaveRunAtItsPoint() {
        PruningPoint point = choosesAt();
        int run =
                point.stage() == PruningPoint.Stage.LAST ? context.dimensions().layers() : point.layers();

        for (EvidenceRequest need : strategy.needs()) {
            if (need instanceof EvidenceRequest.ProbeAttention attention) {
                assertThat(attention.layers()).isNotEmpty().doesNotHaveDuplicates();
                assertThat(attention.layers())
                        .allSatisfy(layer -> assertThat(layer).isBetween(0, run - 1));
            }
        }
    }

    @Test
    void itsProbeFitsTheModel() {
        ProbeToken probe = strategy.probeToken();
        if (probe == null) {
            return;
        }
        probe.vectors().forEach((layer, vectors) -> {
            assertThat(layer).isBetween(0, context.dimensions().layers() - 1);
            assertThat(vectors.getShape().getShape())
                    .containsExactly(probe.length(), context.dimensions().hidden());
        });
    }

    @Test
    void keepsRisingIndicesOfTokensThatAreThere() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            TokenSelection selection = select(seed, everything(), nothingSet());

            checkIndices(selection, tokens);
        }
    }

    @Test
    void givesAScoreForEachTokenOrNoneAtAll() {
        TokenSelection selection = select(1, everything(), nothingSet());
        float[] scores = selection.scores();
        if (scores != null) {
            assertThat(scores).hasSize(tokens);
            for (float score : scores) {
                assertThat(score).isNotNaN();
                if (selection.kind() == TokenSelection.ScoreKind.SHARE) {
                    assertThat(score).isNotNegative();
                }
            }
        }
    }

    @Test
    void choosesTheSameForTheSameEvidence() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            assertThat(select(seed, everything(), nothingSet()).kept())
                    .isEqualTo(select(seed, everything(), nothingSet()).kept());
        }
    }

    @Test
    void keepsNoMoreThanTheCap() {
        if (goesByCount()) {
            return;
        }
        for (double ratio : new double[] {0.05, 0.25, 0.5, 0.999}) {
            TokenBudget budget = new TokenBudget(0.0, ratio, 0, Set.of());

            assertThat(select(3, everything(), budget).kept()).hasSizeLessThanOrEqualTo((int) (ratio * tokens));
        }
    }

    @Test
    void keepsAtLeastTheFloorWhateverTheThresholdAndTheCapSay() {
        if (goesByCount()) {
            return;
        }
        for (int floor : new int[] {1, 7, tokens, tokens + 5}) {
            for (Double cap : new Double[] {null, 0.02}) {
                TokenBudget budget = new TokenBudget(1.0, cap, floor, Set.of());

                assertThat(select(4, everything(), budget).kept()).hasSizeGreaterThanOrEqualTo(Math.min(floor, tokens));
            }
        }
    }

    @Test
    void keepsNoMoreThanTheCountAndAtLeastOneToken() {
        // Who makes the picture smaller has nothing left to choose.
        if (!goesByCount() || strategy.traits().contains(StrategyTrait.SHRINKS_PICTURE)) {
            return;
        }
        for (int count : new int[] {1, 2, tokens / 3, tokens - 1}) {
            // One over time may keep a whole slice, whatever the count says.
            int most = isOverTime() ? Math.max(count, grids.get(0).tokenCount()) : count;
            assertThat(select(8, everything(), TokenBudget.ofCount(count)).kept())
                    .hasSizeBetween(1, most);
        }
    }

    @Test
    void keepsTheAnchorsOfEveryImage() {
        if (goesByCount()) {
            return;
        }
        TokenBudget budget = new TokenBudget(1.0, 0.02, 0, Set.of(Anchor.values()));
        int[] kept = select(5, everything(), budget).kept();

        int first = 0;
        for (ImageGrid grid : grids) {
            for (Anchor anchor : Anchor.values()) {
                assertThat(kept).contains(first + anchor.tokenOf(grid));
            }
            first += grid.tokenCount();
        }
    }

    @Test
    void choosesAmongWhatAnEarlierCutHasLeft() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            int[] alive = IntStream.range(0, tokens)
                    .filter(token -> random.nextInt(3) > 0)
                    .toArray();

            if (!strategy.traits().contains(StrategyTrait.NEEDS_FULL_GRID)) {
                checkIndices(select(seed, alive, nothingSet()), alive.length);
            }
        }
    }

    @Test
    void choosesAmongASingleToken() {
        if (strategy.traits().contains(StrategyTrait.NEEDS_FULL_GRID)) {
            return;
        }
        checkIndices(select(6, new int[] {tokens - 1}, nothingSet()), 1);
    }

    @Test
    void choosesForSeveralRequestsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<int[]>> work = IntStream.range(0, ROUNDS)
                    .<Callable<int[]>>mapToObj(seed ->
                            () -> select(seed, everything(), nothingSet()).kept())
                    .toList();
            List<Future<int[]>> answers = threads.invokeAll(work);
            for (int seed = 0; seed < ROUNDS; seed++) {
                assertThat(answers.get(seed).get())
                        .isEqualTo(select(seed, everything(), nothingSet()).kept());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void leavesNoTensorBehind() {
        int made = runtime.liveResources();
        select(7, everything(), nothingSet());
        assertThat(runtime.liveResources()).isEqualTo(made);

        strategy.close();
        assertThat(runtime.liveResources()).isEqualTo(resourcesBefore);
        // The others' @AfterEach closes a live one.
        strategy = factory().create(context);
    }

    private static void checkIndices(TokenSelection selection, int alive) {
        int[] kept = selection.kept();
        for (int i = 0; i < kept.length; i++) {
            assertThat(kept[i]).isBetween(i == 0 ? 0 : kept[i - 1] + 1, alive - 1);
        }
        assertThat(selection.passedThreshold()).isBetween(0, alive);
        for (TokenSelection.MergedToken merged : selection.merged()) {
            assertThat(kept).contains(merged.representative());
            for (int source : merged.sources()) {
                assertThat(source).isBetween(0, alive - 1).isNotEqualTo(merged.representative());
            }
        }
    }

    private TokenSelection select(int seed, int[] alive, TokenBudget budget) {
        TokenBudget settled = goesByCount() && budget.count() == null
                ? budget.withCount(TokenBudget.count(RETENTION, tokens, alive.length))
                : budget;
        try (TensorScope scope = runtime.openScope()) {
            return Settlement.of(
                            factory().name(), settled, strategy.settled(settled).bounds(), grids, alive)
                    .settle(strategy.select(evidence(seed, alive, scope), settled));
        }
    }

    private boolean isOverTime() {
        return strategy.traits().contains(StrategyTrait.OVER_TIME);
    }

    private boolean goesByCount() {
        return strategy.traits().contains(StrategyTrait.USES_BUDGET);
    }

    /** Nothing said: the strategy's own numbers. */
    private static TokenBudget nothingSet() {
        return new TokenBudget(null, null, null, null);
    }

    private int[] everything() {
        return IntStream.range(0, tokens).toArray();
    }

    private PruningEvidence evidence(int seed, int[] alive, TensorScope scope) {
        List<List<int[]>> windows = grids.stream()
                .map(grid -> List.of(IntStream.range(0, grid.tokenCount()).toArray()))
                .toList();
        PruningEvidence.Builder builder = PruningEvidence.builder(grids, windows, alive, scope);
        Made made = new Made(new Random(seed), alive, scope);
        strategy.needs().stream()
                .sorted(Comparator.comparing(String::valueOf))
                .flatMap(need -> need.parts().stream())
                .forEach(part -> builder.value(part, made.value(part)));
        if (strategy.needs().contains(new EvidenceRequest.TextAttention())) {
            NDArray shares = made.shares(context.dimensions().heads());
            builder.textAttention(texts -> shares);
        }
        return builder.build();
    }

    /** Makes up what a strategy asks for; a token's numbers do not depend on which others are alive. */
    private final class Made {

        private final Random random;
        private final int[] alive;
        private final TensorScope scope;

        private Made(Random random, int[] alive, TensorScope scope) {
            this.random = random;
            this.alive = alive;
            this.scope = scope;
        }

        private NDArray value(EvidenceRequest request) {
            return switch (request.shape()) {
                case ROWS -> ofRows(request);
                case NUMBERS -> shares(1).reshape(alive.length);
                case BY_HEAD ->
                    shares(isJoined(request) ? 1 : context.dimensions().heads());
                case NOT_OF_TOKENS -> {
                    int count = request instanceof EvidenceRequest.EnteredRows ? tokens : TEXTS;
                    int width = context.dimensions().hidden();
                    yield scope.floats(made(count * width, 0), count, width);
                }
            };
        }

        private NDArray ofRows(EvidenceRequest request) {
            if (request instanceof EvidenceRequest.ProbeAttention probe) {
                return rows(context.dimensions().heads(), probe.form() == ScoreForm.LOG_SOFTMAX ? -6 : 0);
            }
            if (request instanceof EvidenceRequest.VisionTaps) {
                return rows(context.dimensions().visionHidden(), 0);
            }
            if (request instanceof EvidenceRequest.Pixels) {
                return shares(PIXEL_VALUES).transpose();
            }
            return rows(context.dimensions().hidden(), 0);
        }

        private boolean isJoined(EvidenceRequest request) {
            return request instanceof EvidenceRequest.TowerCls cls
                    && cls.heads() == EvidenceRequest.TowerCls.Heads.JOINED;
        }

        /** Around a mean, never above 0 for logarithms. */
        private NDArray rows(int width, int mean) {
            float[] all = made(tokens * width, mean);
            float[] values = new float[alive.length * width];
            for (int i = 0; i < alive.length; i++) {
                System.arraycopy(all, alive[i] * width, values, i * width, width);
            }
            return scope.floats(values, alive.length, width);
        }

        /** Between 0 and 1: [heads, alive]. */
        private NDArray shares(int heads) {
            float[] values = new float[heads * alive.length];
            for (int head = 0; head < heads; head++) {
                float[] all = new float[tokens];
                for (int token = 0; token < tokens; token++) {
                    all[token] = random.nextFloat();
                }
                for (int i = 0; i < alive.length; i++) {
                    values[head * alive.length + i] = all[alive[i]];
                }
            }
            return scope.floats(values, heads, alive.length);
        }

        private float[] made(int count, int mean) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                float value = (float) (mean + random.nextGaussian());
                values[i] = mean < 0 ? Math.min(value, 0) : value;
            }
            return values;
        }
    }
}
