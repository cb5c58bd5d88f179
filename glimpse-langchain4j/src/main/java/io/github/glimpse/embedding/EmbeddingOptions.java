package io.github.glimpse.embedding;

import io.github.glimpse.SetValues;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategyFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is settled when an embedding model is loaded. Defaults live here and in what it holds.
 *
 * @param model directory of a CLIP or SigLIP model in Hugging Face form
 * @param name the model's name in answers; null takes that of {@link io.github.glimpse.hub.ModelSource#nameOf}
 * @param runtime device and threads
 * @param load compute type and weight format; picture sizes are the model's own
 * @param pruning for requests that do not say otherwise; may not need texts, since vectors of pictures are made without
 * @param strategies strategies of your own, beside those that are known by name
 * @param imageLimits what is refused before it is decoded
 * @param transparency what lies behind transparent pictures
 * @param maxInputs most pictures and texts of a request; {@link GlimpseEmbeddingModel#embedAll} sends more texts as several
 * @param batchSize pictures that go through the tower together
 * @param maxRunning requests that run at once
 * @param maxQueued requests that may wait
 * @param timeout longest time of a request, waiting included
 */
public record EmbeddingOptions(
        Path model,
        @Nullable String name,
        RuntimeOptions runtime,
        LoadOptions load,
        PruningOptions pruning,
        List<PruningStrategyFactory> strategies,
        ImageLimits imageLimits,
        Transparency transparency,
        int maxInputs,
        int batchSize,
        int maxRunning,
        int maxQueued,
        Duration timeout) {

    /** Pictures and texts of a request. */
    public static final int DEFAULT_MAX_INPUTS = 1_024;

    /** Pictures that go through the tower together. */
    public static final int DEFAULT_BATCH_SIZE = 8;

    /** Requests at once: each fills the tower by itself, so two share the cores without a gain on a CPU. */
    public static final int DEFAULT_MAX_RUNNING = 1;

    /** Checks the numbers. */
    public EmbeddingOptions {
        positive("max-inputs", maxInputs);
        positive("batch-size", batchSize);
        positive("max-running", maxRunning);
        if (maxQueued < 0) {
            throw new IllegalArgumentException("max-queued is " + maxQueued + ", it must be at least 0");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(EngineOptions.LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout + ", it must be positive and at most " + EngineOptions.LONGEST_TIMEOUT);
        }
        strategies = List.copyOf(strategies);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be at least 1");
        }
    }

    /** Starts with the defaults. */
    public static Builder builder(Path model) {
        return new Builder(model);
    }

    /** What tells a model from others. */
    @Override
    public String toString() {
        return new SetValues("EmbeddingOptions")
                .add("name", name == null ? ModelSource.nameOf(model) : name)
                .add("runtime", runtime)
                .add("load", load)
                .add("pruning", pruning)
                .add("maxRunning", maxRunning)
                .add("maxQueued", maxQueued)
                .add("timeout", timeout)
                .toString();
    }

    /** Collects options. */
    public static final class Builder {

        private final Path model;
        private @Nullable String name;
        private RuntimeOptions runtime = RuntimeOptions.defaults();
        private LoadOptions load = LoadOptions.defaults();
        private PruningOptions pruning = PruningOptions.defaults();
        private List<PruningStrategyFactory> strategies = List.of();
        private ImageLimits imageLimits = ImageLimits.defaults();
        private Transparency transparency = Transparency.WHITE;
        private int maxInputs = DEFAULT_MAX_INPUTS;
        private int batchSize = DEFAULT_BATCH_SIZE;
        private int maxRunning = DEFAULT_MAX_RUNNING;
        private int maxQueued = EngineOptions.DEFAULT_MAX_QUEUED;
        private Duration timeout = EngineOptions.DEFAULT_TIMEOUT;

        private Builder(Path model) {
            this.model = model;
        }

        /** The model's name in answers. */
        public Builder name(@Nullable String value) {
            name = value;
            return this;
        }

        /** Device and threads. */
        public Builder runtime(RuntimeOptions value) {
            runtime = value;
            return this;
        }

        /** Compute type and weight format. */
        public Builder load(LoadOptions value) {
            load = value;
            return this;
        }

        /** Pruning of requests that do not say otherwise. */
        public Builder pruning(PruningOptions value) {
            pruning = value;
            return this;
        }

        /** Strategies of your own, beside those that are known by name. */
        public Builder strategies(List<PruningStrategyFactory> value) {
            strategies = value;
            return this;
        }

        /** What is refused before it is decoded. */
        public Builder imageLimits(ImageLimits value) {
            imageLimits = value;
            return this;
        }

        /** What lies behind transparent pictures. */
        public Builder transparency(Transparency value) {
            transparency = value;
            return this;
        }

        /** Most pictures and texts of a request. */
        public Builder maxInputs(int value) {
            maxInputs = value;
            return this;
        }

        /** Pictures that go through the tower together. */
        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        /** Requests that run at once. */
        public Builder maxRunning(int value) {
            maxRunning = value;
            return this;
        }

        /** Requests that may wait. */
        public Builder maxQueued(int value) {
            maxQueued = value;
            return this;
        }

        /** Longest time of a request. */
        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public EmbeddingOptions build() {
            return new EmbeddingOptions(
                    model,
                    name,
                    runtime,
                    load,
                    pruning,
                    strategies,
                    imageLimits,
                    transparency,
                    maxInputs,
                    batchSize,
                    maxRunning,
                    maxQueued,
                    timeout);
        }
    }
}
