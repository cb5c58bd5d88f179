package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.chat.StructuredOptions;
import io.github.glimpse.chat.ToolOptions;
import io.github.glimpse.chat.ToolsMode;
import io.github.glimpse.documents.DocumentLimits;
import io.github.glimpse.documents.PdfIsolation;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.PrefixCacheOptions;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.hub.HubOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfile;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.ServingOptions;
import io.github.glimpse.serve.StepScheduler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/** What IDEs and the reference page show. */
class ConfigurationMetadataTest {

    private final JsonNode metadata = read();

    @Test
    void everyPropertyHasADescription() {
        assertThat(properties().values())
                .allSatisfy(property -> assertThat(property.path("description").asText())
                        .as(property.path("name").asText())
                        .matches("[A-Z0-9].{15,}\\."));
    }

    @Test
    void everyDefaultIsTheLibrarys() {
        Map<String, Object> shown = new HashMap<>();
        properties().forEach((name, property) -> {
            if (property.has("defaultValue")) {
                shown.put(name, value(property.get("defaultValue")));
            }
        });

        for (String time : List.of(
                "glimpse.limits.timeout",
                "glimpse.images.connect-timeout",
                "glimpse.images.read-timeout",
                "glimpse.cache.prefix.ttl",
                "glimpse.cache.vision-features.ttl")) {
            shown.computeIfPresent(time, (name, text) -> DurationStyle.detectAndParse(text.toString()));
        }
        for (String size : List.of(
                "glimpse.limits.max-image-size",
                "glimpse.cache.prefix.max-size",
                "glimpse.cache.vision-features.max-size",
                "glimpse.rag.pdf.max-memory",
                "glimpse.video.max-size")) {
            shown.computeIfPresent(
                    size, (name, text) -> DataSize.parse(text.toString()).toBytes());
        }
        // 1 and 1.0 are the same to a reader.
        shown.replaceAll((name, value) -> plain(value));
        Map<String, Object> defaults = libraryDefaults();
        defaults.replaceAll((name, value) -> plain(value));
        assertThat(shown).isEqualTo(defaults);
    }

