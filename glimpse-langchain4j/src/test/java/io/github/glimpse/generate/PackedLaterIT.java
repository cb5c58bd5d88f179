package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelLoadException;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.NativeStandIn;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.WeightPacking;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prefill.ReuseReport.Kind;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.testing.OwnProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that answer before their weights are packed. A stand-in for the native call holds packing up where a test wants it to be. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
class PackedLaterIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final int MANY = 1 << 20;
    private static final String QWEN = "qwen2_5_vl-bfloat16";
    private static final float CLOSE = 0.05f;

    @TempDir
    private Path folder;

    private final Semaphore places = new Semaphore(0);
    private final NativeStandIn hold = NativeStandIn.holding(
            call -> call.equals("weights.pack")
                    && Thread.currentThread().getName().equals("glimpse-pack"),
            places);

    private final List<LoadedModel> models = new ArrayList<>();

    /** A model waits for the weight that is being packed. */
    @AfterEach
    void letGo() {
        places.release(MANY);
        models.forEach(LoadedModel::close);
        hold.close();
    }

    private LoadedModel held(EngineOptions options) {
        LoadedModel model = LoadedModel.load(options);
        models.add(model);
        return model;
    }

    private static EngineOptions.Builder options(String fixture, boolean later) {
        return EngineOptions.builder(TinyModels.fixture(fixture).resolve("model"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .pruning(PruningOptions.builder().enabled(false).build())
                .generation(GenerationOptions.builder()
                        .maxOutputTokens(8)
                        .temperature(0.0)
                        .build())
                .warmUp(true)
                .load(LoadOptions.builder().packsLater(later).build());
    }

    private static LoadedModel load(String fixture, boolean later) {
        return LoadedModel.load(options(fixture, later).build());
    }

    private static GenerationRequest question() {
        return question("What colour is the largest thing?", PICTURE);
    }

    private static GenerationRequest question(String text, byte[]... pictures) {
        return new GenerationRequest(
                        List.of(ChatTurn.user(text, pictures)), PruningOptions.defaults(), GenerationOptions.defaults())
                .inSession("one");
    }

    /** Waits until the first weight is being packed. */
    private void awaitHold() throws Exception {
        while (!places.hasQueuedThreads()) {
            Thread.sleep(1);
        }
    }

    /** Lets so many more weights be packed, and waits until they are. */
    private void pack(LoadedModel model, int weights) throws Exception {
        WeightPacking.Progress from = model.packing();
        places.release(weights);
        while (weights > 0
                && !model.packing().isDone()
                && (places.availablePermits() > 0 || model.packing().equals(from))) {
            Thread.sleep(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                QWEN,
                "qwen2_vl-tiny",
                "qwen3_vl-tiny",
                "qwen3_5-tiny",
                "llava_next-tiny",
                "llava_onevision-tiny",
                "smolvlm-tiny"
            })
    void theTokensAreTheSameBeforeWhileAndAfterWeightsArePacked(String fixture) throws Exception {
        TracedAnswer expected;
        try (LoadedModel first = load(fixture, false)) {
            assertThat(first.packing()).isEqualTo(WeightPacking.Progress.NOTHING);
            expected = first.trace(question());
        }
        LoadedModel model = held(options(fixture, true).build());
        assertThat(model.state()).isEqualTo(EngineState.READY);
        assertThat(model.model().weights().format()).isEqualTo(WeightFormat.PACKED);
        assertThat(model.packing().packed()).isZero();
        assertThat(model.packing().all()).isPositive();
        assertAlike(model, model.trace(question()), expected);
        for (int weights : new int[] {1, 3, 7}) {
            pack(model, weights);
            assertAlike(model, model.trace(question()), expected);
        }
        pack(model, MANY);

        assertThat(model.packing().isDone()).isTrue();
        TracedAnswer last = model.trace(question());
        assertThat(last.firstLogits()).as("in every bit").containsExactly(expected.firstLogits());
        assertThat(last.result().likelihood())
                .as("of each token, in every bit")
                .isEqualTo(expected.result().likelihood());
    }

    /** In every bit where weights that are not packed yet are multiplied by as packed ones are. */
    private static void assertAlike(LoadedModel model, TracedAnswer found, TracedAnswer expected) {
        assertThat(found.result().tokenIds()).isEqualTo(expected.result().tokenIds());
        assertThat(found.differenceTo(expected))
                .isLessThanOrEqualTo(model.runtime().multipliesAsPacked() ? 0 : CLOSE);
        if (model.runtime().multipliesAsPacked()) {
            assertThat(found.result().likelihood()).isEqualTo(expected.result().likelihood());
        }
    }

    @Test
    void anAnswerDuringWhichWeightsArePackedHasTheSameTokens() throws Exception {
        int[] expected;
        try (LoadedModel first = load(QWEN, false)) {
            expected = first.generate(question()).tokenIds();
        }
        LoadedModel model = held(options(QWEN, true).build());
        // One that has begun is finished; those behind it wait for the request.
        awaitHold();
        GenerationListener packing = new GenerationListener() {
            @Override
            public void onText(String piece) {
                places.release(2);
            }

            @Override
            public void onStage(Stage stage) {
                places.release(2);
            }
        };
        assertThat(model.generate(question(), packing, new CancellationSignal()).tokenIds())
                .isEqualTo(expected);
        assertThat(model.packing().packed()).isPositive();
    }

    @Test
    @RequiresHardware(HardwareFeature.EQUAL_BITS_PACKED)
    void whatIsRememberedBeforeAllIsPackedServesWhateverComesBehindWhereTheBitsAreThose() throws Exception {
        TracedAnswer expected;
        try (LoadedModel first = load(QWEN, false)) {
            expected = first.trace(question());
        }
        LoadedModel model = held(options(QWEN, true).build());
        assertAlike(model, model.trace(question()), expected);
        assertThat(model.visionCacheUse().pictures()).isEqualTo(1);
        assertThat(model.packing().packed()).isZero();
        for (int weights : new int[] {0, 1, 3, MANY}) {
            pack(model, weights);
            TracedAnswer again = model.trace(question());
            assertAlike(model, again, expected);
            assertThat(again.result().reuse().kind()).isNotEqualTo(Kind.NONE);
        }
        assertThat(model.packing().isDone()).isTrue();
        assertThat(model.visionCacheUse().misses()).isEqualTo(1);
    }

    /** Prompts and steps run together, by weights of which some are packed and others are not. */
    @Test
    @RequiresHardware(HardwareFeature.EQUAL_BITS_PACKED)
    void answersOfSeveralWhileWeightsArePackedAreThoseOfThePackedModelWhereTheBitsAreThose() throws Exception {
        List<GenerationRequest> questions = List.of(
                question(),
                question("Which shape is left of the blue one?", TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png")),
                question("Count them."));
        List<TracedAnswer> expected;
        try (LoadedModel first = load(QWEN, false)) {
            expected = questions.stream().map(first::trace).toList();
        }
        places.release(MANY);
        LoadedModel model =
                held(options(QWEN, true).maxRunning(questions.size()).build());
        WeightPacking packing = model.model().weights().packing();
        ExecutorService callers = Executors.newFixedThreadPool(questions.size());
        try {
            AtomicBoolean ended = new AtomicBoolean();
            AtomicInteger answers = new AtomicInteger();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < questions.size(); i++) {
                GenerationRequest question = questions.get(i);
                TracedAnswer same = expected.get(i);
                all.add(callers.submit(() -> {
                    while (!ended.get()) {
                        assertAlike(model, model.trace(question), same);
                        answers.incrementAndGet();
                    }
                    return null;
                }));
            }
            boolean left = true;
            while (left) {
                int before = answers.get();
                left = packing.packNext();
                while (answers.get() == before && all.stream().noneMatch(Future::isDone)) {
                    Thread.sleep(1);
                }
            }
            ended.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(packing.progress().isDone()).isTrue();
            assertThat(model.stepUse().most()).isGreaterThan(1);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void elsewhereNothingIsRememberedOfThem() throws Exception {
        assertThat(OwnProcess.lines(Map.of(), WithoutKernels.class, 60, folder)).containsExactly("as it should be");
    }

    /** A process in which products by packed weights are libtorch's. */
    static final class WithoutKernels {

        private WithoutKernels() {}

        public static void main(String[] arguments) throws Exception {
            System.setProperty(TorchRuntime.NO_KERNELS, "true");
            PackedLaterIT test = new PackedLaterIT();
            test.nothingIsRememberedOfRequestsThatBeginBeforeAllIsPacked();
            test.letGo();
            System.out.println("as it should be");
        }
    }

    private void nothingIsRememberedOfRequestsThatBeginBeforeAllIsPacked() throws Exception {
        LoadedModel model = held(options(QWEN, true).build());
        GenerationResult early = model.generate(question());
        assertThat(early.reuse().kind()).isEqualTo(Kind.NONE);
        assertThat(early.reuse().toString()).contains("weights are still being packed");
        assertThat(model.visionCacheUse()).isEqualTo(new VisionCacheUse(0, 0, 0, 0));
        assertThat(model.memoryUse().remembered()).isZero();
        // The weight that is being packed has temporaries of its own: they are counted both times.
        awaitHold();
        int resources = model.liveResources();
        assertThat(model.generate(question()).reuse().kind()).isEqualTo(Kind.NONE);
        assertThat(model.liveResources()).isEqualTo(resources);

        pack(model, MANY);

        model.generate(question());
        assertThat(model.visionCacheUse().pictures()).isEqualTo(1);
        assertThat(model.visionCacheUse().bytes()).isPositive();
        assertThat(model.generate(question()).reuse().kind()).isNotEqualTo(Kind.NONE);
    }

    @Test
    void whatIsNotPackedYetIsNoMemoryForRequests() throws Exception {
        LoadedModel model = held(options(QWEN, true).build());
        long all = model.packing().all();
        TorchRuntime runtime = model.runtime();
        // Other processes take and give memory meanwhile, so the sizes are those of nobody's weights.
        assertThat(runtime.memoryLeft(all)).isPositive();
        assertThat(runtime.memoryLeft(Long.MAX_VALUE / 2)).isLessThan(runtime.memoryLeft(0));
    }

    @Test
    void aFailureIsToldByHealthAndToRequests() throws Exception {
        hold.close();
        try (NativeStandIn full = NativeStandIn.failing(
                        call -> call.equals("weights.pack")
                                && Thread.currentThread().getName().equals("glimpse-pack"),
                        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 45088768 bytes");
                LoadedModel model = load(QWEN, true)) {
            while (model.state() == EngineState.READY) {
                Thread.sleep(1);
            }
            assertThat(full.calls()).isPositive();
            assertThat(model.state()).isEqualTo(EngineState.LOAD_FAILED);
            assertThat(model.packing().isDone()).isFalse();
            assertThatThrownBy(() -> model.generate(question()))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("could not be packed")
                    .hasMessageContaining("Out of memory in weights.pack")
                    .hasMessageContaining("glimpse.weights=mapped");
            assertThat(model.activeRequests()).isZero();
        }
    }

    @Test
    void closingBeforeAllIsPackedWaitsForOneWeightOnly() throws Exception {
        for (int packed : new int[] {0, 2, 5}) {
            LoadedModel model = held(options(QWEN, true).build());
            pack(model, packed);
            assertThat(model.generate(question()).tokenIds()).isNotEmpty();
            Thread closing = new Thread(model::close);
            closing.start();
            while (closing.isAlive()) {
                // The one that is being packed.
                places.release();
                closing.join(10);
            }
            places.drainPermits();
            assertThat(model.state()).isEqualTo(EngineState.CLOSED);
        }
    }

    @Test
    void loadedLaterTheFirstRequestIsAnsweredByMappedWeights() throws Exception {
        LoadedModel model = LoadedModel.deferred(options(QWEN, true).build(), known -> known);
        models.add(model);
        assertThat(model.packing()).isEqualTo(WeightPacking.Progress.NOTHING);
        assertThat(model.generate(question()).tokenIds()).isNotEmpty();
        assertThat(model.packing().packed()).isZero();
        assertThat(model.packing().all()).isPositive();
    }

    @Test
    void formatsThatArePackedBeforeTheFirstAnswerStaySo() throws Exception {
        for (WeightFormat format : new WeightFormat[] {WeightFormat.MAPPED, WeightFormat.COPIED}) {
            LoadOptions options =
                    LoadOptions.builder().weights(format).packsLater(true).build();
            try (LoadedModel model =
                    LoadedModel.load(options(QWEN, true).load(options).build())) {
                assertThat(model.packing()).isEqualTo(WeightPacking.Progress.NOTHING);
                assertThat(model.generate(question()).tokenIds()).isNotEmpty();
            }
        }
    }
}
