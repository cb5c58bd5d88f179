package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfiles;
import io.github.glimpse.sampling.GenerationOptions;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who wins: the request, its profile, the chat model's defaults, the engine's options, the library. */
class RequestDefaultsTest {

    private static final PruningProfiles PROFILES = new PruningProfiles(Map.of(), true, null);

    @Test
    void eachLayerOfPruningWinsOverThoseBeneathIt() {
        assertThat(cap(null, null, null, null)).as("left to the module").isNull();
        assertThat(cap(0.9, null, null, null)).as("the engine's").isEqualTo(0.9);
        assertThat(cap(0.9, 0.8, null, null)).as("the chat model's").isEqualTo(0.8);
        assertThat(cap(0.9, 0.8, "balanced", null)).as("the profile's").isEqualTo(0.333);
        assertThat(cap(0.9, 0.8, "balanced", 0.7)).as("the request's").isEqualTo(0.7);
    }

    @Test
    void eachLayerOfGenerationWinsOverThoseBeneathIt() {
        assertThat(temperature(null, null, null))
                .as("left to the library: GenerationOptions.DEFAULT_TEMPERATURE")
                .isNull();
        assertThat(temperature(0.1, null, null)).isEqualTo(0.1);
        assertThat(temperature(0.1, 0.2, null)).isEqualTo(0.2);
        assertThat(temperature(0.1, 0.2, 0.3)).isEqualTo(0.3);
    }

    private static @Nullable Double cap(
            @Nullable Double engine, @Nullable Double bean, @Nullable String profile, @Nullable Double request) {
        return PROFILES.settle(complete(
                                EngineOptions.builder(Path.of("model"))
                                        .pruning(PruningOptions.builder()
                                                .maxRetentionRatio(engine)
                                                .build()),
                                GlimpseChatRequestParameters.builder().maxRetentionRatio(bean),
                                GlimpseChatRequestParameters.builder()
                                        .profile(profile)
                                        .maxRetentionRatio(request))
                        .pruning())
                .maxRetentionRatio();
    }

    private static @Nullable Double temperature(
            @Nullable Double engine, @Nullable Double bean, @Nullable Double request) {
        return complete(
                        EngineOptions.builder(Path.of("model"))
                                .generation(GenerationOptions.builder()
                                        .temperature(engine)
                                        .build()),
                        GlimpseChatRequestParameters.builder().temperature(bean),
                        GlimpseChatRequestParameters.builder().temperature(request))
                .generation()
                .temperature();
    }

    /** What LangChain4j makes of a request before the chat model gets it. */
    private static GlimpseChatRequestParameters complete(
            EngineOptions.Builder engine,
            GlimpseChatRequestParameters.Builder bean,
            GlimpseChatRequestParameters.Builder request) {
        try (LoadedModel notLoaded = LoadedModel.deferred(engine.build(), options -> options)) {
            return GlimpseChatModel.builder()
                    .model(notLoaded)
                    .defaultRequestParameters(bean.build())
                    .build()
                    .defaultRequestParameters()
                    .overrideWith(request.build());
        }
    }
}