    private static Map<String, Object> libraryDefaults() {
        EngineOptions engine = EngineOptions.builder(Path.of("model")).build();
        LoadOptions load = LoadOptions.defaults();
        Map<String, Object> defaults = new HashMap<>();
        // The starter's own.
        defaults.put("glimpse.enabled", true);
        defaults.put("glimpse.chat-model.enabled", true);
        defaults.put("glimpse.streaming-chat-model.enabled", true);
        defaults.put("glimpse.embedding-model.enabled", false);
        defaults.put("glimpse.embedding-model.batch-size", EmbeddingOptions.DEFAULT_BATCH_SIZE);
        defaults.put("glimpse.embedding-model.max-inputs", EmbeddingOptions.DEFAULT_MAX_INPUTS);
        defaults.put(
                "glimpse.embedding-model.pruning.schedule", engine.pruning().schedule());
        defaults.put("glimpse.scoring-model.enabled", false);
        defaults.put("glimpse.scoring-model.score", label(GlimpseScoringModel.Score.MATCH));
        defaults.put("glimpse.scoring-model.first-token", load.firstToken().label());
        defaults.put("glimpse.scoring-model.max-texts", engine.maxTexts());
        defaults.put("glimpse.scoring-model.pruning.schedule", engine.pruning().schedule());
        defaults.put("glimpse.load", "eager");
        defaults.put("glimpse.warm-up", true);
        defaults.put(
                "glimpse.model.verify-checksums", HubOptions.builder().build().verifyChecksums());
        defaults.put("glimpse.logging.pruning", false);
        defaults.put("glimpse.logging.requests", false);
        defaults.put("glimpse.logging.responses", false);
        defaults.put("glimpse.observability.meters", true);
        defaults.put("glimpse.observability.observations", true);
        defaults.put("glimpse.observability.stages", true);
        defaults.put("glimpse.tools.zoom", false);
        defaults.put("glimpse.tools.format", "auto");
        defaults.put("glimpse.thinking.return", true);
        defaults.put("glimpse.thinking.send", true);
        defaults.put("glimpse.web.problem-details.enabled", true);
        defaults.put("glimpse.web.problem-details.retry-after", "5s");
        defaults.put("glimpse.openai.enabled", false);
        defaults.put("glimpse.openai.external-security", false);
        defaults.put("glimpse.openai.max-body", "32MB");
        defaults.put("glimpse.openai.body-timeout", "30s");
        defaults.put("glimpse.openai.min-body-rate", "8KB");
        defaults.put("glimpse.openai.max-concurrent-bodies", "32");
        defaults.put("glimpse.openai.max-concurrent-bodies-per-client", "16");
        defaults.put("glimpse.openai.max-requests-per-key", "2");
        defaults.put("glimpse.openai.keep-alive", "10s");
        defaults.put("glimpse.openai.history", "refuse");
        defaults.put("glimpse.rag.max-pages", "3");
        defaults.put("glimpse.rag.max-results", "5");
        defaults.put("glimpse.rag.dots-per-inch", "144");
        defaults.put("glimpse.rag.tools", false);
        defaults.put("management.health.glimpse.enabled", true);
        // Those that Actuator gives every endpoint.
        defaults.put("management.endpoint.glimpse.access", "unrestricted");
        defaults.put("management.endpoint.glimpse.cache.time-to-live", "0ms");
        defaults.put("management.endpoint.glimpse.enabled", true);
        // Null in the library means what the text says.
        defaults.put(
                "glimpse.dtype", load.dtype() == null ? "auto" : load.dtype().label());
        defaults.put("glimpse.model.family", Objects.requireNonNullElse(engine.family(), "auto"));
        defaults.put("glimpse.pruning.enabled", engine.pruning().enabled() == null);
        defaults.put("glimpse.pruning.schedule", engine.pruning().schedule());
        defaults.put("glimpse.pruning.kv", "uniform");
        defaults.put("glimpse.pruning.positions", "original");
        defaults.put("glimpse.pruning.guard.widen-below", GuardOptions.DEFAULT_WIDEN_BELOW);
        defaults.put("glimpse.pruning.guard.skip-below", GuardOptions.DEFAULT_SKIP_BELOW);
        defaults.put("glimpse.pruning.canary-ratio", engine.canaryRatio());
        defaults.put("glimpse.generation.stop", List.of());
        // One beginning, and no least number.
        defaults.put("glimpse.generation.beams", 1);
        defaults.put("glimpse.generation.min-output-tokens", 0);
        defaults.put("glimpse.generation.lookup", 0);
        // A penalty of 0 subtracts nothing.
        defaults.put("glimpse.generation.presence-penalty", 0.0);
        defaults.put("glimpse.generation.frequency-penalty", 0.0);
        // Constants.
        defaults.put("glimpse.device", RuntimeOptions.DEFAULT_DEVICE);
        defaults.put("glimpse.native.download", RuntimeOptions.defaults().nativeDownload() == NativeDownload.ALLOWED);
        defaults.put("glimpse.weights", label(load.weights()));
        defaults.put("glimpse.int8.max-layer-error", load.int8Limits().maxLayerError());
        defaults.put("glimpse.int8.min-overlap", load.int8Limits().minOverlap());
        defaults.put("glimpse.images.aspect", label(load.aspect()));
        defaults.put("glimpse.images.transparency", label(engine.transparency()));
        defaults.put(
                "glimpse.images.url-access", label(ImageUrlOptions.defaults().access()));
        defaults.put("glimpse.images.history", label(engine.history()));
        defaults.put("glimpse.tools.overflow", label(ToolOptions.DEFAULT.overflow()));
        defaults.put("glimpse.tools.mode", label(ToolsMode.DEFAULT));
        defaults.put("glimpse.tools.constrained", ToolOptions.DEFAULT.constrained());
        defaults.put("glimpse.tools.parallel", ToolOptions.DEFAULT.parallel());
        defaults.put("glimpse.tools.max-calls", ToolOptions.DEFAULT_MAX_CALLS);
        StructuredOptions structured = StructuredOptions.defaults();
        defaults.put("glimpse.structured.style", label(structured.style()));
        defaults.put("glimpse.structured.describe", label(structured.describe()));
        defaults.put("glimpse.structured.close-before-limit", structured.closeBeforeLimit());
        defaults.put("glimpse.structured.max-schema-size", structured.maxSchemaSize());
        defaults.put("glimpse.structured.integer-digits", structured.integerDigits());
        defaults.put("glimpse.structured.java-shapes", structured.javaShapes());
        defaults.put("glimpse.images.allowed-hosts", ImageUrlOptions.defaults().allowedHosts());
        defaults.put("glimpse.images.connect-timeout", ImageUrlOptions.DEFAULT_CONNECT_TIMEOUT);
        defaults.put("glimpse.images.read-timeout", ImageUrlOptions.DEFAULT_READ_TIMEOUT);
        defaults.put("glimpse.generation.temperature", GenerationOptions.DEFAULT_TEMPERATURE);
        defaults.put("glimpse.generation.top-p", GenerationOptions.DEFAULT_TOP_P);
        defaults.put("glimpse.generation.repetition-penalty", GenerationOptions.DEFAULT_REPETITION_PENALTY);
        defaults.put("glimpse.generation.max-output-tokens", GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS);
        defaults.put("glimpse.generation.length-penalty", GenerationOptions.DEFAULT_LENGTH_PENALTY);
        defaults.put("glimpse.generation.first-token", load.firstToken().label());
        defaults.put("glimpse.serving.max-running", ServingOptions.DEFAULT_MAX_RUNNING);
        defaults.put("glimpse.serving.prefill-share", StepScheduler.DEFAULT_SLICE_SHARE);
        defaults.put("glimpse.concurrency.max-queued", EngineOptions.DEFAULT_MAX_QUEUED);
        defaults.put(
                "glimpse.cache.vision-features.enabled",
                engine.visionCache().maxBytes() > VisionCacheOptions.off().maxBytes());
        defaults.put(
                "glimpse.cache.prefix.enabled",
                engine.prefixCache().maxBytes() > PrefixCacheOptions.off().maxBytes());
        defaults.put("glimpse.cache.prefix.max-size", PrefixCacheOptions.DEFAULT_MAX_BYTES);
        defaults.put("glimpse.cache.prefix.ttl", PrefixCacheOptions.DEFAULT_TIME_TO_LIVE);
        defaults.put(
                "glimpse.cache.prefix.scope",
                engine.prefixCache().scope().name().toLowerCase(Locale.ROOT));
        defaults.put("glimpse.cache.vision-features.max-size", VisionCacheOptions.DEFAULT_MAX_BYTES);
        defaults.put("glimpse.cache.vision-features.ttl", VisionCacheOptions.DEFAULT_TIME_TO_LIVE);
        defaults.put("glimpse.limits.timeout", EngineOptions.DEFAULT_TIMEOUT);
        defaults.put("glimpse.limits.max-images", EngineOptions.DEFAULT_MAX_IMAGES);
        defaults.put("glimpse.limits.max-image-size", ImageLimits.DEFAULT_MAX_BYTES);
        defaults.put("glimpse.limits.max-image-pixels", ImageLimits.DEFAULT_MAX_PIXELS);
        defaults.put("glimpse.rag.pdf.isolation", label(PdfIsolation.PROCESS));
        defaults.put("glimpse.rag.pdf.max-memory", DocumentLimits.defaults().maxMemoryBytes());
        defaults.put("glimpse.video.max-size", VideoOptions.DEFAULT_MAX_BYTES);
        defaults.put("glimpse.video.cap-pixels", load.capVideoPixels());
        defaults.put("glimpse.video.max-frames", VideoOptions.DEFAULT_MAX_FRAMES);
        defaults.put("glimpse.video.max-pixels", VideoOptions.DEFAULT_MAX_PIXELS);
        return defaults;
    }

