package io.github.glimpse.spring.autoconfigure;

import static java.util.Objects.requireNonNullElse;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.chat.StructuredOptions;
import io.github.glimpse.chat.ToolOptions;
import io.github.glimpse.chat.ToolsMode;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Int8Limits;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.PrefixCacheOptions;
import io.github.glimpse.generate.TurnCare;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfiles;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.TemplateSettings;
import io.github.glimpse.sampling.ThinkingSwitch;
import io.github.glimpse.serve.ServingOptions;
import io.github.glimpse.spring.autoconfigure.GlimpseProperties.ComputeType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/** From properties to the library's options: the only place where both are known. */
final class PropertiesMapper {

    static final String LOCATION = "glimpse.model.location";
    static final String PRUNING_MODULE = "glimpse.model.pruning-module";
    static final String EMBEDDING_LOCATION = "glimpse.embedding-model.location";
    static final String EMBEDDING_PRUNING = "glimpse.embedding-model.pruning";
    static final String SCORING_LOCATION = "glimpse.scoring-model.location";
    static final String SCORING_FIRST_TOKEN = "glimpse.scoring-model.first-token";
    static final String SCORING_PRUNING = "glimpse.scoring-model.pruning";
    static final String PRUNING = "glimpse.pruning";
    static final String GENERATION = "glimpse.generation";
    static final String PROFILES = "glimpse.profiles";

    private static final String PROFILE = "glimpse.pruning.profile";
    private static final String TOOLS_PROFILE = "glimpse.tools.profile";
    private static final String CANARY_RATIO = "glimpse.pruning.canary-ratio";
    private static final String VISION_FEATURES = "glimpse.cache.vision-features";

    private static final String PREFIX = "glimpse.cache.prefix";
    private static final String SERVING = "glimpse.serving";
    private static final String AUTO = "auto";

    private final GlimpseProperties properties;

    PropertiesMapper(GlimpseProperties properties) {
        this.properties = properties;
    }

    /**
     * The options of the engine, open for customizers.
     *
     * @throws InvalidPropertyException if the library refuses a value
     */
    EngineOptions.Builder engine(ModelSources sources) {
        EngineOptions.Builder engine = engine(
                        sources,
                        properties.model().name(),
                        properties.generation().firstToken())
                .module(sources.module())
                .family(family(properties.model().family()))
                .pruning(checked(PRUNING, () -> pruning(properties.pruning())))
                .canaryRatio(requireNonNullElse(properties.pruning().canaryRatio(), 0.0))
                .generation(checked(GENERATION, this::generation))
                .maxImages(requireNonNullElse(properties.limits().maxImages(), EngineOptions.DEFAULT_MAX_IMAGES));
        if (properties.images().history() != null) {
            engine.history(properties.images().history());
        }
        return engine;
    }

    /** How tools are offered and called. */
    ToolOptions tools() {
        GlimpseProperties.Tools tools = properties.tools();
        return new ToolOptions(
                requireNonNullElse(tools.mode(), ToolsMode.DEFAULT),
                requireNonNullElse(tools.constrained(), ToolOptions.DEFAULT.constrained()),
                requireNonNullElse(tools.parallel(), ToolOptions.DEFAULT.parallel()),
                requireNonNullElse(tools.maxCalls(), ToolOptions.DEFAULT_MAX_CALLS),
                text(tools.profile()),
                new TurnCare(tools.imageBudget(), tools.leastConfidence()),
                format(tools.format()),
                tools.overflow());
    }

    private static @Nullable ToolCallFormat format(String name) {
        if (name.isBlank() || name.equalsIgnoreCase("auto")) {
            return null;
        }
        return ToolCallFormat.of(name.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new InvalidPropertyException(
                        "glimpse.tools.format",
                        "There is no format '" + name + "'; write auto or one of "
                                + Arrays.stream(ToolCallFormat.values())
                                        .map(ToolCallFormat::id)
                                        .collect(Collectors.joining(", ")),
                        null));
    }

