package io.github.glimpse.generate;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.model.ModelFamilies;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.StrategyContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine: one model, loaded once, asked by many. Owns all native memory of the model; {@link #close()} lets running
 * requests end at their next layer or token and then frees it. Safe for concurrent use.
 */
public final class LoadedModel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

    private final EngineOptions options;
    private final TorchRuntime runtime;
    private final VisionLanguageModel model;
    private final StrategyShelf strategies;
    private final PromptBuilder prompts;
    private final RequestGate gate;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();
    // Requests read, close writes: memory is freed when nobody uses it any more.
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    private LoadedModel(
            EngineOptions options,
            TorchRuntime runtime,
            VisionLanguageModel model,
            StrategyShelf strategies,
            String name) {
        this.options = options;
        this.runtime = runtime;
        this.model = model;
        this.strategies = strategies;
        this.name = name;
        this.prompts = new PromptBuilder(model, new ImageDecoder(options.imageLimits(), options.transparency()));
        this.gate = new RequestGate(options.maxActive(), options.maxQueued());
    }

    /**
     * Loads a model and its glimpse module, and checks the pruning options against them.
     *
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged or does not fit
     * @throws IllegalArgumentException if the pruning options cannot work with this model
     */
    public static LoadedModel load(EngineOptions options) {
        long start = System.nanoTime();
        ModelFiles files = ModelFiles.ofDirectory(options.model());
        TorchRuntime runtime = TorchRuntime.start(options.runtime());
        try {
            VisionLanguageModel model = ModelFamilies.discover(options.families())
                    .of(options.family(), files.config())
                    .load(files, options.load(), runtime);
            return assemble(options, runtime, model, files, start);
        } catch (RuntimeException e) {
            runtime.close();
            throw e;
        }
    }

    private static LoadedModel assemble(
            EngineOptions options, TorchRuntime runtime, VisionLanguageModel model, ModelFiles files, long start) {
        StrategyContext context = new StrategyContext(runtime, model.dimensions(), files.config(), options.module());
        StrategyShelf strategies = new StrategyShelf(
                PruningStrategies.discover(options.strategies()), context, strategy -> checkTaps(model, strategy));
        try {
            PruningSchedule schedule = strategies.schedule(options.pruning());
            String name = options.name() != null
                    ? options.name()
                    : String.valueOf(
                            files.directory().toAbsolutePath().normalize().getFileName());
            LOG.info(
                    "Loaded {} ({}, {}, weights {}) on {} with {} threads in {} ms; pruning {}",
                    name,
                    model.family(),
                    model.weights().dtype().label(),
                    model.weights().format(),
                    runtime.deviceName(),
                    runtime.threads(),
                    Duration.ofNanos(System.nanoTime() - start).toMillis(),
                    schedule.cuts().stream()
                            .map(cut -> cut.name() + " at " + cut.at())
                            .toList());
            return new LoadedModel(options, runtime, model, strategies, name);
        } catch (RuntimeException e) {
            strategies.close();
            model.close();
            throw e;
        }
    }

    private static void checkTaps(VisionLanguageModel model, PruningStrategy strategy) {
        for (EvidenceRequest need : strategy.needs()) {
            if (need instanceof EvidenceRequest.VisionTaps taps) {
                taps.layers().forEach(model.tower()::checkTap);
            }
        }
    }

    /** The model's name in answers. */
    public String name() {
        return name;
    }

    /** The name of its family. */
    public String family() {
        return model.family();
    }

    /** What it was loaded with. */
    public EngineOptions options() {
        return options;
    }

    /** The device that it runs on: {@code cpu} or {@code cuda:N}. */
    public String deviceName() {
        return runtime.deviceName();
    }

    /** The type that it computes in: {@code float32}, {@code bfloat16} or {@code float16}. */
    public String dtypeName() {
        return model.weights().dtype().label();
    }

    /** Most tokens of prompt and answer together. */
    public int contextLength() {
        return model.contextLength();
    }

    /** Requests that run now. */
    public int activeRequests() {
        return gate.active();
    }

    /** Requests that wait now. */
    public int queuedRequests() {
        return gate.queued();
    }

    /** Native arrays and scopes that are alive; for leak tests. */
    public int liveResources() {
        return runtime.liveResources();
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Checks options of a request against this model, without running anything.
     *
     * @throws io.github.glimpse.GlimpseException if a strategy is unknown or not possible here
     * @throws IllegalArgumentException if a place is not possible
     */
    public void check(PruningOptions pruning) {
        inUse(() -> schedule(pruning));
    }

    /**
     * The cuts that a request with these options and pictures goes through, with the numbers of the module where nobody says
     * others; empty if nothing is pruned.
     *
     * @throws io.github.glimpse.GlimpseException if a strategy is unknown or not possible here, or the model is closed
     * @throws IllegalArgumentException if a place is not possible
     */
    public List<PlannedCut> plan(PruningOptions pruning) {
        return inUse(() -> schedule(pruning).cuts().stream()
                .map(cut -> new PlannedCut(cut.at(), cut.name(), cut.strategy().settled(cut.budget())))
                .toList());
    }

    PruningSchedule schedule(PruningOptions pruning) {
        return strategies.schedule(pruning.orElse(options.pruning()));
    }

    VisionLanguageModel model() {
        return model;
    }

    TorchRuntime runtime() {
        return runtime;
    }

    /**
     * Counts the tokens of a prompt, image tokens before pruning included. Reads only the headers of pictures.
     *
     * @throws io.github.glimpse.GlimpseException if the prompt cannot be built
     */
    public int countTokens(List<ChatTurn> turns) {
        return inUse(() -> prompts.draft(turns).tokens());
    }

    /**
     * Counts the tokens of a text as it would stand in a prompt, without special tokens of the template, but with the
     * beginning token where the tokenizer adds one.
     */
    public int countTokens(String text) {
        return inUse(() -> model.tokenizer().encode(model.tokenizer().guard(text)).length);
    }

    /**
     * Answers. Runs on the caller's thread, after waiting for a free place.
     *
     * @param listener hears pieces of the answer
     * @param signal ends the request
     * @throws io.github.glimpse.GlimpseException if the request is refused, fails, is cancelled or runs out of time; the place
     *     is free again and the memory is back
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
        long arrived = System.nanoTime();
        long deadline = arrived + options.timeout().toNanos();
        CancellationPoint cancellation = () -> {
            if (closed.get()) {
                throw closedError();
            }
            if (signal.isCancelled()) {
                throw new GenerationCancelledException("The request was cancelled by its caller");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new DeadlineExceededException("The request took longer than " + options.timeout()
                        + "; send smaller pictures, ask for fewer tokens, or raise glimpse.limits.timeout");
            }
        };
        cancellation.check();
        listener.onStage(Stage.WAITING);
        gate.enter(cancellation);
        try {
            Duration waiting = Duration.ofNanos(System.nanoTime() - arrived);
            return inUse(() -> {
                try (TensorScope scope = runtime.openScope()) {
                    RequestContext context = new RequestContext(scope, cancellation, observer, new Stopwatch(listener));
                    return answer(request, listener, context, waiting);
                }
            });
        } finally {
            gate.leave();
        }
    }

    /** Does something with native memory, which {@link #close()} frees only after. */
    private <T> T inUse(Supplier<T> work) {
        use.readLock().lock();
        try {
            if (closed.get()) {
                throw closedError();
            }
            return work.get();
        } finally {
            use.readLock().unlock();
        }
    }

    private GenerationResult answer(
            GenerationRequest request, GenerationListener listener, RequestContext context, Duration waiting) {
        checkPictures(request.turns());
        PruningSchedule schedule = schedule(request.pruning());
        GenerationOptions generation = request.generation().orElse(options.generation());
        PromptBuilder.Draft draft = prompts.draft(request.turns());
        int most = mostTokens(draft.tokens(), generation);
        Prompt prompt = prompts.prompt(draft);
        context.observer().onPrompt(prompt.text(), prompt.layout(), prompt.images());
        Prefill prefill = new Prefill(model, prompt, schedule, most, context);
        Sequence sequence = prefill.run();
        Sampler sampler = new Sampler(generation, prompt.layout().ids(), sequence.logits().length);
        List<String> stop = generation.stop() == null ? List.of() : generation.stop();
        DecodeLoop.Answer answer = new DecodeLoop(model, context, stop, listener).run(sequence, sampler, most);
        context.watch().finish();
        return new GenerationResult(
                answer.text(),
                answer.ids(),
                answer.reason(),
                prompt.tokens(),
                sequence.rows(),
                prefill.selections().report(prompt.images()),
                context.watch().timings(waiting));
    }

    private void checkPictures(List<ChatTurn> turns) {
        if (turns.isEmpty()) {
            throw new UnsupportedContentException("The request has no message; send at least one of the user");
        }
        long pictures = turns.stream()
                .flatMap(turn -> turn.parts().stream())
                .filter(ChatTurn.Picture.class::isInstance)
                .count();
        if (pictures > options.maxImages()) {
            throw new UnsupportedContentException("The request has " + pictures + " images, the limit is "
                    + options.maxImages() + "; send fewer or raise glimpse.limits.max-images");
        }
    }

    private int mostTokens(int promptTokens, GenerationOptions generation) {
        int wanted = generation.maxOutputTokens() == null
                ? GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS
                : generation.maxOutputTokens();
        // One place is for the first token.
        int limit = options.maxInputTokens() == null
                ? model.contextLength() - 1
                : Math.min(options.maxInputTokens(), model.contextLength() - 1);
        if (promptTokens > limit) {
            throw new PromptTooLongException(
                    "The prompt has " + promptTokens + " tokens, image tokens included; the limit is " + limit
                            + "; send fewer or smaller images or less text");
        }
        return Math.min(wanted, model.contextLength() - promptTokens);
    }

    private EngineClosedException closedError() {
        return new EngineClosedException("The model " + name + " is closed; load it again");
    }

    /**
     * Refuses new requests, lets running ones end at their next layer or token, then frees the native memory. Called by a
     * listener, that is inside a request, it returns at once and the memory is freed when that request has ended.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (use.getReadHoldCount() > 0) {
            // This thread's own request holds what freeing waits for.
            new Thread(this::free, "glimpse-close").start();
        } else {
            free();
        }
    }

    private void free() {
        use.writeLock().lock();
        try {
            strategies.close();
            model.close();
            runtime.close();
        } finally {
            use.writeLock().unlock();
        }
    }
}
