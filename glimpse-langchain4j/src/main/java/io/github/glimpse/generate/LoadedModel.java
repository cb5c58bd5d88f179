package io.github.glimpse.generate;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.NativeFacts;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightPacking;
import io.github.glimpse.form.AnswerForms;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.prefill.PrefixUse;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.Arrival;
import io.github.glimpse.serve.Deadline;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.serve.Loading;
import io.github.glimpse.serve.MemoryUse;
import io.github.glimpse.serve.ModelEngine;
import io.github.glimpse.serve.SharedModel;
import io.github.glimpse.serve.StepUse;
import io.github.glimpse.serve.Turn;
import io.github.glimpse.text.ToolForm;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The engine: one model, loaded once, asked by many. Owns all native memory of the model; {@link #close()} lets running
 * requests end at their next layer or token and then frees it. Safe for concurrent use.
 *
 * <p>{@link #load} returns with the model in memory. One that is {@linkplain #deferred deferred} is loaded on a thread of its
 * own, once, by {@link #startLoading()} or by the first request; requests wait for it within their own time limit, and if it
 * fails, each of them gets a {@link io.github.glimpse.ModelLoadException}. {@link #state()} tells where it is.
 *
 * <p>To shut down with care: {@link #drain}, then {@link #close()}.
 */
public final class LoadedModel implements ModelEngine {

    private static final String AUTO = "auto";
    private static final String ADVICE = "send smaller pictures or less text, ask for fewer tokens";

    private final Loading<EngineOptions, AnswerEngine> loading;
    private final SharedModel<Loading<EngineOptions, AnswerEngine>> shared;
    private final String name;
    private final Canary canary;
    private final Supplier<StageObserver> observers;
    private final AnswerForms forms = new AnswerForms();

    private LoadedModel(String name, Loading<EngineOptions, AnswerEngine> loading, Supplier<StageObserver> observers) {
        this.name = name;
        this.loading = loading;
        this.observers = observers;
        EngineOptions options = loading.options();
        this.shared = new SharedModel<>(
                name, loading, options.serving().maxRunning(), options.maxQueued(), options.timeout());
        this.canary = new Canary(options.canaryRatio(), shared::isIdle, this::answerAside);
    }

    /**
     * Loads a model and its glimpse module, and checks the pruning options against them.
     *
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged or does not fit
     * @throws IllegalArgumentException if the pruning options cannot work with this model
     */
    public static LoadedModel load(EngineOptions options) {
        return observed(options, () -> StageObserver.NONE);
    }

    /** Like {@link #load}; each request has an observer of its own, which may write scores too. */
    static LoadedModel observed(EngineOptions options, Supplier<StageObserver> observers) {
        String name = nameOf(options);
        return new LoadedModel(
                name, Loading.now(name, options, settled -> AnswerEngine.load(settled, name)), observers);
    }

    /**
     * A model that is loaded later: when {@link #startLoading()} is called, or else when the first request comes.
     *
     * @param options as far as they are known; name, limits and defaults of requests count from now on
     * @param prepare the last word on the options, such as fetching files and saying where they are; it runs on the loading
     *     thread and is interrupted by {@link #close()}. Name, limits and defaults of requests stay as they were.
     */
    public static LoadedModel deferred(EngineOptions options, UnaryOperator<EngineOptions> prepare) {
        String name = nameOf(options);
        return new LoadedModel(
                name,
                Loading.later(name, options, prepare, settled -> AnswerEngine.load(settled, name)),
                () -> StageObserver.NONE);
    }

    private static String nameOf(EngineOptions options) {
        return options.name() != null ? options.name() : ModelSource.nameOf(options.model());
    }

    /** Starts to load a {@linkplain #deferred deferred} model and returns at once; does nothing if that was begun before. */
    public void startLoading() {
        loading.start();
    }

    /**
     * Ends when the model is loaded and warmed up, or with what went wrong; does not start that. Dependent actions run on the
     * loading thread.
     */
    public CompletionStage<LoadedModel> whenLoaded() {
        return loading.result().thenApply(model -> this).minimalCompletionStage();
    }

    @Override
    public EngineState state() {
        EngineState use = shared.state();
        boolean broken = loaded(core -> core.model().weights().isBroken(), () -> false);
        EngineState loaded = broken ? EngineState.LOAD_FAILED : loading.state();
        return use == EngineState.CLOSED || use == EngineState.DRAINING || loaded == EngineState.READY ? use : loaded;
    }

    @Override
    public WeightPacking.Progress packing() {
        return loaded(core -> core.model().weights().packing().progress(), () -> WeightPacking.Progress.NOTHING);
    }

    @Override
    public String name() {
        return name;
    }

    /** The name of its family; before it is loaded what the options say, else {@code auto}. */
    @Override
    public String family() {
        return loaded(
                core -> core.model().family(),
                () -> Objects.requireNonNullElse(loading.options().family(), AUTO));
    }

    /** What it was, or is to be, loaded with. */
    public EngineOptions options() {
        return loading.options();
    }

    /** The device that it runs on, {@code cpu} or {@code cuda:N}; before it is loaded the choice of the options. */
    @Override
    public String deviceName() {
        return loaded(
                core -> core.runtime().deviceName(),
                () -> loading.options().runtime().device());
    }

    /**
     * The type that it computes in: {@code float32}, {@code bfloat16} or {@code float16}; before it is loaded the choice of
     * the options, else {@code auto}.
     */
    @Override
    public String dtypeName() {
        return loaded(AnswerEngine::dtypeName, () -> {
            var dtype = loading.options().load().dtype();
            return dtype == null ? AUTO : dtype.label();
        });
    }

    /** What the native library found on this machine; empty before the model is loaded. */
    public Optional<NativeFacts> nativeFacts() {
        return loaded(core -> Optional.of(core.runtime().facts()), Optional::empty);
    }

    /** Most tokens of prompt and answer together; 0 before it is loaded. */
    public int contextLength() {
        return loaded(core -> core.model().contextLength(), () -> 0);
    }

    /** Most tokens of an answer where neither request nor options say more. */
    public int defaultOutputTokens() {
        return loaded(AnswerEngine::defaultOutputTokens, () -> GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS);
    }

    /** Native memory of one token in the KV cache, all layers together; 0 before it is loaded. */
    public long cacheBytesPerToken() {
        return loaded(AnswerEngine::cacheBytesPerToken, () -> 0L);
    }

    /**
     * Bytes of the weights that each step of answers reads, as they lie in memory; 0 before it is loaded, and of CLIP and BLIP, which have no
     * such steps.
     */
    public long weightBytesPerStep() {
        return loaded(AnswerEngine::weightBytesPerStep, () -> 0L);
    }

    @Override
    public int activeRequests() {
        return shared.activeRequests();
    }

    @Override
    public int queuedRequests() {
        return shared.queuedRequests();
    }

    /** What the cache of vision features has done so far. */
    public VisionCacheUse visionCacheUse() {
        return loaded(AnswerEngine::visionCacheUse, () -> new VisionCacheUse(0, 0, 0, 0));
    }

    /** What is remembered of prompts, and what that has spared so far. */
    public PrefixUse prefixUse() {
        return loaded(AnswerEngine::prefixUse, () -> new PrefixUse(0, 0, 0, 0, 0, 0));
    }

    /**
     * What weights of 8 bits have changed against 16; empty where they are not, where the folder held them so, and before the model is
     * loaded.
     */
    public Optional<Int8Report> int8Report() {
        return loaded(AnswerEngine::int8Report, Optional::empty);
    }

    @Override
    public List<String> warnings() {
        return int8Report().map(Int8Report::warnings).orElse(List.of());
    }

    /** What its decoding has done so far: how many sequences took their steps together. */
    public StepUse stepUse() {
        return loaded(AnswerEngine::stepUse, () -> StepUse.NONE);
    }

    /** What requests and what is remembered take of the memory budget; nothing before it is loaded. */
    public MemoryUse memoryUse() {
        return loaded(core -> core.memory().use(), () -> new MemoryUse(0, 0, 0, 0, 0));
    }

    /** What the canary has found so far: how often answers agree with those that are made without pruning. */
    public CanaryUse canaryUse() {
        return canary.use();
    }

    /**
     * Whether its answers can be kept to a form. Before it is loaded only a family that the options name tells: all others are
     * taken to have a language decoder.
     */
    public boolean keepsForms() {
        return loaded(
                AnswerEngine::keepsForms, () -> !"blip".equals(loading.options().family()));
    }

    /** Forms that answers are kept to, prepared and remembered; also before the model is loaded. */
    public AnswerForms forms() {
        return forms;
    }

    /** Answers for the canary: nobody waits for it, so it takes no place. */
    private GenerationResult answerAside(GenerationRequest request, BooleanSupplier cancelled) {
        return shared.aside(cancelled, (open, check) -> path().answer(
                        request, GenerationListener.NONE, check::run, StageObserver.NONE, Duration.ZERO));
    }

    /** Native arrays and scopes that are alive, but for those of remembered pictures and prompts; for leak tests. */
    public int liveResources() {
        return loaded(AnswerEngine::liveResources, () -> 0);
    }

    private <T> T loaded(Function<AnswerEngine, T> now, Supplier<T> before) {
        AnswerEngine core = loading.ifLoaded();
        return core == null ? before.get() : now.apply(core);
    }

    @Override
    public boolean isClosed() {
        return shared.isClosed();
    }

    /**
     * Checks what a request says about pruning against this model, without running anything. Before it is loaded there is
     * nothing to check it against: the request itself will be refused.
     *
     * @throws io.github.glimpse.ModelLoadException if the model could not be loaded
     * @throws io.github.glimpse.GlimpseException if a strategy is unknown or not possible here
     * @throws IllegalArgumentException if a place is not possible
     */
    public void check(PruningOptions pruning) {
        check(pruning.orElse(options().pruning()), options().generation());
    }

    /**
     * The same for the complete options of a request, as {@link #answer} takes them.
     *
     * @throws io.github.glimpse.GlimpseException as {@link #check(PruningOptions)}, and if this model cannot make an answer so
     */
    public void check(PruningOptions pruning, GenerationOptions generation) {
        loading.check();
        AnswerEngine core = loading.ifLoaded();
        if (core != null) {
            core.check(generation);
            var unused = shared.inUse(open -> core.schedule(pruning));
        }
    }

    /**
     * The cuts that a request with these options and pictures goes through, with the numbers of the module where nobody says
     * others; empty if nothing is pruned, and before the model is loaded.
     *
     * @throws io.github.glimpse.GlimpseException if a strategy is unknown or not possible here, or the model is closed
     * @throws IllegalArgumentException if a place is not possible
     */
    public List<PlannedCut> plan(PruningOptions pruning) {
        AnswerEngine core = loading.ifLoaded();
        return core == null
                ? List.of()
                : shared.inUse(open -> core.plan(pruning.orElse(options().pruning())));
    }

    PruningSchedule schedule(PruningOptions pruning) {
        return path().schedule(pruning.orElse(options().pruning()));
    }

    VisionLanguageModel model() {
        return (VisionLanguageModel) path().model();
    }

    TorchRuntime runtime() {
        return path().runtime();
    }

    AnswerEngine path() {
        return loading.await(() -> {});
    }

    /**
     * Counts the tokens of a prompt, image tokens before pruning included. Reads only the headers of pictures.
     *
     * @throws io.github.glimpse.GlimpseException if the prompt cannot be built
     */
    public int countTokens(List<ChatTurn> turns) {
        return countTokens(turns, ToolOffer.NONE);
    }

    /** The same for a prompt that offers tools, or in which some were called. */
    public int countTokens(List<ChatTurn> turns, ToolOffer tools) {
        AnswerEngine core = awaitLoaded();
        return shared.inUse(open -> core.countTokens(turns, tools));
    }

    /** Format in which answers call tools; empty if there is none that can be read, and before the model is loaded. */
    public Optional<ToolCallFormat> toolCallFormat() {
        return loaded(AnswerEngine::toolCallFormat, Optional::empty);
    }

    /** How tools come into prompts where a request says nothing; empty if it calls none, and before it is loaded. */
    public Optional<ToolForm> toolForm() {
        return loaded(AnswerEngine::toolForm, Optional::empty);
    }

    /** Training limits that the model's folder declares; none before it is loaded. */
    public ModelTraining training() {
        return loaded(AnswerEngine::training, () -> ModelTraining.ANY);
    }

    /**
     * The same, after the model is loaded.
     *
     * @throws io.github.glimpse.ModelLoadException if it could not be loaded
     * @throws io.github.glimpse.GlimpseException if it is closed, or not loaded within the time limit of a request
     */
    public ModelTraining awaitTraining() {
        return awaitLoaded().training();
    }

    /** What the family does with pictures and videos; empty if its text looks at one picture by cross-attention. */
    public Optional<MediaRule> media() {
        return awaitLoaded().model() instanceof VisionLanguageModel decoding
                ? Optional.of(decoding.media())
                : Optional.empty();
    }

    /**
     * Checks that tools can be called. Before the model is loaded there is nothing to check them against.
     *
     * @throws io.github.glimpse.UnsupportedModelException if this kind of model calls no tools
     */
    public void check(ToolOffer tools) {
        AnswerEngine core = loading.ifLoaded();
        if (core != null) {
            core.check(tools);
        }
    }

    /**
     * Counts the tokens of a text as it would stand in a prompt, without special tokens of the template, but with the
     * beginning token where the tokenizer adds one.
     */
    public int countTokens(String text) {
        AnswerEngine core = awaitLoaded();
        return shared.inUse(open -> core.countTokens(text));
    }

    private AnswerEngine awaitLoaded() {
        Deadline deadline = Deadline.whileLoading(options().timeout(), ADVICE);
        return loading.await(() -> {
            shared.checkOpen();
            deadline.check();
        });
    }

    /**
     * A request comes: its time begins, and its turn is behind those that came before, on whichever thread it is answered. For
     * who has something to do before or in between, such as fetching pictures.
     *
     * @param signal ends the request
     * @return to be closed by the caller
     */
    public Arrival arrive(CancellationSignal signal) {
        return shared.arrive(signal::isCancelled, ADVICE);
    }

    /** More work of a request whose time began before; its turn is behind those that came until now. */
    public Arrival arrive(CancellationSignal signal, Arrival earlier) {
        return shared.arrive(signal::isCancelled, earlier);
    }

    /**
     * Answers. Runs on the caller's thread, after waiting for a free place.
     *
     * @param listener hears pieces of the answer
     * @param signal ends the request
     * @throws io.github.glimpse.GlimpseException if the request is refused, fails, is cancelled or runs out of time; the place
     *     is free again and the memory is back
     * @throws OutOfMemoryError if the Java heap runs out; the place is free again and the memory is back then too
     */
    public GenerationResult generate(
            GenerationRequest request, GenerationListener listener, CancellationSignal signal) {
        return generate(request, listener, signal, observers.get());
    }

    /** Like {@link #generate(GenerationRequest, GenerationListener, CancellationSignal)}, unheard and uncancelled. */
    public GenerationResult generate(GenerationRequest request) {
        return generate(request, GenerationListener.NONE, new CancellationSignal());
    }

    /** Like {@link #generate(GenerationRequest)}, with the numbers behind the answer. */
    public TracedAnswer trace(GenerationRequest request) {
        TracedAnswer.Recorder recorder = new TracedAnswer.Recorder();
        return recorder.with(generate(request, GenerationListener.NONE, new CancellationSignal(), recorder));
    }

    GenerationResult generate(
            GenerationRequest request, GenerationListener listener, CancellationSignal signal, StageObserver observer) {
        return answer(request.over(options()), listener, arrive(signal), observer);
    }

    /**
     * Answers a request that came before, and is its end.
     *
     * @param request its options complete, as a chat model's parameters are, which begin with {@link #options()}: what is unset
     *     is the library's default
     */
    public GenerationResult answer(GenerationRequest request, GenerationListener listener, Arrival arrival) {
        return answer(request, listener, arrival, observers.get());
    }

    private GenerationResult answer(
            GenerationRequest request, GenerationListener listener, Arrival arrival, StageObserver observer) {
        GenerationListener watched = new WatchedListener(listener, arrival);
        GenerationResult result;
        try (var turn = shared.admit(arrival, () -> listener.onStage(Stage.WAITING))) {
            try {
                AnswerEngine core = core(turn, arrival);
                result = core.answer(request, watched, arrival::check, observer, arrival.waited());
                turn.answered();
            } catch (RuntimeException | Error e) {
                turn.failed(e);
                throw e;
            }
        }
        canary.offer(request, result);
        return result;
    }

    /** The model of a request that has its turn, waited for while it is loading. */
    private AnswerEngine core(Turn<Loading<EngineOptions, AnswerEngine>> turn, Arrival arrival) {
        canary.stepAside();
        return arrival.load(() -> turn.model().await(arrival::check));
    }

    /**
     * Tells how well texts fit a picture. Runs on the caller's thread, after waiting for a free place; the picture is looked at
     * once.
     *
     * @param picture bytes of a picture file
     * @param texts at least one, at most {@link EngineOptions#maxTexts()}
     * @param pruning what this request says about pruning
     * @return one per text, in their order
     * @throws io.github.glimpse.UnsupportedModelException if the model was not trained for that
     * @throws UnsupportedContentException if there are more texts than the options allow
     * @throws io.github.glimpse.GlimpseException as {@link #generate(GenerationRequest)}
     */
    public List<ImageTextMatch> match(byte[] picture, List<String> texts, PruningOptions pruning) {
        return match(picture, texts, pruning, new CancellationSignal());
    }

    /** Like {@link #match(byte[], List, PruningOptions)}; the signal ends the request. */
    public List<ImageTextMatch> match(
            byte[] picture, List<String> texts, PruningOptions pruning, CancellationSignal signal) {
        return match(picture, texts, pruning, signal, StageObserver.NONE);
    }

    /** Like {@link #match(byte[], List, PruningOptions)}, for a request that came before, and is its end. */
    public List<ImageTextMatch> match(byte[] picture, List<String> texts, PruningOptions pruning, Arrival arrival) {
        return match(picture, texts, pruning, arrival, StageObserver.NONE);
    }

    List<ImageTextMatch> match(
            byte[] picture,
            List<String> texts,
            PruningOptions pruning,
            CancellationSignal signal,
            StageObserver observer) {
        try (Arrival arrival = arrive(signal)) {
            return match(picture, texts, pruning, arrival, observer);
        }
    }

    private List<ImageTextMatch> match(
            byte[] picture, List<String> texts, PruningOptions pruning, Arrival arrival, StageObserver observer) {
        int most = options().maxTexts();
        if (texts.size() > most) {
            throw new UnsupportedContentException("The request has " + texts.size() + " texts, the limit is " + most
                    + "; send fewer at once or raise max-texts");
        }
        PruningOptions complete = pruning.orElse(options().pruning());
        try (var turn = shared.admit(arrival)) {
            try {
                List<ImageTextMatch> matches = ImageTextEngine.matching(core(turn, arrival))
                        .match(picture, texts, complete, arrival::check, observer);
                turn.answered();
                return matches;
            } catch (RuntimeException | Error e) {
                turn.failed(e);
                throw e;
            }
        }
    }

    /**
     * Checks that this model tells how well texts fit a picture, without running anything. Before it is loaded there is nothing
     * to check.
     *
     * @throws io.github.glimpse.UnsupportedModelException if it was not trained for that
     */
    public void checkMatching() {
        AnswerEngine core = loading.ifLoaded();
        if (core != null) {
            var unused = ImageTextEngine.matching(core);
        }
    }

    @Override
    public boolean drain(Duration limit) {
        shared.shut();
        canary.stepAside();
        return shared.drain(limit);
    }

    @Override
    public void resume() {
        shared.resume();
    }

    /**
     * Refuses new requests, lets running ones end at their next layer or token, then frees the native memory. Called by a
     * listener, that is inside a request, it returns at once and the memory is freed when that request has ended. While the
     * model is loading it gives up fetching files; weights that are being read are freed as soon as they are there. It returns
     * within ten seconds: the memory of what is then still held up, by a listener that blocks or a long step, is freed when that
     * has ended, and a warning says so.
     */
    @Override
    public void close() {
        shared.close(canary::close);
    }

    @Override
    public String toString() {
        return "LoadedModel[" + name() + ", " + family() + ", " + dtypeName() + " on " + deviceName() + ", " + state()
                + "]";
    }
}