    /** How answers are kept to a form. */
    StructuredOptions structured() {
        GlimpseProperties.Structured structured = properties.structured();
        StructuredOptions defaults = StructuredOptions.defaults();
        return new StructuredOptions(
                requireNonNullElse(structured.style(), defaults.style()),
                requireNonNullElse(structured.describe(), defaults.describe()),
                requireNonNullElse(structured.closeBeforeLimit(), defaults.closeBeforeLimit()),
                requireNonNullElse(structured.maxSchemaSize(), defaults.maxSchemaSize()),
                requireNonNullElse(structured.integerDigits(), defaults.integerDigits()),
                requireNonNullElse(structured.javaShapes(), defaults.javaShapes()));
    }

    /**
     * The options of the model that scores.
     *
     * @param strategies the application's own
     * @throws InvalidPropertyException if the library refuses a value
     */
    EngineOptions scoring(ModelSources sources, List<PruningStrategyFactory> strategies) {
        GlimpseProperties.ScoringModel scoring = properties.scoringModel();
        if (scoring.pruning().canaryRatio() != null) {
            throw new InvalidPropertyException(
                    SCORING_PRUNING + ".canary-ratio",
                    "The canary compares answers, and this model gives none; leave it out",
                    null);
        }
        return engine(sources, scoring.name(), scoring.firstToken())
                .load(loadBeside(scoring.firstToken()))
                .strategies(strategies)
                .pruning(checked(SCORING_PRUNING, () -> pruning(scoring.pruning())))
                .maxTexts(requireNonNullElse(scoring.maxTexts(), EngineOptions.DEFAULT_MAX_TEXTS))
                .build();
    }

    private EngineOptions.Builder engine(ModelSources sources, @Nullable String name, @Nullable FirstToken firstToken) {
        GlimpseProperties.Concurrency concurrency = properties.concurrency();
        GlimpseProperties.Limits limits = properties.limits();
        EngineOptions.Builder engine = EngineOptions.builder(sources.model())
                .name(StringUtils.hasText(name) ? name : sources.name())
                .runtime(runtime())
                .load(load(firstToken))
                .profiles(profiles())
                .imageLimits(checked("glimpse.limits.max-image-size", this::imageLimits))
                .video(video())
                .visionCache(visionCache())
                .prefixCache(prefixCache())
                .maxInputTokens(limits.maxInputTokens())
                .serving(serving())
                .maxQueued(requireNonNullElse(concurrency.maxQueued(), EngineOptions.DEFAULT_MAX_QUEUED))
                .timeout(requireNonNullElse(limits.timeout(), EngineOptions.DEFAULT_TIMEOUT))
                .warmUp(properties.warmUp());
        if (properties.images().transparency() != null) {
            engine.transparency(properties.images().transparency());
        }
        return engine;
    }

    private ServingOptions serving() {
        GlimpseProperties.Serving serving = properties.serving();
        ServingOptions standard = ServingOptions.defaults();
        ServingOptions running = checked(
                SERVING + ".max-running",
                () -> standard.withMaxRunning(requireNonNullElse(serving.maxRunning(), standard.maxRunning())));
        ServingOptions shared = checked(
                SERVING + ".prefill-share",
                () -> running.withPrefillShare(requireNonNullElse(serving.prefillShare(), standard.prefillShare())));
        ServingOptions sliced = checked(SERVING + ".slice-rows", () -> shared.withSliceRows(serving.sliceRows()));
        DataSize budget = serving.memoryBudget();
        return budget == null
                ? sliced
                : checked(SERVING + ".memory-budget", () -> sliced.withMemoryBudget(budget.toBytes()));
    }

