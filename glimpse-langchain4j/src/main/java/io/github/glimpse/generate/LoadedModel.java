package io.github.glimpse.generate;

import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
public final class LoadedModel implements AutoCloseable {

    /** What {@link #drain} leaves to cancelled requests, so that their callers hear before everything else stops. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private static final String AUTO = "auto";

    private final Loading loading;
    private final RequestGate gate;
    private final String name;
    private final Entrance entrance = new Entrance();
    private final Canary canary;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean failing;
    // Requests read, close writes: memory is freed when nobody uses it any more.
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    private LoadedModel(String name, Loading loading) {
        this.name = name;
        this.loading = loading;
        this.gate =
                new RequestGate(loading.options().maxActive(), loading.options().maxQueued());
        this.canary = new Canary(loading.options().canaryRatio(), this::isIdle, this::answerAside);
    }

    /**
     * Loads a model and its glimpse module, and checks the pruning options against them.
     *
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged or does not fit
     * @throws IllegalArgumentException if the pruning options cannot work with this model
     */
    public static LoadedModel load(EngineOptions options) {
        String name = nameOf(options);
        return new LoadedModel(name, Loading.now(name, options));
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
        return new LoadedModel(name, Loading.later(name, options, prepare));
    }

    private static String nameOf(EngineOptions options) {
        return options.name() != null
                ? options.name()
                : String.valueOf(options.model().toAbsolutePath().normalize().getFileName());
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

    /** What it is doing now. Runs nothing, waits for nothing, touches no native memory. */
    public EngineState state() {
        if (closed.get()) {
            return EngineState.CLOSED;
        }
        if (!entrance.isOpen()) {
            return EngineState.DRAINING;
        }
        EngineState state = loading.state();
        return state == EngineState.READY && failing ? EngineState.FAILING : state;
    }

    /** The model's name in answers. */
    public String name() {
        return name;
    }

    /** The name of its family; before it is loaded what the options say, else {@code auto}. */
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
    public String deviceName() {
        return loaded(
                core -> core.runtime().deviceName(),
                () -> loading.options().runtime().device());
    }

    /**
     * The type that it computes in: {@code float32}, {@code bfloat16} or {@code float16}; before it is loaded the choice of
     * the options, else {@code auto}.
     */
    public String dtypeName() {
        return loaded(AnsweringPath::dtypeName, () -> {
            var dtype = loading.options().load().dtype();
            return dtype == null ? AUTO : dtype.label();
        });
    }

    /** Most tokens of prompt and answer together; 0 before it is loaded. */
    public int contextLength() {
        return loaded(core -> core.model().contextLength(), () -> 0);
    }

    /** Native memory of one token in the KV cache, all layers together; 0 before it is loaded. */
    public long cacheBytesPerToken() {
        return loaded(AnsweringPath::cacheBytesPerToken, () -> 0L);
    }

    /** Requests that run now. */
    public int activeRequests() {
        return gate.active();
    }

    /** Requests that wait now. */
    public int queuedRequests() {
        return gate.queued();
    }

    /** What the cache of vision features has done so far. */
    public VisionCacheUse visionCacheUse() {
        return loaded(AnsweringPath::visionCacheUse, () -> new VisionCacheUse(0, 0, 0, 0));
    }

    /** What the canary has found so far: how often answers agree with those that are made without pruning. */
    public CanaryUse canaryUse() {
        return canary.use();
    }

    private boolean isIdle() {
        return entrance.isOpen() && gate.active() == 0 && gate.queued() == 0;
    }

    /** Answers for the canary: nobody waits for it, so it takes no place. */
    private GenerationResult answerAside(GenerationRequest request, CancellationSignal signal) {
        Deadline deadline = Deadline.in(options().timeout());
        CancellationPoint cancellation = cancellation(new CancellationSignal(), signal, deadline);
        return inUse(
                () -> path().answer(request, GenerationListener.NONE, cancellation, StageObserver.NONE, Duration.ZERO));
    }

    /** Native arrays and scopes that are alive, but for those of remembered pictures; for leak tests. */
    public int liveResources() {
        return loaded(AnsweringPath::liveResources, () -> 0);
    }

    private <T> T loaded(Function<AnsweringPath, T> now, Supplier<T> before) {
        AnsweringPath core = loading.ifLoaded();
        return core == null ? before.get() : now.apply(core);
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Checks options of a request against this model, without running anything. Before it is loaded there is nothing to check
     * them against: the request itself will be refused.
     *
     * @throws io.github.glimpse.ModelLoadException if the model could not be loaded
     * @throws io.github.glimpse.GlimpseException if a strategy is unknown or not possible here
     * @throws IllegalArgumentException if a place is not possible
     */
    public void check(PruningOptions pruning) {
        loading.check();
        AnsweringPath core = loading.ifLoaded();
        if (core != null) {
            inUse(() -> core.schedule(pruning));
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
        AnsweringPath core = loading.ifLoaded();
        return core == null ? List.of() : inUse(() -> core.plan(pruning));
    }

    PruningSchedule schedule(PruningOptions pruning) {
        return path().schedule(pruning);
    }

    VisionLanguageModel model() {
        return (VisionLanguageModel) path().model();
    }

    TorchRuntime runtime() {
        return path().runtime();
    }

    AnsweringPath path() {
        return loading.await(() -> {});
    }

    /**
     * Counts the tokens of a prompt, image tokens before pruning included. Reads only the headers of pictures.
     *
     * @throws io.github.glimpse.GlimpseException if the prompt cannot be built
     */
    public int countTokens(List<ChatTurn> turns) {
        AnsweringPath core = awaitLoaded();
        return inUse(() -> core.countTokens(turns));
    }

    /**
     * Counts the tokens of a text as it would stand in a prompt, without special tokens of the template, but with the
     * beginning token where the tokenizer adds one.
     */
    public int countTokens(String text) {
        AnsweringPath core = awaitLoaded();
        return inUse(() -> core.countTokens(text));
    }

    private AnsweringPath awaitLoaded() {
        Deadline deadline = Deadline.in(options().timeout());
        return loading.await(() -> {
            checkOpen();
            deadline.check(this::advice);
        });
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
        return generate(request, listener, signal, StageObserver.NONE);
    }

    /** Like {@link #generate(GenerationRequest, GenerationListener, CancellationSignal)}, unheard and uncancelled. */
    public GenerationResult generate(GenerationRequest request) {
        return generate(request, GenerationListener.NONE, new CancellationSignal());
    }

    GenerationResult generate(
            GenerationRequest request, GenerationListener listener, CancellationSignal signal, StageObserver observer) {
        GenerationResult result = admitted(
                listener,
                signal,
                (core, cancellation, waiting) -> core.answer(request, listener, cancellation, observer, waiting));
        canary.offer(request, request.generation().orElse(options().generation()), result);
        return result;
    }

    /** What is done with the model by a request that has its place. */
    @FunctionalInterface
    private interface Work<T> {

        T with(AnsweringPath core, CancellationPoint cancellation, Duration waiting);
    }

    private <T> T admitted(GenerationListener listener, CancellationSignal signal, Work<T> work) {
        Deadline deadline = Deadline.in(options().timeout());
        CancellationSignal expulsion = entrance.enter(this::closedError);
        try {
            CancellationPoint cancellation = cancellation(expulsion, signal, deadline);
            cancellation.check();
            listener.onStage(Stage.WAITING);
            gate.enter(cancellation);
            try {
                canary.stepAside();
                AnsweringPath core = loading.await(cancellation);
                return inUse(() -> observed(() -> work.with(core, cancellation, deadline.passed())));
            } finally {
                gate.leave();
            }
        } finally {
            entrance.leave();
        }
    }

    /**
     * Tells how well texts fit a picture. Runs on the caller's thread, after waiting for a free place; the picture is looked at
     * once.
     *
     * @param picture bytes of a picture file
     * @param texts at least one
     * @param pruning what this request says about pruning
     * @return one per text, in their order
     * @throws io.github.glimpse.UnsupportedModelException if the model was not trained for that
     * @throws io.github.glimpse.GlimpseException as {@link #generate(GenerationRequest)}
     */
    public List<ImageTextMatch> match(byte[] picture, List<String> texts, PruningOptions pruning) {
        return match(picture, texts, pruning, StageObserver.NONE);
    }

    List<ImageTextMatch> match(byte[] picture, List<String> texts, PruningOptions pruning, StageObserver observer) {
        return admitted(
                GenerationListener.NONE, new CancellationSignal(), (core, cancellation, waiting) -> matching(core)
                        .match(picture, texts, pruning, cancellation, observer));
    }

    private static ImageTextInMemory matching(AnsweringPath core) {
        if (core instanceof ImageTextInMemory looking) {
            return looking;
        }
        throw ImageTextInMemory.notMatching(core.model().family());
    }

    private CancellationPoint cancellation(CancellationSignal expulsion, CancellationSignal signal, Deadline deadline) {
        return () -> {
            checkOpen();
            if (expulsion.isCancelled()) {
                throw closedError();
            }
            if (signal.isCancelled()) {
                throw new GenerationCancelledException("The request was cancelled by its caller");
            }
            deadline.check(this::advice);
        };
    }

    private String advice() {
        return loading.state() == EngineState.LOADING
                ? "the model " + name + " is still loading: try again later"
                : "send smaller pictures, ask for fewer tokens";
    }

    /** Remembers how it went, for {@link #state()}. */
    private <T> T observed(Supplier<T> answer) {
        try {
            T result = answer.get();
            failing = false;
            return result;
        } catch (NativeLibraryException | OutOfMemoryError e) {
            failing = true;
            throw e;
        }
    }

    /** Does something with native memory, which {@link #close()} frees only after. */
    private <T> T inUse(Supplier<T> work) {
        use.readLock().lock();
        try {
            checkOpen();
            return work.get();
        } finally {
            use.readLock().unlock();
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw closedError();
        }
    }

    private EngineClosedException closedError() {
        return new EngineClosedException(
                closed.get()
                        ? "The model " + name + " is closed; load it again"
                        : "The model " + name + " is shutting down and takes no more requests; ask another instance");
    }

    /**
     * Refuses new requests with {@link EngineClosedException}, as after {@link #close()}; lets those that run and wait finish
     * within a time, and tells the rest to end at their next layer or token, with the same exception. Frees nothing: call
     * {@link #close()} afterwards, or {@link #resume()}.
     *
     * @param limit how long requests may go on; those that are told to end get a second more before this returns. When the
     *     thread is interrupted, the time is over.
     * @return whether all finished by themselves
     */
    public boolean drain(Duration limit) {
        entrance.shut();
        canary.stepAside();
        // A listener that drains waits for the others, not for its own request.
        int own = use.getReadHoldCount() > 0 ? 1 : 0;
        boolean finished = entrance.awaitAtMost(own, limit);
        if (!finished) {
            entrance.expel();
            entrance.awaitAtMost(own, LAST_WORDS);
        }
        return finished;
    }

    /** Takes requests again after {@link #drain}; does nothing else, and nothing after {@link #close()}. */
    public void resume() {
        if (!closed.get() && !entrance.isOpen()) {
            entrance.open();
        }
    }

    /**
     * Refuses new requests, lets running ones end at their next layer or token, then frees the native memory. Called by a
     * listener, that is inside a request, it returns at once and the memory is freed when that request has ended. While the
     * model is loading it gives up fetching files; weights that are being read are freed as soon as they are there.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        entrance.shut();
        canary.close();
        if (use.getReadHoldCount() > 0) {
            // This thread's own request holds what freeing waits for.
            new Thread(this::free, "glimpse-close").start();
        } else {
            free();
        }
    }

    private void free() {
        AnsweringPath core = loading.close();
        use.writeLock().lock();
        try {
            if (core != null) {
                core.close();
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
