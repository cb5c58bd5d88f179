package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.LoadedModel;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTest {

    private static final String IGNORED = "is no property of Glimpse and is ignored";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseEmbeddingAutoConfiguration.class))
            .withPropertyValues("glimpse.load=lazy");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "glimpse.prunning.enabled | did you mean glimpse.pruning.enabled? glimpse has cache, chat-model, concurrency, device, dtype,"
                        + " embedding-model, enabled,",
                "glimpse.pruning.retention-ration | did you mean glimpse.pruning.retention-ratio? glimpse.pruning has anchors, canary-ratio, enabled, guard, kv,"
                        + " max-ret",
                "glimpse.native-library.download | glimpse has cache, chat-model, concurrency",
                "glimpse.rag.documets | did you mean glimpse.rag.documents? glimpse.rag has",
                "glimpse.ragg.max-pagez | glimpse has",
                "glimpse.threads.max | glimpse.threads has no keys",
                "glimpse.profiles.mine.retention-ration | did you mean glimpse.profiles.mine.retention-ratio?"
                        + " glimpse.profiles.mine has anchors, canary-ratio",
                "glimpse.profiles.mine.schedule[0].startegy | did you mean glimpse.profiles.mine.schedule[0].strategy?"
                        + " glimpse.profiles.mine.schedule[0] has anchors, at,",
                "glimpse.chat-model.name | glimpse.chat-model has enabled"
            })
    void warnsOfAKeyThatIsNoPropertyAndSaysWhatThereIs(String key, String there, CapturedOutput output) {
        // A step of a schedule cannot be bound alone.
        String strategy = key.contains("schedule") ? "glimpse.profiles.mine.schedule[0].strategy=none" : "a=b";
        runner.withPropertyValues(key + "=0.5", strategy).run(context -> assertThat(output)
                .containsOnlyOnce(key + " " + IGNORED + "; " + there)
                .containsOnlyOnce(IGNORED));
    }

    @Test
    void saysNothingOfPropertiesHoweverTheyAreSpelled(CapturedOutput output) {
        runner.withPropertyValues(
                        "glimpse.enabled=true",
                        "glimpse.chat-model.enabled=true",
                        "glimpse.streamingChatModel.enabled=true",
                        "glimpse.native.download=false",
                        "glimpse.cache.vision-features.max-size=1MB",
                        "glimpse.generation.stop[0]=END",
                        "glimpse.pruning.maxRetentionRatio=0.5",
                        "glimpse.pruning.anchors=tl,br",
                        "glimpse.profiles.Mine.guard.widen_below=0.4",
                        "glimpse.profiles[my.own].strategy=random",
                        "glimpse.profiles[my.own].options.a.b=1",
                        "glimpse.profiles.steps.schedule[0].strategy=random",
                        "glimpse.profiles.steps.schedule[0].options.seed=1",
                        "glimpse.embedding-model.pruning.schedule[0].strategy=cls-attention",
                        "glimpse.embedding-model.pruning.schedule[0].at=25 %",
                        "glimpse.embedding-model.pruning.schedule[0].retention-ratio=0.5")
                .run(context -> {
                    assertThat(context).hasSingleBean(LoadedModel.class);
                    assertThat(output).doesNotContain(IGNORED);
                });
    }

    @Test
    void refusesTheOldNamesOfPruningInTheTowerWithTheNewOnes() {
        Map<String, String> names = Map.of(
                "at=50 %", "glimpse.embedding-model.pruning.schedule[0].at",
                "evidence=received", "glimpse.embedding-model.pruning.strategy",
                "min-patches=2", "glimpse.embedding-model.pruning.min-tokens");
        names.forEach((old, now) -> runner.withPropertyValues(
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"),
                        "glimpse.embedding-model.pruning." + old)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("set " + now)));
        runner.withPropertyValues(
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"),
                        "glimpse.embedding-model.pruning.schedule[0].strategy=cls-attention",
                        "glimpse.embedding-model.pruning.schedule[0].evidence=cls")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("set glimpse.embedding-model.pruning.schedule[0].strategy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"glimpse.concurrency.max-active", "glimpse.concurrency.maxActive"})
    void refusesTheOldNameOfRequestsAtOnceWithTheNewOne(String old) {
        runner.withPropertyValues(old + "=2")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("set glimpse.serving.max-running"));
    }

    @Test
    void namesThePropertiesThatEndInTheSameWordElsewhere(CapturedOutput output) {
        runner.withPropertyValues("glimpse.serving.maxQueued=3", "glimpse.strategy=random")
                .run(context -> assertThat(output)
                        .containsPattern(
                                "glimpse.serving.maxqueued is no property of Glimpse and is ignored; glimpse.serving has [a-z, -]+; there is"
                                        + " glimpse.concurrency.max-queued\\R")
                        .containsPattern("glimpse.strategy is no property .*; there is .*glimpse.pruning.strategy"));
    }

    @Test
    void warnsOfTheLocationOfAModelThatIsNotLoaded(CapturedOutput output) {
        runner.withPropertyValues(
                        "glimpse.embedding-model.location=/models/clip", "glimpse.scoring-model.location=/models/blip")
                .run(context -> assertThat(output)
                        .containsOnlyOnce(
                                "glimpse.embedding-model.location is set, but that model is off and is not loaded;"
                                        + " set glimpse.embedding-model.enabled=true")
                        .containsOnlyOnce("set glimpse.scoring-model.enabled=true"));
    }

    @Test
    void saysNothingOfTheLocationOfAModelThatWasTurnedOff(CapturedOutput output) {
        runner.withPropertyValues(
                        "glimpse.embedding-model.enabled=false", "glimpse.embedding-model.location=/models/clip")
                .run(context -> assertThat(output).doesNotContain("glimpse.embedding-model.location is set"));
    }
}