    @Test
    void hintsNameEveryTransparency() {
        assertThat(hinted("glimpse.images.transparency")).isEqualTo(labels(Transparency.values()));
    }

    @Test
    void hintsNameEveryTimeToLoad() {
        assertThat(hinted("glimpse.load")).isEqualTo(labels(GlimpseProperties.Load.values()));
    }

    @Test
    void hintsNameEveryComputeType() {
        assertThat(hinted("glimpse.dtype")).isEqualTo(labels(GlimpseProperties.ComputeType.values()));
    }

    @Test
    void hintsNameEveryWeightFormat() {
        assertThat(hinted("glimpse.weights")).isEqualTo(labels(io.github.glimpse.engine.WeightFormat.values()));
    }

    @Test
    void hintsNameEveryPlaceForPdfFiles() {
        assertThat(hinted("glimpse.rag.pdf.isolation")).isEqualTo(labels(PdfIsolation.values()));
    }

    @Test
    void hintsNameEveryAspect() {
        assertThat(hinted("glimpse.images.aspect")).isEqualTo(labels(io.github.glimpse.model.ImageAspect.values()));
    }

    @Test
    void hintsNameEveryFirstToken() {
        assertThat(hinted("glimpse.generation.first-token"))
                .isEqualTo(labels(io.github.glimpse.model.FirstToken.values()));
    }