    /**
     * The options of the embedding model.
     *
     * @param strategies the application's own
     * @throws InvalidPropertyException if the library refuses a value
     */
    EmbeddingOptions embedding(ModelSources sources, List<PruningStrategyFactory> strategies) {
        GlimpseProperties.EmbeddingModel embedding = properties.embeddingModel();
        if (embedding.pruning().canaryRatio() != null) {
            throw new InvalidPropertyException(
                    EMBEDDING_PRUNING + ".canary-ratio",
                    "The canary compares answers, and this model gives none; leave it out",
                    null);
        }
        GlimpseProperties.Concurrency concurrency = properties.concurrency();
        EmbeddingOptions.Builder options = EmbeddingOptions.builder(sources.model())
                .name(StringUtils.hasText(embedding.name()) ? embedding.name() : sources.name())
                .runtime(runtime())
                .load(loadBeside(null))
                .strategies(strategies)
                .pruning(checked(EMBEDDING_PRUNING, () -> pruning(embedding.pruning())))
                .imageLimits(checked("glimpse.limits.max-image-size", this::imageLimits))
                .batchSize(requireNonNullElse(embedding.batchSize(), EmbeddingOptions.DEFAULT_BATCH_SIZE))
                .maxInputs(requireNonNullElse(embedding.maxInputs(), EmbeddingOptions.DEFAULT_MAX_INPUTS))
                .maxRunning(requireNonNullElse(properties.serving().maxRunning(), EmbeddingOptions.DEFAULT_MAX_RUNNING))
                .maxQueued(requireNonNullElse(concurrency.maxQueued(), EngineOptions.DEFAULT_MAX_QUEUED))
                .timeout(requireNonNullElse(properties.limits().timeout(), EngineOptions.DEFAULT_TIMEOUT));
        if (properties.images().transparency() != null) {
            options.transparency(properties.images().transparency());
        }
        return options.build();
    }

    /**
     * Whether and how pictures are fetched by URL.
     *
     * @throws InvalidPropertyException if the library refuses a value
     */
    ImageUrlOptions imageUrls() {
        GlimpseProperties.Images images = properties.images();
        ImageUrlOptions standard = ImageUrlOptions.defaults();
        long maxBytes =
                checked("glimpse.limits.max-image-size", this::imageLimits).maxBytes();
        // The times are validated with the properties, so what is left to refuse are the hosts.
        return checked("glimpse.images.allowed-hosts", () -> standard.toBuilder()
                .access(requireNonNullElse(images.urlAccess(), standard.access()))
                .allowedHosts(requireNonNullElse(images.allowedHosts(), standard.allowedHosts()))
                .connectTimeout(requireNonNullElse(images.connectTimeout(), standard.connectTimeout()))
                .readTimeout(requireNonNullElse(images.readTimeout(), standard.readTimeout()))
                .maxBytes(maxBytes)
                .build());
    }

    private RuntimeOptions runtime() {
        return RuntimeOptions.defaults()
                .withDevice(requireNonNullElse(text(properties.device()), RuntimeOptions.DEFAULT_DEVICE))
                .withThreads(requireNonNullElse(properties.threads(), RuntimeOptions.DEFAULT_THREADS))
                .withNativeDownload(
                        properties.nativeLibrary().download() ? NativeDownload.ALLOWED : NativeDownload.FORBIDDEN)
                .withNativePath(properties.nativeLibrary().path());
    }

    private LoadOptions load(@Nullable FirstToken firstToken) {
        LoadOptions standard = LoadOptions.defaults();
        return LoadOptions.builder()
                .dtype(dtype(requireNonNullElse(properties.dtype(), ComputeType.AUTO)))
                .weights(requireNonNullElse(properties.weights(), standard.weights()))
                .int8Limits(int8Limits())
                .minPixels(properties.limits().minPixels())
                .maxPixels(properties.limits().maxPixels())
                .capVideoPixels(properties.video().capPixels())
                .aspect(requireNonNullElse(properties.images().aspect(), standard.aspect()))
                .firstToken(requireNonNullElse(firstToken, standard.firstToken()))
                .packsLater(properties.load() != GlimpseProperties.Load.EAGER)
                .build();
    }

    private Int8Limits int8Limits() {
        GlimpseProperties.Int8 int8 = properties.int8();
        Int8Limits standard = Int8Limits.defaults();
        return new Int8Limits(
                requireNonNullElse(int8.maxLayerError(), standard.maxLayerError()),
                requireNonNullElse(int8.minOverlap(), standard.minOverlap()));
    }

