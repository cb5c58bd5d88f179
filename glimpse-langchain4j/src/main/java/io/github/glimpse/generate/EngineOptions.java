package io.github.glimpse.generate;

import io.github.glimpse.SetValues;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.ServingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is settled when a model is loaded. Defaults live here and in the records that it holds, nowhere else.
 *
 * @param model directory of the model in Hugging Face form
 * @param module directory of a glimpse module, or null
 * @param name the model's name in answers; null takes that of {@link io.github.glimpse.hub.ModelSource#nameOf}
 * @param family name of the family, null goes by the configuration
 * @param runtime device and threads
 * @param load compute type, weight format, picture sizes
 * @param pruning for requests that do not say otherwise
 * @param generation for requests that do not say otherwise
 * @param imageLimits what is refused before it is decoded
 * @param video what a video may cost, and which frames of a file are looked at
 * @param transparency what lies behind transparent pictures
 * @param maxImages most pictures and videos of a request
 * @param maxTexts most texts that a picture is matched with in one request
 * @param history what becomes of earlier messages above the limits
 * @param maxInputTokens most tokens of a prompt before pruning, null for the model's context
 * @param serving how many requests run together, and what they may take
 * @param maxQueued requests that may wait
 * @param timeout longest time of a request, waiting included
 * @param visionCache what is remembered of pictures
 * @param prefixCache what is remembered of prompts
 * @param warmUp whether a short answer is made as part of loading, so that the first request does not wait for cold memory
 * @param families own families, which win over services of the same name
 * @param strategies own strategies, which win over services of the same name
 * @param profiles own pruning profiles by name, which win over those of {@link io.github.glimpse.prune.PruningProfile}
 * @param canaryRatio share of pruned answers that are made once more without pruning, to see how often both agree, 0..1
 */
