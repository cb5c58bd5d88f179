package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.embedding.GlimpseEmbeddingResponseMetadata;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class GlimpseEmbeddingAutoConfigurationTest {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseEmbeddingAutoConfiguration.class));

    private final ApplicationContextRunner runner = plain.withPropertyValues(
            "glimpse.embedding-model.enabled=true",
            "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"));

    @Test
    void isOffByDefault() {
        plain.withPropertyValues(TinyModel.properties(TinyModel.QWEN)).run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(EmbeddingEngine.class)
                .doesNotHaveBean(EmbeddingModel.class)
                .hasSingleBean(ChatModel.class));
    }

    @Test
    void makesTheEngineAndItsViewAlone() {
        runner.run(context -> {
            assertThat(context).getBean("glimpseEmbeddingEngine").isInstanceOf(EmbeddingEngine.class);
            assertThat(context).getBean("glimpseEmbeddingModel").isInstanceOf(GlimpseEmbeddingModel.class);
            assertThat(context).doesNotHaveBean(LoadedModel.class).doesNotHaveBean(ChatModel.class);
            assertThat(context.getBean(EmbeddingModel.class)
                            .embed("a red car")
                            .content()
                            .vector())
                    .hasSize(24);
        });
    }

    @Test
    void standsBesideAChatModel() {
        runner.withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .run(context ->
                        assertThat(context).hasSingleBean(ChatModel.class).hasSingleBean(EmbeddingModel.class));
    }

    @Test
    void missesAModelWhereNoneIsNamed() {
        plain.withPropertyValues("glimpse.embedding-model.enabled=true").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("glimpse.embedding-model.location"));
    }

    @Test
    void isOffWithGlimpseOrWithoutLangChain4j() {
        runner.withPropertyValues("glimpse.enabled=off")
                .run(context -> assertThat(context).doesNotHaveBean(EmbeddingEngine.class));
        runner.withClassLoader(new FilteredClassLoader(EmbeddingModel.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddingEngine.class));
    }

    @Test
    void refusesASwitchThatIsNoBoolean() {
        plain.withPropertyValues("glimpse.embedding-model.enabled=perhaps")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void backsOffForOwnBeans() {
        EmbeddingModel own = new EmbeddingModel() {};
        runner.withBean("glimpseEmbeddingModel", EmbeddingModel.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(EmbeddingModel.class)).isSameAs(own));
        runner.withBean(
                        "glimpseEmbeddingEngine",
                        EmbeddingEngine.class,
                        () -> EmbeddingEngine.load(EmbeddingOptions.builder(TinyModel.CLIP.resolve("model"))
                                .name("mine")
                                .build()))
                .run(context -> {
                    assertThat(context).hasSingleBean(EmbeddingEngine.class).doesNotHaveBean("glimpseEmbeddingSources");
                    assertThat(context.getBean(EmbeddingModel.class).modelName())
                            .isEqualTo("mine");
                });
    }

    @Test
    void takesEveryProperty() {
        runner.withPropertyValues(
                        "glimpse.embedding-model.name=clip",
                        "glimpse.embedding-model.batch-size=2",
                        "glimpse.embedding-model.max-inputs=3",
                        "glimpse.embedding-model.pruning.retention-ratio=0.5",
                        "glimpse.embedding-model.pruning.strategy=received-attention",
                        "glimpse.embedding-model.pruning.min-tokens=4",
                        "glimpse.limits.timeout=7s",
                        "glimpse.concurrency.max-queued=0")
                .run(context -> {
                    EmbeddingOptions options =
                            context.getBean(EmbeddingEngine.class).options();
                    assertThat(options.name()).isEqualTo("clip");
                    assertThat(options.batchSize()).isEqualTo(2);
                    assertThat(options.maxInputs()).isEqualTo(3);
                    assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(options.maxQueued()).isZero();
                    assertThat(options.pruning())
                            .isEqualTo(PruningOptions.builder()
                                    .strategy("received-attention")
                                    .retentionRatio(0.5)
                                    .minTokens(4)
                                    .build());
                });
    }

    @Test
    void prunesByTheSchedule() {
        runner.withPropertyValues(
                        "glimpse.embedding-model.pruning.schedule[0].strategy=cls-attention",
                        "glimpse.embedding-model.pruning.schedule[0].at=layer 2",
                        "glimpse.embedding-model.pruning.schedule[0].retention-ratio=0.5",
                        "glimpse.embedding-model.pruning.schedule[1].strategy=cls-attention",
                        "glimpse.embedding-model.pruning.schedule[1].at=66 %",
                        "glimpse.embedding-model.pruning.schedule[1].retention-ratio=0.25")
                .run(context -> {
                    EmbeddingResponse response = context.getBean(EmbeddingModel.class)
                            .embed(EmbeddingRequest.builder()
                                    .input((ImageContent)
                                            TestPicture.question().contents().get(1))
                                    .build());
                    GlimpseEmbeddingResponseMetadata metadata = (GlimpseEmbeddingResponseMetadata) response.metadata();
                    assertThat(metadata.pruning().keptPatches()).isEqualTo(16);
                    assertThat(metadata.pruning().pruning())
                            .isEqualTo("tower 2 cls-attention 0.5, tower 4 cls-attention 0.25");
                });
    }

    @Test
    void namesThePropertyWhoseValueCannotWork() {
        runner.withPropertyValues("glimpse.embedding-model.pruning.retention-ratio=1.5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("embeddingModel.pruning.retentionRatio"));
        runner.withPropertyValues(
                        "glimpse.embedding-model.pruning.retention-ratio=0.5",
                        "glimpse.embedding-model.pruning.schedule[0].strategy=cls-attention",
                        "glimpse.embedding-model.pruning.schedule[0].at=layer 40")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("glimpse.embedding-model.pruning")
                        .hasStackTraceContaining("the model allows 1 to 5"));
        runner.withPropertyValues(
                        "glimpse.embedding-model.pruning.strategy=text-similarity",
                        "glimpse.embedding-model.pruning.retention-ratio=0.5")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("looks at texts"));
    }

    @Test
    void refusesAModelThatMakesNoVectors() {
        plain.withPropertyValues(
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + TinyModel.QWEN.resolve("model"))
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(ModelNotFoundException.class.getName())
                        .hasStackTraceContaining("vectors are made by clip"));
    }

    @Test
    void tellsListenersOfTexts() {
        List<String> heard = new ArrayList<>();
        EmbeddingModelListener listener = new EmbeddingModelListener() {
            @Override
            public void onRequest(EmbeddingModelRequestContext context) {
                heard.add(context.textSegments().get(0).text());
            }
        };
        runner.withBean(EmbeddingModelListener.class, () -> listener).run(context -> {
            context.getBean(EmbeddingModel.class).embed("a red car");
            assertThat(heard).containsExactly("a red car");
        });
    }

    @Test
    void closesTheEngineWithTheContext() {
        EmbeddingModel[] model = new EmbeddingModel[1];
        runner.run(context -> model[0] = context.getBean(EmbeddingModel.class));

        assertThatThrownBy(() -> model[0].embed("a red car")).hasMessageContaining("is closed");
    }
}