    /** Of a model beside the one that answers: weights of 8 bits are for that one alone. */
    private LoadOptions loadBeside(@Nullable FirstToken firstToken) {
        // Loaded at the start, whatever glimpse.load says.
        LoadOptions load = load(firstToken).toBuilder().packsLater(false).build();
        return load.weights() == WeightFormat.INT8
                ? load.toBuilder().weights(WeightFormat.AUTO).build()
                : load;
    }

    private static @Nullable Dtype dtype(ComputeType type) {
        return switch (type) {
            case AUTO -> null;
            case FLOAT32 -> Dtype.FLOAT32;
            case BFLOAT16 -> Dtype.BFLOAT16;
            case FLOAT16 -> Dtype.FLOAT16;
        };
    }

    private Map<String, PruningOptions> profiles() {
        Map<String, PruningOptions> profiles = new LinkedHashMap<>();
        properties.profiles().forEach((name, profile) -> {
            String key = PROFILES + "." + name;
            if (profile.canaryRatio() != null) {
                throw new InvalidPropertyException(
                        key + ".canary-ratio",
                        "The canary is the model's and not a profile's; set " + CANARY_RATIO,
                        null);
            }
            profiles.put(name, checked(key, () -> pruning(profile)));
        });
        // Known profiles do not depend on the model, so that a wrong name is found before it is loaded.
        PruningProfiles known = checked(PROFILES, () -> new PruningProfiles(profiles, false, null));
        checkKnown(PROFILE, properties.pruning().profile(), known);
        checkKnown(TOOLS_PROFILE, properties.tools().profile(), known);
        return profiles;
    }

    private static void checkKnown(String property, @Nullable String value, PruningProfiles known) {
        String chosen = text(value);
        if (chosen != null && !known.names().contains(chosen)) {
            throw new InvalidPropertyException(
                    property,
                    "The pruning profile '" + chosen + "' is not known; use one of " + String.join(", ", known.names()),
                    null);
        }
    }

    private static PruningOptions pruning(GlimpseProperties.Pruning pruning) {
        return PruningOptions.builder()
                .profile(text(pruning.profile()))
                .guard(guard(pruning.guard()))
                .enabled(pruning.enabled())
                .strategy(text(pruning.strategy()))
                .retentionRatio(pruning.retentionRatio())
                .maxRetentionRatio(pruning.maxRetentionRatio())
                .minTokens(pruning.minTokens())
                .threshold(pruning.threshold())
                .anchors(anchors(pruning.anchors()))
                .schedule(
                        pruning.schedule().stream().map(PropertiesMapper::step).toList())
                .options(StrategyKeys.spelled(requireNonNullElse(pruning.options(), Map.of())))
                .kv(pruning.kv())
                .positions(pruning.positions())
                .build();
    }

    private static GuardOptions guard(GlimpseProperties.Guard guard) {
        GuardOptions options = new GuardOptions(guard.enabled(), guard.widenBelow(), guard.skipBelow());
        // What only one of them contradicts is known with the profile: when the model is loaded.
        if (guard.widenBelow() != null && guard.skipBelow() != null) {
            options.checkFloors();
        }
        return options;
    }

    private static @Nullable Set<Anchor> anchors(@Nullable List<String> labels) {
        if (labels == null) {
            return null;
        }
        Set<Anchor> anchors = new LinkedHashSet<>();
        labels.forEach(label -> anchors.add(Anchor.of(label)));
        return anchors;
    }

    private static PruningStep step(GlimpseProperties.Step step) {
        return PruningStep.builder(step.strategy())
                .at(step.at())
                .retentionRatio(step.retentionRatio())
                .threshold(step.threshold())
                .maxRetentionRatio(step.maxRetentionRatio())
                .minTokens(step.minTokens())
                .anchors(anchors(step.anchors()))
                .options(requireNonNullElse(step.options(), Map.of()))
                .build();
    }

