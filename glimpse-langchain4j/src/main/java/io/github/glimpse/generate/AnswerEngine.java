package io.github.glimpse.generate;

import ai.djl.engine.EngineException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.AnsweringModel;
import io.github.glimpse.model.FolderReading;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prefill.EncodedUnit;
import io.github.glimpse.prefill.PrefixUse;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prefill.StrategyRegistry;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.UnreadNumbers;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.LendingCache;
import io.github.glimpse.serve.MemoryBudget;
import io.github.glimpse.serve.StepUse;
import io.github.glimpse.text.ToolForm;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in memory and the way in which its kind answers: {@link DecoderEngine} for language decoders whose prompt holds the
 * image rows, {@link ImageTextEngine} for text stacks that attend to them. Who may ask, and when it may be closed, is {@link
 * LoadedModel}'s business.
 */
sealed interface AnswerEngine extends AutoCloseable permits DecoderEngine, ImageTextEngine {

    /**
     * Loads, and warms up if the options say so.
     *
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged or does not fit
     * @throws IllegalArgumentException if the pruning options cannot work with this model
     */
    static AnswerEngine load(EngineOptions options, String name) {
        return load(options, name, () -> TorchRuntime.start(options.runtime()));
    }

    /** The same with the library that {@code library} starts; closes it if anything else fails. */
    static AnswerEngine load(EngineOptions options, String name, Supplier<TorchRuntime> library) {
        long start = System.nanoTime();
        FolderReading folder = FolderReading.begin(
                options.model(),
                options.families(),
                options.family(),
                options.runtime().nativeDownload());
        TorchRuntime runtime = folder.meanwhile(library);
        AnswerEngine loaded = open(options, name, folder, runtime, library);
        try {
            Logger log = LoggerFactory.getLogger(LoadedModel.class);
            // Made and checked now, so that what does not fit is known now.
            PruningSchedule schedule = loaded.schedule(options.pruning());
            loaded.check(options.generation());
            log.info(
                    "Loaded {} ({}, {}, weights {}) on {} with {} threads in {} ms; pruning {}",
                    name,
                    loaded.model().family(),
                    loaded.dtypeName(),
                    loaded.model().weights().format(),
                    runtime.deviceName(),
                    runtime.threads(),
                    Duration.ofNanos(System.nanoTime() - start).toMillis(),
                    schedule.cuts().stream()
                            .map(cut -> cut.name() + " at " + cut.at())
                            .toList());
            UnreadNumbers.of(options.pruning(), schedule)
                    .forEach(number -> log.warn("Pruning of {}: {}", name, number));
            if (options.warmUp()
                    && loaded.model().weights().packing().progress().isDone()) {
                WarmUp.run(loaded, name);
            }
            loaded.model().weights().packing().start(name, loaded::isComputing);
            return loaded;
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    /** Whether a request computes or waits for its turn. */
    boolean isComputing();

    private static AnswerEngine open(
            EngineOptions options,
            String name,
            FolderReading folder,
            TorchRuntime runtime,
            Supplier<TorchRuntime> library) {
        LoadOptions load =
                options.load().toBuilder().cacheTokens(options.cacheTokens()).build();
        return load.weights() == WeightFormat.INT8 && !folder.holdsInt8(runtime)
                ? new Int8Loading(load, name, (each, own) -> open(options, each, folder, own)).run(runtime, library)
                : open(options, load, folder, runtime);
    }

    /** Closes the library if anything else fails. */
    private static AnswerEngine open(
            EngineOptions options, LoadOptions load, FolderReading folder, TorchRuntime runtime) {
        AnsweringModel model = null;
        try {
            ModelFiles files = folder.files();
            model = folder.family().load(files, load, runtime);
            return model instanceof ImageTextModel imageText
                    ? new ImageTextEngine(options, runtime, imageText, files)
                    : new DecoderEngine(options, runtime, (VisionLanguageModel) model, files);
        } catch (RuntimeException | Error e) {
            if (model != null) {
                model.close();
            }
            runtime.close();
            throw e;
        }
    }

    EngineOptions options();

    AnsweringModel model();

    /** What weights of 8 bits have changed; empty where they are not, or where nothing could be compared. */
    default Optional<Int8Report> int8Report() {
        return Optional.empty();
    }

    TorchRuntime runtime();

    /** Of everything but what is remembered. */
    default int liveResources() {
        return runtime().liveResources() - visionCache().liveResources();
    }

    /** What it remembers of pictures. */
    LendingCache<EncodedUnit> visionCache();

    /** What it remembers of prompts; nothing where the text attends to the picture from outside. */
    default PrefixUse prefixUse() {
        return new PrefixUse(0, 0, 0, 0, 0, 0);
    }

    /** What its requests and what it remembers share. */
    MemoryBudget memory();

    /** An unused one: as the options say, else what is left now. */
    static MemoryBudget newBudget(EngineOptions options, TorchRuntime runtime, AnsweringModel model) {
        return MemoryBudget.of(
                options.serving().memoryBudget(),
                runtime.memoryLeft(model.weights().packing().progress().left()),
                runtime.deviceName(),
                "glimpse.serving.memory-budget");
    }

    /** An empty one. */
    static LendingCache<EncodedUnit> newVisionCache(EngineOptions options, MemoryBudget memory, AnsweringModel model) {
        VisionCacheOptions cache = options.visionCache();
        return new LendingCache<>(cache.maxBytes(), cache.timeToLive(), System::nanoTime, memory, model.weights());
    }

    /** What its decoding has done; nothing where sequences do not go together. */
    default StepUse stepUse() {
        return StepUse.NONE;
    }

    default VisionCacheUse visionCacheUse() {
        LendingCache<EncodedUnit> cache = visionCache();
        return new VisionCacheUse(cache.hits(), cache.misses(), cache.size(), cache.bytes());
    }

    /**
     * The schedule of a request. The caller closes it when nothing runs by it any more.
     *
     * @throws IllegalArgumentException if a place is not possible
     */
    StrategyRegistry.Lent lend(PruningOptions pruning);

    /** The same for inspection: its strategies may be closed at any time. */
    default PruningSchedule schedule(PruningOptions pruning) {
        try (StrategyRegistry.Lent lent = lend(pruning)) {
            return lent.schedule();
        }
    }

    /** Bytes of the weights that each step of answers reads; 0 where a model has no such steps. */
    default long weightBytesPerStep() {
        return 0;
    }

    /** A key and a value for each key-value head of each layer, in the type that it computes in. */
    default long cacheBytesPerToken() {
        ModelDimensions dimensions = model().dimensions();
        long numbers = 2L * dimensions.layers() * dimensions.kvHeads() * dimensions.headDim();
        return numbers * model().weights().dtype().byteCount();
    }

    /**
     * Checks how answers are to be made.
     *
     * @throws io.github.glimpse.UnsupportedContentException if this kind of model cannot make them so
     */
    void check(GenerationOptions generation);

    /** Whether answers can be kept to a form. */
    boolean keepsForms();

    /** Most tokens of an answer where nobody says more. */
    default int defaultOutputTokens() {
        return GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS;
    }

    /** Tokens of a prompt with these turns. */
    int countTokens(List<ChatTurn> turns, ToolOffer tools);

    /** How tools come into prompts where a request says nothing; empty for models that can call none. */
    default Optional<ToolForm> toolForm() {
        return Optional.empty();
    }

    /** Format in which answers call tools; empty for models that call none, or in a format that cannot be read. */
    default Optional<ToolCallFormat> toolCallFormat() {
        return Optional.empty();
    }

    /** Training limits that the model's folder declares. */
    default ModelTraining training() {
        return ModelTraining.ANY;
    }

    /**
     * Checks that what is offered can be called.
     *
     * @throws UnsupportedModelException if this kind of model calls no tools, or in a format that has no reader
     */
    default void check(ToolOffer tools) {
        boolean offers = !tools.tools().isEmpty() && tools.withheld() == null;
        boolean byTemplate = (tools.form() == null ? toolForm() : Optional.of(tools.form()))
                .filter(ToolForm.NATIVE::equals)
                .isPresent();
        if (offers
                && byTemplate
                && tools.callFormat() == null
                && toolCallFormat().isEmpty()) {
            throw new UnsupportedModelException("Tools cannot be called: the answer format of this template is not"
                    + " supported, since no reader of tool calls understands the call that the chat template of the"
                    + " model writes; leave the tools out, set glimpse.tools.mode to prompted, or name a format in"
                    + " glimpse.tools.format");
        }
        if (offers && toolForm().isEmpty()) {
            String what = tools.demand() == ToolOffer.Demand.MUST ? "ToolChoice.REQUIRED and tools" : "Tools";
            throw new UnsupportedModelException(what + " are not supported by models without a chat form such as "
                    + model().family() + "; leave them out, set glimpse.tools.mode to ignore, or load a model with a"
                    + " language decoder");
        }
    }

    /** Does once what requests will ask for, and forgets it. */
    void warmUp(CancellationPoint cancellation);

    /**
     * Answers, in a scope of its own; again with less pruning, if the answer calls a tool and is not sure enough.
     *
     * @param request its options complete: what it leaves unset is the library's default
     * @param waiting how long the request waited, for the report
     * @throws io.github.glimpse.GlimpseException if it is refused or fails; the memory is back
     */
    default GenerationResult answer(
            GenerationRequest request,
            GenerationListener listener,
            CancellationPoint cancellation,
            StageObserver observer,
            Duration waiting) {
        Stopwatch watch = new Stopwatch(listener);
        CallFloor floor = new CallFloor(request.tools().care().leastConfidence());
        int rows = options().serving().sliceRows(runtime());
        while (true) {
            try (TensorScope scope = runtime().openScope()) {
                GenerationRequest attempt = request.withPruning(floor.pruning(request.pruning()));
                RequestContext context = RequestContext.of(rows, scope, cancellation, observer, watch, floor);
                GenerationResult result = answer(attempt, listener, context, waiting);
                if (floor.accepts(result)) {
                    return result;
                }
                watch.atImages();
            } catch (EngineException | NonFiniteNumbersException e) {
                throw translated(e);
            }
        }
    }

    /** Answers, in a scope that is there. */
    GenerationResult answer(
            GenerationRequest request, GenerationListener listener, RequestContext context, Duration waiting);

    /** What a request died of, as its caller is to hear it. */
    default RuntimeException translated(RuntimeException problem) {
        if (problem instanceof EngineException e) {
            // Array work outside compute text, which tells its failures itself.
            return TorchRuntime.translate("array work", e);
        }
        return problem instanceof NonFiniteNumbersException e ? e.computedIn(dtypeName()) : problem;
    }

    /** The schedule of a request that has come as far as the model, as {@link #lend}. */
    default StrategyRegistry.Lent possible(PruningOptions pruning) {
        model().weights().packing().check();
        try {
            return lend(pruning);
        } catch (IllegalArgumentException e) {
            // Only a loaded model knows its places, so a request may get as far as here with one that there is not.
            throw new UnsupportedModelException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    void close();

    default String dtypeName() {
        return model().weights().dtype().label();
    }

    /** The cuts of a request, with the numbers that apply. */
    default List<PlannedCut> plan(PruningOptions pruning) {
        try (StrategyRegistry.Lent lent = lend(pruning)) {
            return lent.schedule().cuts().stream()
                    .map(cut ->
                            new PlannedCut(cut.at(), cut.name(), cut.strategy().settled(cut.budget())))
                    .toList();
        }
    }

    default int countTokens(String text) {
        return model().tokenizer().encode(model().tokenizer().guard(text)).length;
    }
}