    @Test
    void hintsNameEveryScore() {
        assertThat(hinted("glimpse.scoring-model.score")).isEqualTo(labels(GlimpseScoringModel.Score.values()));
    }

    @Test
    void hintsNameEveryHistoryMode() {
        assertThat(hinted("glimpse.images.history")).isEqualTo(labels(HistoryMode.values()));
    }

    @Test
    void hintsNameEveryToolsMode() {
        assertThat(hinted("glimpse.tools.mode")).isEqualTo(labels(ToolsMode.values()));
    }

    @Test
    void hintsNameEveryStyleAndDescription() {
        assertThat(hinted("glimpse.structured.style")).isEqualTo(labels(StructuredOptions.Style.values()));
        assertThat(hinted("glimpse.structured.describe")).isEqualTo(labels(StructuredOptions.Describe.values()));
    }

    @Test
    void hintsNameEveryUrlAccess() {
        assertThat(hinted("glimpse.images.url-access")).isEqualTo(labels(ImageUrlOptions.Access.values()));
    }

    @Test
    void hintsNameEveryProfile() {
        assertThat(hinted("glimpse.pruning.profile"))
                .isEqualTo(hinted("glimpse.tools.profile"))
                .isEqualTo(labels(PruningProfile.values()));
    }

    @Test
    void hintsNameEveryAnchor() {
        Set<String> anchors = new LinkedHashSet<>();
        Arrays.stream(Anchor.values()).map(Anchor::label).forEach(anchors::add);

        assertThat(hinted("glimpse.pruning.anchors")).isEqualTo(anchors);
    }

    @Test
    void hintsNameEveryStrategyAndFamilyThatThereIs() {
        Set<String> strategies =
                new LinkedHashSet<>(PruningStrategies.discover(List.of()).names());
        strategies.add(PruningOptions.NONE);
        Set<String> families = new LinkedHashSet<>(Set.of("auto"));
        ServiceLoader.load(ModelFamily.class).forEach(family -> families.add(family.name()));

        assertThat(hinted("glimpse.pruning.strategy")).isEqualTo(strategies);
        assertThat(hinted("glimpse.model.family")).isEqualTo(families);
    }

    private Set<String> hinted(String name) {
        Set<String> values = new LinkedHashSet<>();
        metadata.path("hints").forEach(hint -> {
            if (hint.path("name").asText().equals(name)) {
                hint.path("values")
                        .forEach(value -> values.add(value.path("value").asText()));
            }
        });
        return values;
    }

    private static Set<String> labels(Enum<?>[] constants) {
        Set<String> labels = new LinkedHashSet<>();
        for (Enum<?> constant : constants) {
            labels.add(label(constant));
        }
        return labels;
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Map<String, JsonNode> properties() {
        Map<String, JsonNode> properties = new HashMap<>();
        metadata.path("properties")
                .forEach(property -> properties.put(property.path("name").asText(), property));
        return properties;
    }

    private static Object plain(Object value) {
        return value instanceof Number number ? (Object) number.doubleValue() : value;
    }

    private static Object value(JsonNode node) {
        return new ObjectMapper().convertValue(node, Object.class);
    }

    private static JsonNode read() {
        try (InputStream in =
                GlimpseProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            // The class path has several files of this name: take the one beside the class.
            assertThat(in).isNotNull();
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