    private GenerationOptions generation() {
        GlimpseProperties.Generation generation = properties.generation();
        return GenerationOptions.builder()
                .temperature(generation.temperature())
                .topP(generation.topP())
                .topK(generation.topK())
                .minP(generation.minP())
                .seed(generation.seed())
                .repetitionPenalty(generation.repetitionPenalty())
                .presencePenalty(generation.presencePenalty())
                .frequencyPenalty(generation.frequencyPenalty())
                .maxOutputTokens(generation.maxOutputTokens())
                .minOutputTokens(generation.minOutputTokens())
                .beams(generation.beams())
                .lengthPenalty(generation.lengthPenalty())
                .lookup(generation.lookup())
                .thinkingBudget(properties.thinking().budget())
                .template(TemplateSettings.NONE.with(thinking()))
                .stop(generation.stop())
                .build();
    }

    private @Nullable ThinkingSwitch thinking() {
        String enabled = text(properties.thinking().enabled());
        return enabled == null ? null : checked("glimpse.thinking.enabled", () -> ThinkingSwitch.of(enabled));
    }

    ImageLimits imageLimits() {
        GlimpseProperties.Limits limits = properties.limits();
        long bytes = limits.maxImageSize() == null
                ? ImageLimits.DEFAULT_MAX_BYTES
                : limits.maxImageSize().toBytes();
        return new ImageLimits(bytes, requireNonNullElse(limits.maxImagePixels(), ImageLimits.DEFAULT_MAX_PIXELS));
    }

    private VideoOptions video() {
        GlimpseProperties.Video video = properties.video();
        VideoOptions.Builder options = VideoOptions.builder();
        // One after the other, so that an error names the key whose value is wrong.
        if (video.maxSize() != null) {
            options.maxBytes(video.maxSize().toBytes());
            checked("glimpse.video.max-size", options::build);
        }
        if (video.maxFrames() != null) {
            options.maxFrames(video.maxFrames());
            checked("glimpse.video.max-frames", options::build);
        }
        if (video.maxPixels() != null) {
            options.maxPixels(video.maxPixels());
        }
        options.framesPerSecond(video.framesPerSecond());
        checked("glimpse.video.frames-per-second", options::build);
        return checked("glimpse.video.min-frames", () -> options.minFrames(video.minFrames())
                .build());
    }

    private VisionCacheOptions visionCache() {
        GlimpseProperties.VisionFeatures features = properties.cache().visionFeatures();
        VisionCacheOptions standard = VisionCacheOptions.defaults();
        long maxBytes = features.maxSize() == null
                ? standard.maxBytes()
                : features.maxSize().toBytes();
        // One after the other, so that an error names the key whose value is wrong, also of a cache that is off.
        checked(VISION_FEATURES + ".max-size", () -> new VisionCacheOptions(maxBytes, standard.timeToLive()));
        VisionCacheOptions cache = checked(
                VISION_FEATURES + ".ttl",
                () -> new VisionCacheOptions(maxBytes, requireNonNullElse(features.ttl(), standard.timeToLive())));
        return features.enabled() ? cache : VisionCacheOptions.off();
    }

    private PrefixCacheOptions prefixCache() {
        GlimpseProperties.Prefix prefix = properties.cache().prefix();
        PrefixCacheOptions standard = PrefixCacheOptions.defaults();
        long maxBytes = prefix.maxSize() == null
                ? standard.maxBytes()
                : prefix.maxSize().toBytes();
        PrefixCacheOptions.Scope scope = requireNonNullElse(prefix.scope(), standard.scope());
        checked(PREFIX + ".max-size", () -> new PrefixCacheOptions(maxBytes, standard.timeToLive(), scope));
        PrefixCacheOptions cache = checked(
                PREFIX + ".ttl",
                () -> new PrefixCacheOptions(maxBytes, requireNonNullElse(prefix.ttl(), standard.timeToLive()), scope));
        return prefix.enabled() ? cache : PrefixCacheOptions.off();
    }

    private static @Nullable String family(@Nullable String name) {
        return AUTO.equalsIgnoreCase(name) ? null : text(name);
    }

    private static @Nullable String text(@Nullable String value) {
        return StringUtils.hasText(value) ? value : null;
    }

    private static <T> T checked(String key, Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidPropertyException(key, String.valueOf(e.getMessage()), e);
        }
    }
}
