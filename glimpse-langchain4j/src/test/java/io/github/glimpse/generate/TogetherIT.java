package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.serve.StepUse;
import io.github.glimpse.testing.RandomModelFolder;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sequence has the same logits, bit by bit, alone and in steps with others of other lengths, cuts and schedules, few rows of its prompt
 * in one call with theirs: every case and schedule of every given fixture directory, among 1 and 7 others, and among 3 and 19 with
 * {@code -Dglimpse.together=2,4,8,20}.
 */
@TestCategory.Reference
class TogetherIT {

    private static final int[] SIZES = Arrays.stream(
                    System.getProperty("glimpse.together", "2,8").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();

    private static final int AGAIN = 50;
    private static final int CALLERS = 64;
    private static final AtomicLong PROMPTS_IN_COMPANY = new AtomicLong();
    private static final long SECONDS = 60;

    /** What one request asks, and the logits that it got alone. */
    private record Asked(String name, GenerationRequest request, List<float[]> alone) {}

    /** Keeps the logits of each step. */
    private static final class Logits implements StageObserver {

        private final List<float[]> steps = new ArrayList<>();
        private final Runnable beforeFirst;

        Logits(Runnable beforeFirst) {
            this.beforeFirst = beforeFirst;
        }

        @Override
        public void onLogits(int step, float[] logits) {
            steps.add(logits.clone());
        }

        @Override
        public void onToken(int step, long position, int cacheRow) {
            if (step == 0) {
                beforeFirst.run();
            }
        }
    }

    @AfterAll
    static void promptsRanTogetherToo() {
        if (HardwareFeature.PACKED_BFLOAT16.isHere()) {
            assertThat(PROMPTS_IN_COMPANY)
                    .as("layers of prompts that ran in one with another's")
                    .hasPositiveValue();
        }
    }

    @TestFactory
    Stream<DynamicTest> everySequenceHasTheSameBitsAloneAndAmongOthers() {
        List<Batched> all = FixtureFamily.toRun().stream()
                .filter(family -> !family.makesVectors() && !family.isImageText() && family.isSupported())
                .flatMap(family -> forms().map(form -> new Batched(family, form)))
                .toList();
        return Sample.of("TogetherIT", all, one -> one.family().modelType(), Batched::form).stream()
                .map(one -> dynamicTest(
                        one.family().name() + ", " + one.form().dtype().label() + " "
                                + one.form().weights(),
                        () -> check(one.family(), one.form())));
    }

    private record Batched(FixtureFamily family, Form form) {}

    /** Wide enough for the kernels that a GPU has for steps. */
    @Test
    void soItHasInAModelWithHeadsAsWideAsThoseOfReleasedOnes(@TempDir Path folder) throws Exception {
        FixtureFamily family = FixtureFamily.toRun().stream()
                .filter(one -> one.name().contains("qwen2_5"))
                .findFirst()
                .orElseThrow();
        Path model = RandomModelFolder.ofShape("qwen2.5-vl-tiny")
                .decoder(256, 6, 4, 2, 512)
                .type(StoredType.BF16)
                .write(folder);
        WeightFormat half = HardwareFeature.PACKED_BFLOAT16.isHere() ? WeightFormat.PACKED : WeightFormat.MAPPED;
        Form form = new Form(Dtype.BFLOAT16, half);
        Optional<Path> module = family.cases().get(0).module();
        try (LoadedModel loaded = load(family, model, Optional.of(folder.resolve(RandomModelFolder.MODULE)), form)) {
            List<Asked> asked = alone(family, module, loaded);
            for (int size : SIZES) {
                together(loaded, asked, 0, size);
            }
            assertThat(loaded.stepUse().most()).isGreaterThan(1);
        }
    }

    record Form(Dtype dtype, WeightFormat weights) {}

    static Stream<Form> forms() {
        return Stream.concat(
                Stream.of(new Form(Dtype.FLOAT32, WeightFormat.MAPPED), new Form(Dtype.BFLOAT16, WeightFormat.MAPPED)),
                HardwareFeature.PACKED_BFLOAT16.isHere()
                        ? Stream.of(new Form(Dtype.BFLOAT16, WeightFormat.PACKED))
                        : Stream.empty());
    }

    private static void check(FixtureFamily family, Form form) throws Exception {
        // Modules of one family differ by case: each folder of them is a model of its own.
        List<Optional<Path>> modules = Stream.concat(
                        family.cases().stream().map(FixtureCase::module),
                        StrategyCase.of(family).stream().map(StrategyCase::module))
                .distinct()
                .toList();
        for (Optional<Path> module : modules) {
            try (LoadedModel model = load(family, module, form)) {
                List<Asked> asked = alone(family, module, model);
                // with the strategies, which stay
                int before = model.liveResources();
                for (int size : SIZES) {
                    for (int first = 0; first < Math.max(1, asked.size() - size + 1); first += size) {
                        together(model, asked, first, size);
                    }
                }
                // On a busy machine some come late, when the short answers of others have ended.
                for (int again = 0; again < AGAIN && model.stepUse().most() == 1; again++) {
                    together(model, asked, 0, SIZES[SIZES.length - 1]);
                }
                assertThat(model.stepUse().most()).isGreaterThan(1);
                StepUse use = model.stepUse();
                PROMPTS_IN_COMPANY.addAndGet(use.prompts() - use.slices());
                assertThat(model.liveResources()).isEqualTo(before);
            }
        }
    }

    private static List<Asked> alone(FixtureFamily family, Optional<Path> module, LoadedModel model) {
        List<Asked> asked = new ArrayList<>();
        for (FixtureCase fixture : family.cases()) {
            if (fixture.module().equals(module)) {
                add(
                        fixture + ", whole",
                        fixture,
                        PruningOptions.builder().enabled(false).build(),
                        model,
                        asked);
                if (fixture.isPruned()) {
                    add(fixture + ", pruned", fixture, fixture.pruning(), model, asked);
                }
            }
        }
        for (StrategyCase schedule : StrategyCase.of(family)) {
            if (schedule.module().equals(module)) {
                add(schedule.toString(), schedule.base(), schedule.pruning(), model, asked);
            }
        }
        return asked;
    }

    private static void add(
            String name, FixtureCase fixture, PruningOptions pruning, LoadedModel model, List<Asked> asked) {
        GenerationRequest request = fixture.request(pruning);
        Logits logits = new Logits(() -> {});
        model.generate(request, GenerationListener.NONE, new CancellationSignal(), logits);
        if (logits.steps.size() > 1) {
            asked.add(new Asked(name, request, logits.steps));
        }
    }

    /** The requests from {@code first} on, round about, so that each step has {@code size} rows until the first ends. */
    private static void together(LoadedModel model, List<Asked> asked, int first, int size) throws Exception {
        CyclicBarrier start = new CyclicBarrier(size);
        ExecutorService callers = Executors.newFixedThreadPool(size);
        try {
            List<Future<Logits>> answers = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                GenerationRequest request =
                        asked.get((first + i) % asked.size()).request();
                answers.add(callers.submit(() -> {
                    Logits logits = new Logits(() -> await(start));
                    model.generate(request, GenerationListener.NONE, new CancellationSignal(), logits);
                    return logits;
                }));
            }
            for (int i = 0; i < size; i++) {
                Asked one = asked.get((first + i) % asked.size());
                List<float[]> steps = answers.get(i).get().steps;
                assertThat(steps).as(one.name()).hasSameSizeAs(one.alone());
                for (int step = 0; step < steps.size(); step++) {
                    assertThat(Arrays.equals(steps.get(step), one.alone().get(step)))
                            .as("%s, step %d, among %d others", one.name(), step, size - 1)
                            .isTrue();
                }
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await(SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("The others did not come", e);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void answersThatSurviveRandomJoinsLeavesAndCancelsEqualTheirSingleRuns(Form form) throws Exception {
        FixtureFamily family = FixtureFamily.toRun().stream()
                .filter(one -> !one.makesVectors() && !one.isImageText() && one.isSupported())
                .findFirst()
                .orElseThrow();
        Optional<Path> module = family.cases().get(0).module();
        try (LoadedModel model = load(family, module, form)) {
            List<Asked> asked = alone(family, module, model);
            int before = model.liveResources();
            Random random = new Random(22);
            ExecutorService callers = Executors.newFixedThreadPool(12);
            AtomicInteger cancelled = new AtomicInteger();
            try {
                List<Future<?>> answers = new ArrayList<>();
                for (int i = 0; i < CALLERS; i++) {
                    Asked one = asked.get(random.nextInt(asked.size()));
                    int delay = random.nextInt(40);
                    int leave =
                            random.nextInt(3) == 0 ? random.nextInt(one.alone().size()) : Integer.MAX_VALUE;
                    boolean inPrompt = random.nextInt(3) == 0;
                    boolean slow = random.nextInt(8) == 0;
                    answers.add(callers.submit(() -> {
                        Thread.sleep(delay);
                        ask(model, one, leave, inPrompt, slow ? delay : 0, cancelled);
                        return one;
                    }));
                }
                for (Future<?> answer : answers) {
                    answer.get();
                }
            } finally {
                callers.shutdownNow();
            }
            assertThat(cancelled.get()).isBetween(1, CALLERS / 2);
            assertThat(model.stepUse().most()).isGreaterThan(1);
            PROMPTS_IN_COMPANY.addAndGet(
                    model.stepUse().prompts() - model.stepUse().slices());
            assertThat(model.liveResources()).isEqualTo(before);
        }
    }

    @Test
    void aListenerThatBlocksInAStageHoldsUpNobodyElse() throws Exception {
        FixtureFamily family = FixtureFamily.toRun().stream()
                .filter(one -> !one.makesVectors() && !one.isImageText() && one.isSupported())
                .findFirst()
                .orElseThrow();
        FixtureCase fixture = family.cases().get(0);
        GenerationRequest request = fixture.request(fixture.pruning());
        for (Stage stage : Stage.values()) {
            try (LoadedModel model = load(family, fixture.module(), new Form(Dtype.FLOAT32, WeightFormat.MAPPED))) {
                CountDownLatch there = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                ExecutorService caller = Executors.newSingleThreadExecutor();
                try {
                    Future<GenerationResult> held = caller.submit(() -> model.generate(
                            request,
                            new GenerationListener() {
                                @Override
                                public void onText(String text) {}

                                @Override
                                public void onStage(Stage next) {
                                    if (next == stage) {
                                        there.countDown();
                                        awaitLatch(goOn);
                                    }
                                }
                            },
                            new CancellationSignal()));
                    if (there.await(3, TimeUnit.SECONDS)) {
                        assertThat(model.generate(request).tokenIds())
                                .as("while another is held up at %s", stage)
                                .isNotEmpty();
                    }
                    goOn.countDown();
                    assertThat(held.get().tokenIds()).isNotEmpty();
                } finally {
                    goOn.countDown();
                    caller.shutdownNow();
                }
            }
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves behind a token, or behind a layer of the prompt. */
    private static void ask(
            LoadedModel model, Asked one, int leave, boolean inPrompt, int pause, AtomicInteger cancelled) {
        CancellationSignal signal = new CancellationSignal();
        List<float[]> steps = new ArrayList<>();
        StageObserver observer = new StageObserver() {
            @Override
            public void onLogits(int step, float[] logits) {
                steps.add(logits.clone());
            }

            @Override
            public void onLayer(int layer) {
                if (inPrompt && layer == leave) {
                    signal.cancel();
                }
            }

            @Override
            public void onToken(int step, long position, int cacheRow) {
                if (step == leave) {
                    signal.cancel();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
            }
        };
        try {
            model.generate(one.request(), GenerationListener.NONE, signal, observer);
            assertThat(steps).as(one.name()).hasSameSizeAs(one.alone());
        } catch (GenerationCancelledException e) {
            assertThat(leave).isLessThan(Integer.MAX_VALUE);
            cancelled.incrementAndGet();
        }
        for (int step = 0; step < steps.size(); step++) {
            assertThat(Arrays.equals(steps.get(step), one.alone().get(step)))
                    .as("%s, step %d", one.name(), step)
                    .isTrue();
        }
    }

    private static LoadedModel load(FixtureFamily family, Optional<Path> module, Form form) {
        return load(family, family.model(), module, form);
    }

    private static LoadedModel load(FixtureFamily family, Path model, Optional<Path> module, Form form) {
        FixtureCase any = Objects.requireNonNull(family.cases().get(0));
        return LoadedModel.load(EngineOptions.builder(model)
                .module(module.orElse(null))
                .families(family.endsAnswers() ? List.of() : Endless.families())
                .maxRunning(32)
                // What is remembered goes first, so prompts run together too. The rest of a prompt has the bits that it
                // has in all of it behind packed weights only.
                .prefixCache(
                        form.weights() == WeightFormat.PACKED
                                ? PrefixCacheOptions.defaults().withScope(PrefixCacheOptions.Scope.APPLICATION)
                                : PrefixCacheOptions.defaults())
                .runtime(RuntimeOptions.defaults())
                .load(LoadOptions.builder()
                        .dtype(form.dtype())
                        .weights(form.weights())
                        .aspect(any.aspect())
                        .build())
                .transparency(Transparency.DROP)
                .build());
    }
}
