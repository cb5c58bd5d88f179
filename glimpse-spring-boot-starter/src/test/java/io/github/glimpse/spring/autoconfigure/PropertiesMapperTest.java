package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.chat.StructuredOptions;
import io.github.glimpse.chat.ToolOptions;
import io.github.glimpse.chat.ToolsMode;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Int8Limits;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.PrefixCacheOptions;
import io.github.glimpse.generate.TurnCare;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.ThinkingSwitch;
import io.github.glimpse.serve.ServingOptions;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PropertiesMapperTest {

    @Test
    void leavesEverythingToTheLibraryWhenNothingIsSet() {
        EngineOptions options = options();

        assertThat(options)
                .usingRecursiveComparison()
                // A server warms up, a program that loads a model by itself says so.
                .isEqualTo(EngineOptions.builder(TinyModel.QWEN.resolve("model"))
                        .warmUp(true)
                        .build());
    }

    @Test
    void mapsTheModel() {
        EngineOptions options = options(
                "glimpse.model.name=receipts",
                "glimpse.model.family=qwen2.5-vl",
                "glimpse.model.pruning-module=" + TinyModel.QWEN.resolve("glimpse"));

        assertThat(options.name()).isEqualTo("receipts");
        assertThat(options.family()).isEqualTo("qwen2.5-vl");
        assertThat(options.module()).isEqualTo(TinyModel.QWEN.resolve("glimpse"));
    }

    @Test
    void everyValueOfGenerationHasAPropertyThatIsMapped() throws ReflectiveOperationException {
        for (RecordComponent value : GenerationOptions.class.getRecordComponents()) {
            if (value.getType().isRecord()) {
                // Groups of requests; the next test has the switch of thinking
                continue;
            }
            String name = DataObjectPropertyName.toDashedForm(value.getName());
            String key = name.startsWith("thinking-")
                    ? "glimpse.thinking." + name.substring("thinking-".length())
                    : "glimpse.generation." + name;
            Class<?> type = value.getType();
            String setting = type == Double.class ? "0.5" : type == List.class ? "." : "1";

            assertThat(value.getAccessor().invoke(options(key + "=" + setting).generation()))
                    .as(key)
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"on, on", "true, on", "off, off", "none, off", "High, high"})
    void mapsTheSwitchOfThinking(String setting, String value) {
        assertThat(options().generation().template().thinking()).isNull();
        assertThat(options("glimpse.thinking.enabled=" + setting)
                        .generation()
                        .template()
                        .thinking())
                .isEqualTo(new ThinkingSwitch(value));
    }

    @Test
    void refusesASwitchOfThinkingThatIsNoWord() {
        assertThatThrownBy(() -> options("glimpse.thinking.enabled=very much"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.thinking.enabled");
    }

    @Test
    void mapsTheFormatOfToolCalls() {
        assertThat(new PropertiesMapper(properties()).tools().format()).isNull();
        assertThat(new PropertiesMapper(properties("glimpse.tools.format=GLM47"))
                        .tools()
                        .format())
                .isEqualTo(ToolCallFormat.GLM47);
        assertThatThrownBy(() -> new PropertiesMapper(properties("glimpse.tools.format=hermes2")).tools())
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("hermes2")
                .hasMessageContaining("qwen3_coder");
    }

    @Test
    void readsAutoAndEmptyNamesAsUnset() {
        EngineOptions options =
                options("glimpse.model.family=Auto", "glimpse.model.name=", "glimpse.model.pruning-module=");

        assertThat(options.family()).isNull();
        assertThat(options.name()).isNull();
        assertThat(options.module()).isNull();
    }

    @Test
    void mapsDeviceThreadsAndDownload() {
        EngineOptions options = options("glimpse.device=cuda:1", "glimpse.threads=3", "glimpse.native.download=true");

        assertThat(options.runtime()).isEqualTo(new RuntimeOptions("cuda:1", 3, NativeDownload.ALLOWED));
    }

    @Test
    void mapsTheFolderOfALibtorch() {
        assertThat(options("glimpse.native.path=/opt/torch").runtime().nativePath())
                .isEqualTo(Path.of("/opt/torch"));
        assertThat(options().runtime().nativePath()).isNull();
    }

    @Test
    void mapsHowTheModelIsLoaded() {
        EngineOptions options = options(
                "glimpse.dtype=bfloat16",
                "glimpse.weights=copied",
                "glimpse.limits.min-pixels=3136",
                "glimpse.limits.max-pixels=1003520",
                "glimpse.images.aspect=crop");

        assertThat(options.load())
                .isEqualTo(LoadOptions.builder()
                        .dtype(Dtype.BFLOAT16)
                        .weights(WeightFormat.COPIED)
                        .minPixels(3136)
                        .maxPixels(1_003_520)
                        .aspect(ImageAspect.CROP)
                        .build());
    }

    @Test
    void mapsWeightsOfEightBits() {
        assertThat(options("glimpse.weights=int8").load().weights()).isEqualTo(WeightFormat.INT8);
    }

    @Test
    void weightsArePackedLaterUnlessTheModelIsLoadedEagerly() {
        assertThat(options().load().packsLater()).isFalse();
        assertThat(options("glimpse.load=eager").load().packsLater()).isFalse();
        assertThat(options("glimpse.load=background").load().packsLater()).isTrue();
        assertThat(options("glimpse.load=lazy").load().packsLater()).isTrue();
    }

    @Test
    void mapsHowFarEightBitsMayChangeTheModel() {
        Int8Limits standard = Int8Limits.defaults();

        assertThat(options("glimpse.int8.max-layer-error=0.1").load().int8Limits())
                .isEqualTo(new Int8Limits(0.1, standard.minOverlap()));
        assertThat(options("glimpse.int8.min-overlap=0.9").load().int8Limits())
                .isEqualTo(new Int8Limits(standard.maxLayerError(), 0.9));
        assertThat(options().load().int8Limits()).isEqualTo(standard);
    }

    @Test
    void readsTheDtypeAutoAsUnset() {
        assertThat(options("glimpse.dtype=auto").load().dtype()).isNull();
    }

    @Test
    void mapsPruning() {
        EngineOptions options = options(
                "glimpse.pruning.enabled=false",
                "glimpse.pruning.strategy=glimpse",
                "glimpse.pruning.max-retention-ratio=0.111",
                "glimpse.pruning.min-tokens=4",
                "glimpse.pruning.threshold=0.7",
                "glimpse.pruning.anchors=tl,BR");

        assertThat(options.pruning())
                .isEqualTo(PruningOptions.builder()
                        .enabled(false)
                        .strategy("glimpse")
                        .maxRetentionRatio(0.111)
                        .minTokens(4)
                        .threshold(0.7)
                        .anchors(Set.of(Anchor.TOP_LEFT, Anchor.BOTTOM_RIGHT))
                        .build());
    }

    @Test
    void tellsNoAnchorsFromUnsetOnes() {
        assertThat(options("glimpse.pruning.anchors=").pruning().anchors()).isEmpty();
        assertThat(options().pruning().anchors()).isNull();
    }

    @Test
    void mapsTheStepsOfTheScheduleInOrder() {
        EngineOptions options = options(
                "glimpse.pruning.schedule[0].at=layer 2",
                "glimpse.pruning.schedule[0].strategy=none",
                "glimpse.pruning.schedule[0].retention-ratio=0.5",
                "glimpse.pruning.schedule[0].min-tokens=8",
                "glimpse.pruning.schedule[1].at=66 %",
                "glimpse.pruning.schedule[1].strategy=glimpse",
                "glimpse.pruning.schedule[0].options.seed=42",
                "glimpse.pruning.schedule[1].threshold=0.3",
                "glimpse.pruning.schedule[1].max-retention-ratio=0.2",
                "glimpse.pruning.schedule[1].anchors=tl");

        assertThat(options.pruning().schedule())
                .containsExactly(
                        PruningStep.builder("none")
                                .at("layer 2")
                                .retentionRatio(0.5)
                                .minTokens(8)
                                .options(Map.of("seed", "42"))
                                .build(),
                        PruningStep.builder("glimpse")
                                .at("66 %")
                                .threshold(0.3)
                                .maxRetentionRatio(0.2)
                                .anchors(Set.of(Anchor.TOP_LEFT))
                                .build());
    }

    @Test
    void mapsProfileGuardAndCanary() {
        EngineOptions options = options(
                "glimpse.pruning.profile=balanced",
                "glimpse.pruning.guard.enabled=true",
                "glimpse.pruning.guard.widen-below=0.6",
                "glimpse.pruning.guard.skip-below=0.1",
                "glimpse.pruning.canary-ratio=0.01");

        assertThat(options.pruning())
                .isEqualTo(PruningOptions.builder()
                        .profile("balanced")
                        .guard(new GuardOptions(true, 0.6, 0.1))
                        .build());
        assertThat(options.canaryRatio()).isEqualTo(0.01);
    }

    @Test
    void mapsOwnProfilesWithTheKeysOfPruning() {
        EngineOptions options = options(
                "glimpse.pruning.profile=receipts",
                "glimpse.profiles.receipts.profile=careful",
                "glimpse.profiles.receipts.max-retention-ratio=0.5",
                "glimpse.profiles.receipts.guard.widen-below=0.7",
                "glimpse.profiles.two-steps.schedule[0].at=vision",
                "glimpse.profiles.two-steps.schedule[0].strategy=div-prune",
                "glimpse.profiles.two-steps.schedule[0].retention-ratio=0.5");

        assertThat(options.profiles())
                .isEqualTo(Map.of(
                        "receipts",
                        PruningOptions.builder()
                                .profile("careful")
                                .maxRetentionRatio(0.5)
                                .guard(new GuardOptions(null, 0.7, null))
                                .build(),
                        "two-steps",
                        PruningOptions.builder()
                                .schedule(List.of(PruningStep.builder("div-prune")
                                        .at("vision")
                                        .retentionRatio(0.5)
                                        .build()))
                                .build()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "glimpse.pruning.profile=brave | glimpse.pruning.profile | auto, balanced, bold, careful, off",
                "glimpse.tools.profile=brave | glimpse.tools.profile | auto, balanced, bold, careful, off",
                "glimpse.profiles.a.profile=a | glimpse.profiles | leads back",
                "glimpse.profiles.a.profile=b | glimpse.profiles | 'b' is not known",
                "glimpse.profiles.a.canary-ratio=0.1 | glimpse.profiles.a.canary-ratio | glimpse.pruning.canary-ratio",
                "glimpse.profiles.a.anchors=xx | glimpse.profiles.a | xx"
            })
    void refusesProfilesThatCannotBeAndNamesTheKey(String property, String key, String reason) {
        assertThatThrownBy(() -> options(property))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageStartingWith(key + ":")
                .hasMessageContaining(reason);
    }

    @Test
    void refusesFloorsThatContradictEachOther() {
        assertThatThrownBy(
                        () -> options("glimpse.pruning.guard.widen-below=0.2", "glimpse.pruning.guard.skip-below=0.4"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContainingAll("glimpse.pruning", "skip-below is 0.4");
    }

    @Test
    void mapsWhatOtherStrategiesGoBy() {
        EngineOptions options = options(
                "glimpse.pruning.strategy=random",
                "glimpse.pruning.retention-ratio=0.25",
                "glimpse.pruning.options.seed=7",
                "glimpse.pruning.kv=ragged",
                "glimpse.pruning.positions=renumber");

        assertThat(options.pruning())
                .isEqualTo(PruningOptions.builder()
                        .strategy("random")
                        .retentionRatio(0.25)
                        .options(Map.of("seed", "7"))
                        .kv(KvForm.RAGGED)
                        .positions(PositionForm.RENUMBER)
                        .build());
    }

    @Test
    void mapsGeneration() {
        EngineOptions options = options(
                "glimpse.generation.temperature=0.7",
                "glimpse.generation.top-p=0.9",
                "glimpse.generation.top-k=40",
                "glimpse.generation.min-p=0.05",
                "glimpse.generation.lookup=4",
                "glimpse.generation.seed=11",
                "glimpse.generation.repetition-penalty=1.05",
                "glimpse.generation.presence-penalty=0.5",
                "glimpse.generation.frequency-penalty=-0.5",
                "glimpse.generation.max-output-tokens=64",
                "glimpse.generation.min-output-tokens=3",
                "glimpse.generation.beams=4",
                "glimpse.generation.length-penalty=-0.5",
                "glimpse.generation.first-token=enc",
                "glimpse.generation.stop[0]=END",
                "glimpse.generation.stop[1]=\n\n");

        assertThat(options.generation().temperature()).isEqualTo(0.7);
        assertThat(options.generation().topP()).isEqualTo(0.9);
        assertThat(options.generation().topK()).isEqualTo(40);
        assertThat(options.generation().minP()).isEqualTo(0.05);
        assertThat(options.generation().lookup()).isEqualTo(4);
        assertThat(options.generation().seed()).isEqualTo(11);
        assertThat(options.generation().repetitionPenalty()).isEqualTo(1.05);
        assertThat(options.generation().presencePenalty()).isEqualTo(0.5);
        assertThat(options.generation().frequencyPenalty()).isEqualTo(-0.5);
        assertThat(options.generation().maxOutputTokens()).isEqualTo(64);
        assertThat(options.generation().minOutputTokens()).isEqualTo(3);
        assertThat(options.generation().beams()).isEqualTo(4);
        assertThat(options.generation().lengthPenalty()).isEqualTo(-0.5);
        assertThat(options.load().firstToken()).isEqualTo(FirstToken.ENC);
        assertThat(options.generation().stop()).containsExactly("END", "\n\n");
    }

    @Test
    void mapsLimitsAndConcurrency() {
        EngineOptions options = options(
                "glimpse.limits.timeout=90s",
                "glimpse.limits.max-images=2",
                "glimpse.limits.max-image-size=1MB",
                "glimpse.limits.max-image-pixels=1000000",
                "glimpse.limits.max-input-tokens=4096",
                "glimpse.serving.max-running=2",
                "glimpse.serving.prefill-share=0.25",
                "glimpse.serving.slice-rows=1024",
                "glimpse.serving.memory-budget=3MB",
                "glimpse.concurrency.max-queued=0");

        assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(options.maxImages()).isEqualTo(2);
        assertThat(options.imageLimits()).isEqualTo(new ImageLimits(1_048_576, 1_000_000));
        assertThat(options.maxInputTokens()).isEqualTo(4096);
        assertThat(options.serving()).isEqualTo(new ServingOptions(2, 0.25, 1024, 3L << 20));
        assertThat(options.maxQueued()).isZero();
    }

    @Test
    void mapsVideos() {
        assertThat(options().video()).isEqualTo(VideoOptions.defaults());
        EngineOptions options = options(
                "glimpse.video.max-size=1MB",
                "glimpse.video.max-frames=32",
                "glimpse.video.max-pixels=1000",
                "glimpse.video.frames-per-second=0.5",
                "glimpse.video.min-frames=3",
                "glimpse.video.cap-pixels=true");

        assertThat(options.video()).isEqualTo(new VideoOptions(1_048_576, 32, 1_000, 0.5, 3));
        assertThat(options.load().capVideoPixels()).isTrue();
        assertThatThrownBy(() -> options("glimpse.video.max-frames=2", "glimpse.video.min-frames=3"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.video.min-frames");
        assertThatThrownBy(() -> options("glimpse.video.frames-per-second=0"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.video.frames-per-second");
    }

    @Test
    void mapsWhatBecomesOfHistoryAndTools() {
        assertThat(options().history()).isEqualTo(HistoryMode.KEEP_LAST);
        assertThat(options("glimpse.images.history=refuse").history()).isEqualTo(HistoryMode.REFUSE);
        assertThat(new PropertiesMapper(properties()).tools()).isEqualTo(ToolOptions.DEFAULT);
        assertThat(new PropertiesMapper(properties(
                                "glimpse.tools.mode=ignore",
                                "glimpse.tools.constrained=false",
                                "glimpse.tools.parallel=false",
                                "glimpse.tools.max-calls=3",
                                "glimpse.tools.profile=careful",
                                "glimpse.tools.image-budget=4000",
                                "glimpse.tools.least-confidence=0.4"))
                        .tools())
                .isEqualTo(new ToolOptions(ToolsMode.IGNORE, false, false, 3, "careful", new TurnCare(4000, 0.4)));
    }

    @Test
    void mapsHowAnswersAreKeptToAForm() {
        assertThat(new PropertiesMapper(properties()).structured()).isEqualTo(StructuredOptions.defaults());
        assertThat(new PropertiesMapper(properties(
                                "glimpse.structured.style=open",
                                "glimpse.structured.describe=never",
                                "glimpse.structured.close-before-limit=false",
                                "glimpse.structured.max-schema-size=1000",
                                "glimpse.structured.integer-digits=9",
                                "glimpse.structured.java-shapes=false"))
                        .structured())
                .isEqualTo(new StructuredOptions(
                        StructuredOptions.Style.OPEN, StructuredOptions.Describe.NEVER, false, 1000, 9, false));
    }

    @Test
    void mapsTransparency() {
        assertThat(options("glimpse.images.transparency=drop").transparency()).isEqualTo(Transparency.DROP);
    }

    @Test
    void fetchesNoImagesByUrlWhenNothingIsSet() {
        assertThat(new PropertiesMapper(properties()).imageUrls()).isEqualTo(ImageUrlOptions.defaults());
    }

    @Test
    void mapsImageUrls() {
        GlimpseProperties properties = properties(
                "glimpse.images.url-access=allow-list",
                "glimpse.images.allowed-hosts=pictures.example,*.example.org,inner:8080",
                "glimpse.images.connect-timeout=500ms",
                "glimpse.images.read-timeout=3s",
                "glimpse.limits.max-image-size=1MB");

        assertThat(new PropertiesMapper(properties).imageUrls())
                .isEqualTo(new ImageUrlOptions(
                        ImageUrlOptions.Access.ALLOW_LIST,
                        List.of("pictures.example", "*.example.org", "inner:8080"),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(3),
                        1_048_576));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"glimpse.images.allowed-hosts=http://pictures.example/", "glimpse.images.url-access=allow-list"})
    void namesThePropertyOfSenselessImageUrls(String value) {
        assertThatThrownBy(() -> new PropertiesMapper(properties(value)).imageUrls())
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.images.allowed-hosts");
    }

    @Test
    void namesThePropertyOfAnEmptyFileSize() {
        assertThatThrownBy(() -> options("glimpse.limits.max-image-size=0B"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.limits.max-image-size");
    }

    @Test
    void mapsTheCacheOfVisionFeatures() {
        EngineOptions options =
                options("glimpse.cache.vision-features.max-size=64MB", "glimpse.cache.vision-features.ttl=5m");

        assertThat(options.visionCache()).isEqualTo(new VisionCacheOptions(64L << 20, Duration.ofMinutes(5)));
    }

    @Test
    void mapsTheCacheOfPrefixes() {
        assertThat(options(
                                "glimpse.cache.prefix.max-size=64MB",
                                "glimpse.cache.prefix.ttl=5m",
                                "glimpse.cache.prefix.scope=application")
                        .prefixCache())
                .isEqualTo(
                        new PrefixCacheOptions(64L << 20, Duration.ofMinutes(5), PrefixCacheOptions.Scope.APPLICATION));
        assertThat(options("glimpse.cache.prefix.ttl=5m").prefixCache())
                .isEqualTo(new PrefixCacheOptions(
                        PrefixCacheOptions.DEFAULT_MAX_BYTES, Duration.ofMinutes(5), PrefixCacheOptions.Scope.SESSION));
        assertThat(options("glimpse.cache.prefix.enabled=false", "glimpse.cache.prefix.scope=application")
                        .prefixCache())
                .isEqualTo(PrefixCacheOptions.off());
        assertThatThrownBy(() -> options("glimpse.cache.prefix.max-size=-1B"))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining("glimpse.cache.prefix.max-size");
    }

    @Test
    void leavesOneNumberOfTheCacheToTheLibraryWhenTheOtherIsSet() {
        assertThat(options("glimpse.cache.vision-features.ttl=5m").visionCache())
                .isEqualTo(new VisionCacheOptions(VisionCacheOptions.DEFAULT_MAX_BYTES, Duration.ofMinutes(5)));
        assertThat(options("glimpse.cache.vision-features.max-size=64MB").visionCache())
                .isEqualTo(new VisionCacheOptions(64L << 20, VisionCacheOptions.DEFAULT_TIME_TO_LIVE));
    }

    @Test
    void remembersNothingWhenTheCacheIsDisabled() {
        assertThat(options("glimpse.cache.vision-features.enabled=false", "glimpse.cache.vision-features.max-size=64MB")
                        .visionCache())
                .isEqualTo(VisionCacheOptions.off());
    }

    @ParameterizedTest
    @CsvSource({"max-size,-1B,true", "max-size,-1B,false", "ttl,0s,true", "ttl,-5s,false"})
    void namesThePropertyOfASenselessCache(String key, String value, boolean enabled) {
        String name = "glimpse.cache.vision-features." + key;

        assertThatThrownBy(() -> options(name + "=" + value, "glimpse.cache.vision-features.enabled=" + enabled))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining(name);
    }

    private static GlimpseProperties properties(String... values) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("glimpse.model.location", TinyModel.QWEN.resolve("model").toString());
        List.of(values).forEach(value -> {
            int equals = value.indexOf('=');
            map.put(value.substring(0, equals), value.substring(equals + 1));
        });
        return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate("glimpse", GlimpseProperties.class);
    }

    private static EngineOptions options(String... values) {
        GlimpseProperties properties = properties(values);
        try (ModelSources sources =
                ModelSources.open(properties.model(), PropertiesMapperTest.class.getClassLoader())) {
            return new PropertiesMapper(properties).engine(sources).build();
        }
    }
}
