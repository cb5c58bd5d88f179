package io.github.glimpse.embedding;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prefill.TowerStrategies;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.serve.Arrival;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.serve.ModelEngine;
import io.github.glimpse.serve.SharedModel;
import io.github.glimpse.serve.Turn;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model that makes vectors of pictures and texts, loaded once, asked by many. Owns all its native memory; {@link #close()} lets
 * running requests end at their next block and then frees it. Safe for concurrent use.
 *
 * <pre>{@code
 * try (EmbeddingEngine engine = EmbeddingEngine.load(EmbeddingOptions.builder(directory).build())) {
 *     MatchScores scores = engine.match(List.of(picture), List.of("a photo of a cat", "a photo of a dog"));
 *     float probability = scores.probabilities()[0][0];
 * }
 * }</pre>
 *
 * <p>Requests run on the caller's thread, after waiting for a free place. They throw a {@link io.github.glimpse.GlimpseException}
 * that says what was refused or failed; the place is free again and the memory is back.
 */
public final class EmbeddingEngine implements ModelEngine {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingEngine.class);
    private static final String ADVICE = "send fewer pictures and texts at once";

    private final String name;
    private final EmbeddingOptions options;
    private final SharedModel<EncoderWork> shared;
    // Said of a closed engine too.
    private final String family;
    private final String dtype;
    private final String device;
    private final String label;

    private EmbeddingEngine(String name, EmbeddingOptions options, EncoderWork work) {
        this.name = name;
        this.options = options;
        this.family = work.model().family();
        this.dtype = work.model().weights().dtype().label();
        this.device = work.runtime().deviceName();
        this.label = work.label();
        this.shared = new SharedModel<>(name, work, options.maxRunning(), options.maxQueued(), options.timeout());
    }

    /**
     * Loads a model and checks the pruning against it.
     *
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged, unknown or does not fit
     * @throws IllegalArgumentException if the pruning cannot work with this model
     */
    public static EmbeddingEngine load(EmbeddingOptions options) {
        long start = System.nanoTime();
        String name = options.name() != null ? options.name() : ModelSource.nameOf(options.model());
        EncoderWork work = EncoderWork.load(options);
        EmbeddingEngine engine = new EmbeddingEngine(name, options, work);
        LOG.info(
                "Loaded {} ({}, {}, weights {}) on {} in {} ms; pruning {}",
                name,
                engine.family,
                engine.dtype,
                work.model().weights().format(),
                engine.device,
                Duration.ofNanos(System.nanoTime() - start).toMillis(),
                engine.label());
        return engine;
    }

    @Override
    public String name() {
        return name;
    }

    /** One line that tells the pruning of its options from others; {@code none} if nothing is dropped. Store it beside the vectors. */
    public String label() {
        return label;
    }

    /** What it was loaded with. */
    public EmbeddingOptions options() {
        return options;
    }

    /** The name of its family: {@code clip} or {@code siglip}. */
    @Override
    public String family() {
        return family;
    }

    @Override
    public EngineState state() {
        return shared.state();
    }

    /** Numbers of a vector. */
    public int dimension() {
        return shared.inUse(work -> work.model().dimension());
    }

    @Override
    public String dtypeName() {
        return dtype;
    }

    @Override
    public String deviceName() {
        return device;
    }

    @Override
    public int activeRequests() {
        return shared.activeRequests();
    }

    @Override
    public int queuedRequests() {
        return shared.queuedRequests();
    }

    /** Native arrays and scopes that are alive; for leak tests. */
    public int liveResources() {
        return shared.inUse(work -> work.runtime().liveResources());
    }

    @Override
    public boolean isClosed() {
        return shared.isClosed();
    }

    /**
     * Checks a setting against this model, without running anything.
     *
     * @throws IllegalArgumentException if it cannot work
     */
    public void check(PruningOptions pruning) {
        shared.inUse(work -> {
            try {
                lend(work, pruning).close();
            } catch (UnsupportedModelException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            return work;
        });
    }

    /** Vectors of texts. What is longer than the model takes is cut off. */
    public TextVectors embedTexts(List<String> texts) {
        return ask(texts.size(), new CancellationSignal(), EncoderWork::texts, texts);
    }

    /** Vectors of pictures, given by the bytes of their files, pruned as the options say. */
    public ImageVectors embedImages(List<byte[]> images) {
        return embedImages(images, null, new CancellationSignal());
    }

    /**
     * Vectors of pictures, pruned in another way than the options say.
     *
     * @throws UnsupportedModelException if the setting cannot work with this model, or needs texts
     */
    public ImageVectors embedImages(List<byte[]> images, PruningOptions pruning) {
        return embedImages(images, pruning, new CancellationSignal());
    }

    ImageVectors embedImages(List<byte[]> images, @Nullable PruningOptions pruning, CancellationSignal signal) {
        return ask(
                images.size(),
                signal,
                (work, pictures, cancellation) -> {
                    try (TowerStrategies.Lent lent = withoutText(work, pruning)) {
                        return work.images(pictures, lent, cancellation);
                    }
                },
                images);
    }

    /**
     * Pictures and texts of one request, in one place of the queue.
     *
     * @param texts may be empty
     * @param images may be empty
     */
    Both embed(List<String> texts, List<byte[]> images, @Nullable PruningOptions pruning, Arrival arrival) {
        return ask(
                texts.size() + images.size(),
                arrival,
                (work, given, cancellation) -> {
                    try (TowerStrategies.Lent lent = withoutText(work, pruning)) {
                        return new Both(work.texts(given, cancellation), work.images(images, lent, cancellation));
                    }
                },
                texts);
    }

    /** Vectors of the texts and of the pictures of one request. */
    record Both(TextVectors texts, ImageVectors images) {}

    /**
     * Vectors of the patches that stay, for stores that keep several of a picture. A cut at {@code layer last} drops patches that
     * are not worth storing; it saves no time in the tower.
     *
     * @throws UnsupportedModelException if the setting cannot work with this model, or its patches have no vectors
     */
    public List<PatchVectors> embedPatches(List<byte[]> images, PruningOptions pruning) {
        return ask(
                images.size(),
                new CancellationSignal(),
                (work, pictures, cancellation) -> {
                    if (!work.model().placesPatches()) {
                        throw new UnsupportedModelException(
                                "The patches of " + work.model().family()
                                        + " have no vectors of their own; use a CLIP model, or embedImages");
                    }
                    try (TowerStrategies.Lent lent = withoutText(work, pruning)) {
                        return work.patches(pictures, lent, cancellation);
                    }
                },
                images);
    }

    /** How well pictures and texts go together, pruned as the options say: labels, or a ranking. */
    public MatchScores match(List<byte[]> images, List<String> texts) {
        return match(images, texts, null);
    }

    /**
     * How well pictures and texts go together.
     *
     * @param pruning may look at the texts; null is that of the options
     * @throws UnsupportedModelException if the setting cannot work with this model
     */
    public MatchScores match(List<byte[]> images, List<String> texts, @Nullable PruningOptions pruning) {
        return ask(
                images.size() + texts.size(),
                new CancellationSignal(),
                (work, pictures, cancellation) -> {
                    try (TowerStrategies.Lent lent = lend(work, pruning)) {
                        return work.match(pictures, texts, lent, cancellation);
                    }
                },
                images);
    }

    private interface Task<T, R> {
        R run(EncoderWork work, List<T> inputs, CancellationPoint cancellation);
    }

    /** A request comes: its time begins, and its turn is behind those that came before. To be closed by the caller. */
    Arrival arrive(CancellationSignal signal) {
        return shared.arrive(signal::isCancelled, ADVICE);
    }

    private <T, R> R ask(int count, CancellationSignal signal, Task<T, R> task, List<T> inputs) {
        try (Arrival arrival = arrive(signal)) {
            return ask(count, arrival, task, inputs);
        }
    }

    private <T, R> R ask(int count, Arrival arrival, Task<T, R> task, List<T> inputs) {
        if (count > options.maxInputs()) {
            throw new UnsupportedContentException("The request has " + count + " pictures and texts, the limit is "
                    + options.maxInputs() + "; send fewer at once or raise max-inputs");
        }
        List<T> copy = List.copyOf(inputs);
        try (Turn<EncoderWork> turn = shared.admit(arrival)) {
            try {
                R result = task.run(turn.model(), copy, arrival::check);
                turn.answered();
                return result;
            } catch (RuntimeException | Error e) {
                turn.failed(e);
                throw e;
            }
        } catch (NonFiniteNumbersException e) {
            throw e.computedIn(dtype);
        }
    }

    private static TowerStrategies.Lent lend(EncoderWork work, @Nullable PruningOptions pruning) {
        try {
            return work.lend(pruning);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException(String.valueOf(e.getMessage()), e);
        }
    }

    private static TowerStrategies.Lent withoutText(EncoderWork work, @Nullable PruningOptions pruning) {
        TowerStrategies.Lent lent = lend(work, pruning);
        if (lent.needsText()) {
            String label = lent.label();
            lent.close();
            throw new UnsupportedModelException("The pruning '" + label + "' " + EncoderWork.NEEDS_TEXT);
        }
        return lent;
    }

    @Override
    public boolean drain(Duration limit) {
        return shared.drain(limit);
    }

    @Override
    public void resume() {
        shared.resume();
    }

    @Override
    public void close() {
        shared.close();
    }

    @Override
    public String toString() {
        return "EmbeddingEngine[" + name() + ", " + family() + ", " + dtypeName() + " on " + deviceName() + ", "
                + state() + "]";
    }
}
