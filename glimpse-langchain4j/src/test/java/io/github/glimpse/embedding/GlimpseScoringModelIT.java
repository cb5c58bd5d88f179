package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.output.Response;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.ImageTextMatch;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.testing.BlipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image-text matching as a scoring model; the numbers are BlipFixturesIT's business. */
class GlimpseScoringModelIT {

    private static final Path LIKE = Path.of("src/test/resources/fixtures/blip-tiny-caption");
    private static final List<String> TEXTS = List.of("a dog on the chair", "invoice total 1200", "a dog on the chair");

    @TempDir
    private static Path folder;

    private static final int MOST = 4;

    private static LoadedModel engine;
    private static byte[] car;
    private static byte[] door;

    @BeforeAll
    static void load() {
        engine = LoadedModel.load(EngineOptions.builder(
                        BlipFolder.matches().visionWidth(36).write(folder.resolve("model"), LIKE.resolve("model")))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .maxTexts(MOST)
                .build());
        car = read(LIKE.resolve("cases/001/a.png"));
        door = read(Path.of("src/test/resources/fixtures/llava-1_5-tiny/cases/010/j.jpg"));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void textsAreScoredAgainstOnePictureInTheirOrder() {
        Response<List<Double>> response =
                GlimpseScoringModel.builder().model(engine).build().scoreAll(car, TEXTS);

        assertThat(response.content()).hasSize(3).allSatisfy(score -> assertThat(score)
                .isBetween(0.0, 1.0));
        assertThat(response.content().get(0))
                .isEqualTo(response.content().get(2))
                .isNotEqualTo(response.content().get(1));
    }

    @Test
    void segmentsAreScoredByThePicturesThatTheyStandFor() {
        GlimpseScoringModel scorer = GlimpseScoringModel.builder()
                .model(engine)
                .pictures(segment -> "car".equals(segment.metadata().getString("picture")) ? car : door)
                .build();
        List<TextSegment> segments = List.of(
                TextSegment.from("page 1", Metadata.from("picture", "car")),
                TextSegment.from("page 2", Metadata.from("picture", "door")));

        Response<List<Double>> response = scorer.scoreAll(segments, TEXTS.get(0));

        assertThat(response.content().get(0))
                .isEqualTo(scorer.scoreAll(car, TEXTS).content().get(0));
        assertThat(response.content().get(1))
                .isEqualTo(scorer.scoreAll(door, TEXTS).content().get(0));
    }

    @Test
    void theTimeOfARequestIsThatOfAllItsSegmentsTogether() {
        try (LoadedModel hurried = LoadedModel.load(EngineOptions.builder(folder.resolve("model"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .timeout(Duration.ofSeconds(1))
                .build())) {
            GlimpseScoringModel scorer = GlimpseScoringModel.builder()
                    .model(hurried)
                    .pictures(segment -> {
                        LockSupport.parkNanos(Duration.ofMillis(600).toNanos());
                        return car;
                    })
                    .build();

            assertThatThrownBy(() -> scorer.scoreAll(
                            List.of(TextSegment.from("1"), TextSegment.from("2"), TextSegment.from("3")), TEXTS.get(0)))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("PT1S");
        }
    }

    @Test
    void segmentsWithoutPicturesAreRefused() {
        GlimpseScoringModel scorer = GlimpseScoringModel.builder().model(engine).build();

        assertThatThrownBy(() -> scorer.score("a text", "another"))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("pictures");
    }

    @Test
    void moreTextsOfAPictureThanTheLimitAreRefusedButAnyNumberOfSegmentsIsRanked() {
        List<String> heard = new ArrayList<>();
        GlimpseScoringModel scorer = GlimpseScoringModel.builder()
                .model(engine)
                .pictures(segment -> car)
                .listeners(List.of(new ScoringListener() {
                    @Override
                    public void onError(LangChain4jException error, Duration duration) {
                        heard.add(String.valueOf(error.getMessage()));
                    }
                }))
                .build();
        String tooManyTexts = "The request has 5 texts, the limit is 4; send fewer at once or raise max-texts";

        assertThat(scorer.scoreAll(car, Collections.nCopies(MOST, "a dog")).content())
                .hasSize(MOST);
        assertThatThrownBy(() -> scorer.scoreAll(car, Collections.nCopies(MOST + 1, "a dog")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(tooManyTexts);
        assertThat(scorer.scoreAll(Collections.nCopies(MOST + 1, TextSegment.from("page")), "a dog")
                        .content())
                .hasSize(MOST + 1);
        assertThat(heard).containsExactly(tooManyTexts);
    }

    @Test
    void aListenerMayFollowEachRequestByItself() {
        List<String> heard = new ArrayList<>();
        AtomicInteger begun = new AtomicInteger();
        ScoringListener listener = new ScoringListener() {
            @Override
            public ScoringListener onRequest() {
                int number = begun.incrementAndGet();
                return new ScoringListener() {
                    @Override
                    public void onMatches(List<ImageTextMatch> matches, Duration duration) {
                        heard.add(number + " answered " + matches.size());
                    }

                    @Override
                    public void onError(LangChain4jException error, Duration duration) {
                        heard.add(number + " failed");
                    }
                };
            }
        };
        ScoringListener broken = new ScoringListener() {
            @Override
            public ScoringListener onRequest() {
                throw new IllegalStateException("of the listener");
            }
        };
        GlimpseScoringModel scorer = GlimpseScoringModel.builder()
                .model(engine)
                .listeners(List.of(broken, listener))
                .build();

        scorer.scoreAll(car, TEXTS);
        assertThatThrownBy(() -> scorer.scoreAll(new byte[] {1, 2}, TEXTS)).isInstanceOf(InvalidRequestException.class);
        scorer.scoreAll(door, TEXTS.subList(0, 1));

        assertThat(heard).containsExactly("1 answered 3", "2 failed", "3 answered 1");
    }

    @Test
    void similarityIsACosineAndDoesNotSeeWhatIsCutBetweenLayers() {
        GlimpseScoringModel scorer = GlimpseScoringModel.builder()
                .model(engine)
                .score(GlimpseScoringModel.Score.SIMILARITY)
                .build();
        ImageTextMatch whole = scorer.match(car, TEXTS).get(0);
        ImageTextMatch cut = GlimpseScoringModel.builder()
                .model(engine)
                .pruning(step("cross-attention", "layer 1"))
                .build()
                .match(car, TEXTS)
                .get(0);

        assertThat(scorer.scoreAll(car, TEXTS).content().get(0))
                .isEqualTo(whole.similarity())
                .isBetween(-1.0, 1.0);
        assertThat(cut.similarity()).isEqualTo(whole.similarity());
        assertThat(cut.probability()).isNotEqualTo(whole.probability());
    }

    @Test
    void whatWasKeptIsInTheMetadata() {
        Response<List<Double>> response = GlimpseScoringModel.builder()
                .model(engine)
                .pruning(step("cls-attention", "tower 1"))
                .build()
                .scoreAll(car, TEXTS);

        assertThat(response.metadata().get(GlimpseScoringModel.PRUNING))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(PruningReport.class))
                .hasSize(3)
                .allSatisfy(report -> assertThat(report.retention()).isCloseTo(0.25, within(1e-9)));
    }

    @Test
    void aCutThatThisModelDoesNotHaveIsRefusedWhenTheModelIsBuilt() {
        GlimpseScoringModel.Builder builder =
                GlimpseScoringModel.builder().model(engine).pruning(step("cross-attention", "layer 7"));

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("layer 7");
    }

    @Test
    void aModelForMatchingWritesNoAnswers() {
        assertThatThrownBy(() -> engine.generate(GenerationRequest.of(ChatTurn.user("What is it?", car))))
                .hasMessageContaining("GlimpseScoringModel");
    }

    @Test
    void scoringLeavesNoNativeMemoryBehind() {
        GlimpseScoringModel scorer = GlimpseScoringModel.builder().model(engine).build();
        scorer.scoreAll(car, TEXTS);
        int before = engine.liveResources();

        for (int i = 0; i < 5; i++) {
            scorer.scoreAll(car, TEXTS);
        }

        assertThat(engine.liveResources()).isEqualTo(before);
    }

    private static PruningOptions step(String strategy, String at) {
        return PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(strategy)
                        .at(at)
                        .retentionRatio(0.25)
                        .build()))
                .build();
    }
}
