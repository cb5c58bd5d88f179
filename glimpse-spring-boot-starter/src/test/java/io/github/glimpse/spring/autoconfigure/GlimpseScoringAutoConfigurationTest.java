package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.scoring.ScoringModel;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.embedding.SegmentPictures;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.ImageTextMatch;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.testing.BlipFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class GlimpseScoringAutoConfigurationTest {

    private static final List<String> TEXTS = List.of("a dog on the chair", "invoice total 1200");

    @TempDir
    private static Path folder;

    private static @Nullable Path model;
    private static byte[] car;
    private static byte[] door;

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    GlimpseAutoConfiguration.class,
                    GlimpseEmbeddingAutoConfiguration.class,
                    GlimpseScoringAutoConfiguration.class));

    private final ApplicationContextRunner runner = plain.withPropertyValues(
            "glimpse.scoring-model.enabled=true", "glimpse.scoring-model.location=" + Objects.requireNonNull(model));

    @BeforeAll
    static void write() throws IOException {
        model = BlipFolder.matches()
                .visionWidth(36)
                .write(folder.resolve("matching"), TinyModel.BLIP_CAPTION.resolve("model"));
        car = Files.readAllBytes(TinyModel.BLIP_CAPTION.resolve("cases/001/a.png"));
        door = Files.readAllBytes(TinyModel.LLAVA.resolve("cases/010/j.jpg"));
    }

    @Test
    void isOffByDefault() {
        plain.withPropertyValues(TinyModel.properties(TinyModel.QWEN)).run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(GlimpseScoringAutoConfiguration.ENGINE)
                .doesNotHaveBean(ScoringModel.class)
                .hasSingleBean(ChatModel.class));
    }

    @Test
    void makesTheEngineAndItsViewAlone() {
        runner.run(context -> {
            assertThat(context).getBean("glimpseScoringEngine").isInstanceOf(LoadedModel.class);
            assertThat(context).hasSingleBean(ScoringModel.class);
            assertThat(context).doesNotHaveBean(GlimpseAutoConfiguration.ENGINE).doesNotHaveBean(ChatModel.class);
            assertThat(context.getBean(GlimpseScoringModel.class)
                            .scoreAll(car, TEXTS)
                            .content())
                    .hasSize(2)
                    .allSatisfy(score -> assertThat(score).isBetween(0.0, 1.0));
        });
    }

    @Test
    void standsBesideAChatModelWhoseEngineIsTheOneThatIsInjectedByType() {
        runner.withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .withPropertyValues(
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"))
                .run(context -> {
                    assertThat(context)
                            .hasSingleBean(ChatModel.class)
                            .hasSingleBean(EmbeddingModel.class)
                            .hasSingleBean(ScoringModel.class);
                    assertThat(context.getBeanProvider(LoadedModel.class).getObject())
                            .isSameAs(context.getBean(GlimpseAutoConfiguration.ENGINE));
                });
    }

    @Test
    void ranksPicturesByATextWhereABeanSaysWhichTheSegmentsStandFor() {
        SegmentPictures pictures = segment -> "car".equals(segment.metadata().getString("picture")) ? car : door;
        runner.withBean(SegmentPictures.class, () -> pictures).run(context -> {
            ScoringModel scorer = context.getBean(ScoringModel.class);

            List<Double> scores = scorer.scoreAll(
                            List.of(
                                    TextSegment.from("page 1", Metadata.from("picture", "car")),
                                    TextSegment.from("page 2", Metadata.from("picture", "door"))),
                            TEXTS.get(0))
                    .content();

            GlimpseScoringModel own = context.getBean(GlimpseScoringModel.class);
            assertThat(scores)
                    .containsExactly(
                            own.match(car, TEXTS).get(0).probability(),
                            own.match(door, TEXTS).get(0).probability());
        });
        runner.run(context -> assertThatThrownBy(
                        () -> context.getBean(ScoringModel.class).score("a text", "another"))
                .hasMessageContaining("pictures"));
    }

    @Test
    void takesEveryProperty() {
        runner.withPropertyValues(
                        "glimpse.scoring-model.name=itm",
                        "glimpse.scoring-model.score=similarity",
                        "glimpse.scoring-model.first-token=enc",
                        "glimpse.scoring-model.max-texts=2",
                        "glimpse.scoring-model.pruning.schedule[0].at=tower 1",
                        "glimpse.scoring-model.pruning.schedule[0].strategy=cls-attention",
                        "glimpse.scoring-model.pruning.schedule[0].retention-ratio=0.25",
                        "glimpse.limits.timeout=7s",
                        "glimpse.concurrency.max-queued=0")
                .run(context -> {
                    EngineOptions options = context.getBean(GlimpseScoringAutoConfiguration.ENGINE, LoadedModel.class)
                            .options();
                    assertThat(options.name()).isEqualTo("itm");
                    assertThat(options.maxTexts()).isEqualTo(2);
                    assertThat(options.load().firstToken()).isEqualTo(FirstToken.ENC);
                    assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(options.maxQueued()).isZero();
                    GlimpseScoringModel scorer = context.getBean(GlimpseScoringModel.class);
                    ImageTextMatch match = scorer.match(car, TEXTS).get(0);
                    assertThat(match.report().retention()).isCloseTo(0.25, within(1e-9));
                    assertThat(scorer.scoreAll(car, TEXTS).content().get(0)).isEqualTo(match.similarity());
                });
    }

    @Test
    void namesThePropertyWhoseValueCannotWork() {
        plain.withPropertyValues("glimpse.scoring-model.enabled=true").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("glimpse.scoring-model.location")
                .hasMessageContaining("leave glimpse.scoring-model.enabled out"));
        plain.withPropertyValues("glimpse.scoring-model.enabled=perhaps")
                .run(context -> assertThat(context).hasFailed());
        runner.withPropertyValues("glimpse.scoring-model.max-texts=0").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("scoringModel.maxTexts")
                .hasMessageContaining("must be greater than or equal to 1"));
        runner.withPropertyValues(
                        "glimpse.scoring-model.pruning.retention-ratio=0.5",
                        "glimpse.scoring-model.pruning.schedule[0].at=layer 40",
                        "glimpse.scoring-model.pruning.schedule[0].strategy=cross-attention")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("glimpse.scoring-model.pruning: "));
        runner.withPropertyValues("glimpse.scoring-model.pruning.canary-ratio=0.5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("glimpse.scoring-model.pruning.canary-ratio: "));
    }

    @Test
    void refusesAModelThatDoesNotMatchTextsAndPictures() {
        plain.withPropertyValues(
                        "glimpse.scoring-model.enabled=true",
                        "glimpse.scoring-model.location=" + TinyModel.BLIP_CAPTION.resolve("model"))
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(ModelNotFoundException.class.getName())
                        .hasStackTraceContaining("load a BLIP model for image-text retrieval"));
    }

    @Test
    void backsOffForOwnBeans() {
        ScoringModel own = (segments, query) -> {
            throw new UnsupportedOperationException();
        };
        runner.withBean("glimpseScoringModel", ScoringModel.class, () -> own)
                .run(context -> assertThat(context.getBean(ScoringModel.class)).isSameAs(own));
        runner.withBean(
                        "glimpseScoringEngine",
                        LoadedModel.class,
                        () -> LoadedModel.load(EngineOptions.builder(Objects.requireNonNull(model))
                                .name("mine")
                                .build()))
                .run(context -> assertThat(context)
                        .hasSingleBean(LoadedModel.class)
                        .hasSingleBean(GlimpseScoringModel.class)
                        .doesNotHaveBean("glimpseScoringSources"));
    }

    @Test
    void isOffWithGlimpseOrWithoutLangChain4j() {
        runner.withPropertyValues("glimpse.enabled=off")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LoadedModel.class));
        runner.withClassLoader(new FilteredClassLoader(ScoringModel.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LoadedModel.class));
    }

    @Test
    void closesTheEngineWithTheContext() {
        GlimpseScoringModel[] scorer = new GlimpseScoringModel[1];
        runner.run(context -> scorer[0] = context.getBean(GlimpseScoringModel.class));

        assertThatThrownBy(() -> scorer[0].scoreAll(car, TEXTS)).hasMessageContaining("is closed");
    }
}
