package io.github.glimpse.spring.autoconfigure;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.engine.GpuDescription;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.NativeFacts;
import io.github.glimpse.engine.WeightPacking;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.PrefixCacheOptions;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.generate.VisionCacheUse;
import io.github.glimpse.prefill.PrefixUse;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.MemoryUse;
import io.github.glimpse.text.ToolForm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /actuator/glimpse} says, and {@code /actuator/glimpse/scoring}. Holds no text or picture of any request and no path of this machine.
 *
 * @param model name of the model
 * @param family name of its family
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype type that it computes in
 * @param int8 what weights of 8 bits change against 16; null where they are not, and before the model is loaded
 * @param packing how much of the weights is packed, as a share; null where none is packed while the model answers
 * @param active requests that run
 * @param queued requests that wait
 * @param pruning of requests that do not say otherwise
 * @param generation of requests that do not say otherwise; without a seed each takes a new one; null for scores
 * @param tools how tools are offered
 * @param limits what is refused
 * @param memory native memory that requests and remembered pictures share
 * @param cache what is remembered of pictures
 * @param prefixes what is remembered of prompts
 * @param lastAnswer null before the first
 * @param nativeLibrary what libtorch found on this machine, as {@code native}; null before the model is loaded
 */
record GlimpseDescription(
        String model,
        String family,
        String device,
        String dtype,
        @Nullable Int8Report int8,
        @Nullable Double packing,
        int active,
        int queued,
        Pruning pruning,
        @Nullable GenerationOptions generation,
        Tools tools,
        Limits limits,
        MemoryUse memory,
        Cache cache,
        Prefixes prefixes,
        @Nullable LastAnswer lastAnswer,
        @JsonProperty("native") @Nullable Native nativeLibrary) {

    private static final GenerationOptions STANDARD = GenerationOptions.builder()
            .temperature(GenerationOptions.DEFAULT_TEMPERATURE)
            .topP(GenerationOptions.DEFAULT_TOP_P)
            .repetitionPenalty(GenerationOptions.DEFAULT_REPETITION_PENALTY)
            .presencePenalty(0.0)
            .frequencyPenalty(0.0)
            .stop(List.of())
            .build();

    static GlimpseDescription of(LoadedModel engine, @Nullable LastAnswer lastAnswer) {
        GenerationOptions most = GenerationOptions.builder()
                .maxOutputTokens(engine.defaultOutputTokens())
                .build();
        return of(engine, engine.options().generation().orElse(STANDARD).orElse(most), lastAnswer);
    }

    static GlimpseDescription ofScores(LoadedModel engine) {
        return of(engine, null, null);
    }

    private static GlimpseDescription of(
            LoadedModel engine, @Nullable GenerationOptions generation, @Nullable LastAnswer lastAnswer) {
        return new GlimpseDescription(
                engine.name(),
                engine.family(),
                engine.deviceName(),
                engine.dtypeName(),
                engine.int8Report().orElse(null),
                packed(engine.packing()),
                engine.activeRequests(),
                engine.queuedRequests(),
                Pruning.of(engine),
                generation,
                Tools.of(engine),
                Limits.of(engine),
                engine.memoryUse(),
                Cache.of(engine),
                Prefixes.of(engine),
                lastAnswer,
                engine.nativeFacts().map(Native::of).orElse(null));
    }

    private static @Nullable Double packed(WeightPacking.Progress packing) {
        return packing.all() == 0 ? null : (double) packing.packed() / packing.all();
    }

    /**
     * The native library and what it found.
     *
     * @param djl release of DJL
     * @param libtorch release of libtorch
     * @param cuda whether libtorch was built for CUDA
     * @param driver NVIDIA's driver in its own words; null if there is none
     * @param driverCuda newest CUDA that the driver runs; null if it cannot be asked
     * @param gpus the driver's GPUs
     * @param device what was chosen
     * @param reason why
     */
    record Native(
            String djl,
            String libtorch,
            boolean cuda,
            @Nullable String driver,
            @Nullable String driverCuda,
            List<GpuDescription> gpus,
            String device,
            String reason) {

        private static Native of(NativeFacts facts) {
            return new Native(
                    facts.djl(),
                    facts.libtorch(),
                    facts.cuda(),
                    facts.driver(),
                    facts.driverCuda(),
                    facts.gpus(),
                    facts.device(),
                    facts.reason());
        }
    }

    /**
     * Which image tokens stay.
     *
     * @param steps cuts in order; none if nothing is pruned
     */
    record Pruning(List<Step> steps) {

        private static Pruning of(LoadedModel engine) {
            try {
                return new Pruning(engine.plan(PruningOptions.defaults()).stream()
                        .map(Step::of)
                        .toList());
            } catch (EngineClosedException e) {
                return new Pruning(List.of());
            }
        }
    }

    /**
     * One cut, with the numbers that apply: of the properties, else of the pruning module, else of the library.
     *
     * @param strategy its name
     * @param at where
     * @param retentionRatio share of all image tokens that the strategy keeps; null if it settles that itself
     * @param maxRetentionRatio most tokens that stay, as a share of those that are there; null for no cap
     * @param minTokens least tokens that stay
     * @param threshold probability above which a token stays
     * @param anchors corners that always stay
     */
    record Step(
            String strategy,
            String at,
            @Nullable Double retentionRatio,
            @Nullable Double maxRetentionRatio,
            @Nullable Integer minTokens,
            @Nullable Double threshold,
            @Nullable List<String> anchors) {

        private static Step of(PlannedCut cut) {
            TokenBudget budget = cut.budget();
            return new Step(
                    cut.strategy(),
                    cut.at().toString(),
                    budget.retentionRatio(),
                    budget.maxRetentionRatio(),
                    budget.minTokens(),
                    budget.threshold(),
                    budget.anchors() == null
                            ? null
                            : budget.anchors().stream()
                                    .map(Anchor::label)
                                    .sorted()
                                    .toList());
        }
    }

    /**
     * How tools are offered.
     *
     * @param form how they come into prompts where {@code glimpse.tools.mode} is auto: {@code native}, {@code merged}, {@code
     *     prompted} or {@code off}; null before the model is loaded
     */
    record Tools(@Nullable String form) {

        private static Tools of(LoadedModel engine) {
            return new Tools(engine.toolForm().map(ToolForm::label).orElse(null));
        }
    }

    /**
     * What is refused.
     *
     * @param maxRunning requests that run at once
     * @param maxQueued requests that may wait
     * @param timeout longest time of a request
     * @param contextLength most tokens of prompt and answer
     * @param maxInputTokens most tokens of a prompt
     * @param maxImages most pictures of a request
     * @param maxTexts most texts that a picture is matched with in one request
     * @param maxImageBytes largest picture file
     * @param maxImagePixels largest picture
     */
    record Limits(
            int maxRunning,
            int maxQueued,
            Duration timeout,
            int contextLength,
            int maxInputTokens,
            int maxImages,
            int maxTexts,
            long maxImageBytes,
            long maxImagePixels) {

        private static Limits of(LoadedModel engine) {
            EngineOptions options = engine.options();
            // One place is for the first token. Before the model is loaded nobody knows.
            int most = Math.max(0, engine.contextLength() - 1);
            return new Limits(
                    options.serving().maxRunning(),
                    options.maxQueued(),
                    options.timeout(),
                    engine.contextLength(),
                    options.maxInputTokens() == null || most == 0 ? most : Math.min(options.maxInputTokens(), most),
                    options.maxImages(),
                    options.maxTexts(),
                    options.imageLimits().maxBytes(),
                    options.imageLimits().maxPixels());
        }
    }

    /**
     * What the vision tower made of pictures, and how often that was of use.
     *
     * @param hits pictures that were remembered
     * @param misses pictures that had to be looked at
     * @param pictures that are remembered now
     * @param bytes native memory that they take now
     * @param maxBytes most that they may take; 0 remembers nothing
     * @param timeToLive from the last use
     */
    record Cache(long hits, long misses, int pictures, long bytes, long maxBytes, Duration timeToLive) {

        private static Cache of(LoadedModel engine) {
            VisionCacheUse use = engine.visionCacheUse();
            VisionCacheOptions options = engine.options().visionCache();
            return new Cache(
                    use.hits(), use.misses(), use.pictures(), use.bytes(), options.maxBytes(), options.timeToLive());
        }
    }

    /**
     * What is remembered of prompts, and what that has spared.
     *
     * @param hits prompts that took rows over
     * @param misses prompts that could have, and found none
     * @param rowsReused rows that were taken over
     * @param rowsComputed rows of prompts that could have, which ran
     * @param prompts that are remembered now
     * @param bytes native memory that they take now
     * @param maxBytes most that they may take; 0 remembers nothing
     * @param timeToLive from the last use
     * @param scope who shares them: {@code session} or {@code application}
     */
    record Prefixes(
            long hits,
            long misses,
            long rowsReused,
            long rowsComputed,
            int prompts,
            long bytes,
            long maxBytes,
            Duration timeToLive,
            String scope) {

        private static Prefixes of(LoadedModel engine) {
            PrefixUse use = engine.prefixUse();
            PrefixCacheOptions options = engine.options().prefixCache();
            return new Prefixes(
                    use.hits(),
                    use.misses(),
                    use.rowsReused(),
                    use.rowsComputed(),
                    use.prompts(),
                    use.bytes(),
                    options.maxBytes(),
                    options.timeToLive(),
                    options.scope().name().toLowerCase(Locale.ROOT));
        }
    }

    /**
     * The newest answer of either chat model.
     *
     * @param finishedAt when it was complete
     * @param strategy that pruned it
     * @param at where the last cut was made, null without one
     * @param imageTokens before pruning
     * @param keptTokens after it
     * @param reuse what was taken over of requests before: {@code none}, {@code features}, {@code prefix} or {@code continued}
     * @param timings where its time went
     */
    record LastAnswer(
            Instant finishedAt,
            String strategy,
            @Nullable String at,
            int imageTokens,
            int keptTokens,
            String reuse,
            StageTimings timings) {

        static LastAnswer of(GlimpseChatResponseMetadata metadata, Instant finishedAt) {
            PruningReport pruning = metadata.pruning();
            PruningPoint at = pruning.at();
            return new LastAnswer(
                    finishedAt,
                    pruning.strategy(),
                    at == null ? null : at.toString(),
                    pruning.imageTokens(),
                    pruning.keptTokens(),
                    metadata.reuse().kind().label(),
                    metadata.timings());
        }
    }
}