public record EngineOptions(
        Path model,
        @Nullable Path module,
        @Nullable String name,
        @Nullable String family,
        RuntimeOptions runtime,
        LoadOptions load,
        PruningOptions pruning,
        GenerationOptions generation,
        ImageLimits imageLimits,
        VideoOptions video,
        Transparency transparency,
        int maxImages,
        int maxTexts,
        HistoryMode history,
        @Nullable Integer maxInputTokens,
        ServingOptions serving,
        int maxQueued,
        Duration timeout,
        VisionCacheOptions visionCache,
        PrefixCacheOptions prefixCache,
        boolean warmUp,
        List<ModelFamily> families,
        List<PruningStrategyFactory> strategies,
        Map<String, PruningOptions> profiles,
        double canaryRatio) {

    /** Pictures of a request. */
    public static final int DEFAULT_MAX_IMAGES = 8;

    /** Texts that a picture is matched with. */
    public static final int DEFAULT_MAX_TEXTS = 1_024;

    /** Room that a prompt is given where nothing limits it. */
    private static final int TOKENS_OF_A_PROMPT = 4_096;

    /** Requests that wait. */
    public static final int DEFAULT_MAX_QUEUED = 32;

    /** Time of a request. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

    /** The longest time that a request may be given. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    /** Checks the numbers and copies the lists. */
    public EngineOptions {
        positive("max-images", maxImages);
        positive("max-texts", maxTexts);
        if (maxInputTokens != null) {
            positive("max-input-tokens", maxInputTokens);
        }
        if (maxQueued < 0) {
            throw new IllegalArgumentException("max-queued is " + maxQueued + ", it must be at least 0");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout + ", it must be positive and at most " + LONGEST_TIMEOUT);
        }
        if (!(canaryRatio >= 0 && canaryRatio <= 1)) {
            throw new IllegalArgumentException(
                    "canary-ratio is " + canaryRatio + ", it must lie in [0, 1]; 0.01 is one request of a hundred");
        }
        generation = generation.checked();
        families = List.copyOf(families);
        strategies = List.copyOf(strategies);
        profiles = Map.copyOf(profiles);
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

    /** Starts with these. */
    public Builder toBuilder() {
        return toBuilder(model);
    }

    private Builder toBuilder(Path files) {
        return builder(files)
                .module(module)
                .name(name)
                .family(family)
                .runtime(runtime)
                .load(load)
                .pruning(pruning)
                .generation(generation)
                .imageLimits(imageLimits)
                .video(video)
                .transparency(transparency)
                .maxImages(maxImages)
                .maxTexts(maxTexts)
                .history(history)
                .maxInputTokens(maxInputTokens)
                .serving(serving)
                .maxQueued(maxQueued)
                .timeout(timeout)
                .visionCache(visionCache)
                .prefixCache(prefixCache)
                .warmUp(warmUp)
                .families(families)
                .strategies(strategies)
                .profiles(profiles)
                .canaryRatio(canaryRatio);
    }

    /** Tokens of a request: what a GPU is asked to have room for before a model is loaded. */
    long cacheTokens() {
        int prompt = maxInputTokens == null ? TOKENS_OF_A_PROMPT : maxInputTokens;
        Integer answer = generation.maxOutputTokens();
        return (long) prompt + (answer == null ? GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS : answer);
    }

    /** These options with files from elsewhere; for {@link LoadedModel#deferred}. */
    public EngineOptions withFiles(Path otherModel, @Nullable Path otherModule) {
        return toBuilder(otherModel).module(otherModule).build();
    }

    /** What tells a model from others. */
    @Override
    public String toString() {
        return new SetValues("EngineOptions")
                .add("name", name == null ? ModelSource.nameOf(model) : name)
                .add("family", family)
                .add("module", module != null)
                .add("runtime", runtime)
                .add("load", load)
                .add("pruning", pruning)
                .add("generation", generation)
                .add("serving", serving)
                .add("maxQueued", maxQueued)
                .add("timeout", timeout)
                .add("profiles", profiles.keySet())
                .toString();
    }

    /** Collects options. */
    public static final class Builder {

        private final Path model;
        private @Nullable Path module;
        private @Nullable String name;
        private @Nullable String family;
        private RuntimeOptions runtime = RuntimeOptions.defaults();
        private LoadOptions load = LoadOptions.defaults();
        private PruningOptions pruning = PruningOptions.defaults();
        private GenerationOptions generation = GenerationOptions.defaults();
        private ImageLimits imageLimits = ImageLimits.defaults();
        private VideoOptions video = VideoOptions.defaults();
        private Transparency transparency = Transparency.WHITE;
        private int maxImages = DEFAULT_MAX_IMAGES;
        private int maxTexts = DEFAULT_MAX_TEXTS;
        private HistoryMode history = HistoryMode.KEEP_LAST;
        private @Nullable Integer maxInputTokens;
        private ServingOptions serving = ServingOptions.defaults();
        private int maxQueued = DEFAULT_MAX_QUEUED;
        private Duration timeout = DEFAULT_TIMEOUT;
        private VisionCacheOptions visionCache = VisionCacheOptions.defaults();
        private PrefixCacheOptions prefixCache = PrefixCacheOptions.defaults();
        private boolean warmUp;
        private List<ModelFamily> families = List.of();
        private List<PruningStrategyFactory> strategies = List.of();
        private Map<String, PruningOptions> profiles = Map.of();
        private double canaryRatio;

        private Builder(Path model) {
            this.model = model;
        }

        /** Directory of a glimpse module. */
        public Builder module(@Nullable Path value) {
            module = value;
            return this;
        }

        /** The model's name in answers. */
        public Builder name(@Nullable String value) {
            name = value;
            return this;
        }

        /** Name of the family. */
        public Builder family(@Nullable String value) {
            family = value;
            return this;
        }

        /** Device and threads. */
        public Builder runtime(RuntimeOptions value) {
            runtime = value;
            return this;
        }

        /** Compute type, weight format, picture sizes. */
        public Builder load(LoadOptions value) {
            load = value;
            return this;
        }

        /** Pruning of requests that do not say otherwise. */
        public Builder pruning(PruningOptions value) {
            pruning = value;
            return this;
        }

        /** Generation of requests that do not say otherwise. */
        public Builder generation(GenerationOptions value) {
            generation = value;
            return this;
        }

        /** What is refused before it is decoded. */
        public Builder imageLimits(ImageLimits value) {
            imageLimits = value;
            return this;
        }

        /** What a video may cost, and which frames of a file are looked at. */
        public Builder video(VideoOptions value) {
            video = value;
            return this;
        }

        /** What lies behind transparent pictures. */
        public Builder transparency(Transparency value) {
            transparency = value;
            return this;
        }

        /** Most pictures of a request. */
        public Builder maxImages(int value) {
            maxImages = value;
            return this;
        }

        /** Most texts that a picture is matched with in one request. */
        public Builder maxTexts(int value) {
            maxTexts = value;
            return this;
        }

        /** What becomes of earlier messages above the limits; unset leaves the oldest out. */
        public Builder history(HistoryMode value) {
            history = value;
            return this;
        }

        /** Most tokens of a prompt before pruning. */
        public Builder maxInputTokens(@Nullable Integer value) {
            maxInputTokens = value;
            return this;
        }

        /** How many requests run together, and what they may take. */
        public Builder serving(ServingOptions value) {
            serving = value;
            return this;
        }

        /** Requests that run at once; the rest of {@link #serving} stays. */
        public Builder maxRunning(int value) {
            return serving(serving.withMaxRunning(value));
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

        /** What is remembered of pictures. */
        public Builder visionCache(VisionCacheOptions value) {
            visionCache = value;
            return this;
        }

        /** What is remembered of prompts. */
        public Builder prefixCache(PrefixCacheOptions value) {
            prefixCache = value;
            return this;
        }

        /** Whether a short answer is made as part of loading; not by itself. */
        public Builder warmUp(boolean value) {
            warmUp = value;
            return this;
        }

        /** Own families. */
        public Builder families(List<ModelFamily> value) {
            families = value;
            return this;
        }

        /** Own strategies. */
        public Builder strategies(List<PruningStrategyFactory> value) {
            strategies = value;
            return this;
        }

        /** Own pruning profiles by name. */
        public Builder profiles(Map<String, PruningOptions> value) {
            profiles = value;
            return this;
        }

        /** Share of pruned answers that are made once more without pruning, 0..1. */
        public Builder canaryRatio(double value) {
            canaryRatio = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public EngineOptions build() {
            return new EngineOptions(
                    model,
                    module,
                    name,
                    family,
                    runtime,
                    load,
                    pruning,
                    generation,
                    imageLimits,
                    video,
                    transparency,
                    maxImages,
                    maxTexts,
                    history,
                    maxInputTokens,
                    serving,
                    maxQueued,
                    timeout,
                    visionCache,
                    prefixCache,
                    warmUp,
                    families,
                    strategies,
                    profiles,
                    canaryRatio);
        }
    }
}
