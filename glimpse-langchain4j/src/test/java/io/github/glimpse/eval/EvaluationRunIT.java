package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationRunIT {

    private static final Path QWEN = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny");
    private static final List<EvaluationRow> ROWS = List.of(
            EvaluationRow.unpruned(),
            EvaluationRow.of(
                    "glimpse",
                    "glimpse",
                    PruningOptions.builder().strategy("glimpse").build()),
            EvaluationRow.sameCount("same", "glimpse", "glimpse", retention -> PruningOptions.builder()
                    .strategy("glimpse")
                    .threshold(0.0)
                    .maxRetentionRatio(retention)
                    .build()),
            EvaluationRow.of(
                    "unknown",
                    "unknown",
                    PruningOptions.builder().strategy("unknown").build()),
            EvaluationRow.sameCount("orphan", "glimpse", "unknown", retention -> PruningOptions.defaults()));

    private static LoadedModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(EngineOptions.builder(QWEN.resolve("model"))
                .module(QWEN.resolve("glimpse"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private EvaluationSet set() throws IOException {
        Path file = Files.writeString(folder.resolve("set.jsonl"), """
                {"image": "020/a.png", "question": "What colour is the car?", "answer": "red", "boxes": [[0, 0, 40, 40]]}
                {"image": "missing.png", "question": "How many?", "answer": "2"}
                {"image": "017/a.png", "question": "How many?", "answer": "2", "metric": "vqa"}
                """);
        return EvaluationSet.read(file, DataOptions.below(QWEN.resolve("cases")));
    }

    private EvaluationRun run(Path answers) throws IOException {
        return EvaluationRun.builder(set(), ROWS, answers)
                .generation(GenerationOptions.builder().maxOutputTokens(4).build())
                .build();
    }

    @Test
    void asksEveryQuestionWithEverySettingThatIsPossible() throws IOException {
        EvaluationRun run = run(folder.resolve("answers.csv"));
        List<Reading> readings = run.ask("tiny", model);
        assertThat(readings)
                .extracting(Reading::row)
                .containsExactly("none", "glimpse", "same", "none", "glimpse", "same", "none", "glimpse", "same");
        assertThat(run.skipped()).extracting(EvaluationRun.SkippedRow::row).containsExactly("unknown", "orphan");
        assertThat(run.skipped().get(0).reason()).contains("'unknown' is not known");

        Reading none = readings.get(0);
        Reading glimpse = readings.get(1);
        assertThat(none.selection().retention()).isEqualTo(1);
        assertThat(none.selection().recall()).isEqualTo(1);
        assertThat(glimpse.selection().keptTokens())
                .isBetween(1, none.selection().imageTokens() - 1);
        assertThat(glimpse.confidence()).isBetween(0.0, 1.0);
        assertThat(glimpse.cost().firstTokenMillis()).isPositive();
        assertThat(glimpse.cost().cacheBytes()).isBetween(1L, none.cost().cacheBytes() - 1);
        assertThat(none.cost().cacheBytes() % model.cacheBytesPerToken()).isZero();
        assertThat(readings.get(2).selection().mask().kept())
                .as("the best ones, as many as glimpse kept")
                .isEqualTo(glimpse.selection().mask().kept());
        assertThat(readings.subList(3, 6)).allMatch(Reading::failed);
        assertThat(readings.get(3).error()).contains("missing.png");
        assertThat(readings.get(5).error()).contains("takes its count from 'glimpse', which has failed");
        assertThat(readings.subList(6, 9)).noneMatch(Reading::failed);
    }

    @Test
    void goesOnWhereItWasKilled() throws IOException {
        Path whole = folder.resolve("whole.csv");
        run(whole).ask("tiny", model);
        List<String> lines = Files.readAllLines(whole);
        Path torn = folder.resolve("torn.csv");
        String start = String.join("\n", lines.subList(0, 4)) + "\n";
        Files.writeString(torn, start + lines.get(4).substring(0, 25));

        List<Reading> resumed = run(torn).ask("tiny", model);
        assertThat(Files.readString(torn)).startsWith(start);
        assertThat(Files.readAllLines(torn)).hasSameSizeAs(lines);
        assertThat(resumed).hasSize(9).doesNotHaveDuplicates();

        List<Reading> again = run(torn).ask("tiny", model);
        assertThat(again).as("answers are taken as they are").isEqualTo(resumed);
        assertThat(Files.readAllLines(torn))
                .as("only the three that failed are tried again")
                .hasSize(lines.size() + 3);
    }

    @Test
    void asksAgainWhatFailed() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Path data = Files.writeString(
                folder.resolve("late.jsonl"), "{\"image\": \"a.png\", \"question\": \"What?\", \"answer\": \"red\"}");
        EvaluationSet late = EvaluationSet.read(data, DataOptions.below(pictures));
        Path file = folder.resolve("answers.csv");
        List<EvaluationRow> unpruned = List.of(EvaluationRow.unpruned());
        GenerationOptions few = GenerationOptions.builder().maxOutputTokens(2).build();
        EvaluationRun.Builder run = EvaluationRun.builder(late, unpruned, file).generation(few);
        assertThat(run.build().ask("tiny", model)).allMatch(Reading::failed);
        Files.copy(QWEN.resolve("cases/020/a.png"), pictures.resolve("a.png"));
        assertThat(run.build().ask("tiny", model)).noneMatch(Reading::failed);
    }

    @Test
    void doesNotMixAnswersOfOtherSettings() throws IOException {
        Path file = folder.resolve("answers.csv");
        run(file).ask("tiny", model);
        long before = Files.readAllLines(file).size();
        EvaluationRun.builder(set(), ROWS, file)
                .generation(GenerationOptions.builder().maxOutputTokens(2).build())
                .build()
                .ask("tiny", model);
        assertThat(Files.readAllLines(file)).hasSize((int) (2 * before - 1));
    }

    @Test
    void doesNotMixAnswersAboutAnotherPictureOrByAnotherProfileOfTheSameName() throws IOException {
        Path data = Files.writeString(
                folder.resolve("one.jsonl"), "{\"image\": \"a.png\", \"question\": \"What?\", \"answer\": \"red\"}");
        Path file = folder.resolve("answers.csv");
        List<EvaluationRow> rows = List.of(EvaluationRow.of(
                "mine", "mine", PruningOptions.builder().profile("mine").build()));
        GenerationOptions few = GenerationOptions.builder().maxOutputTokens(2).build();
        List<Integer> lines = new ArrayList<>();
        for (String picture : List.of("12a", "08a")) {
            Files.copy(
                    QWEN.resolveSibling("tower-cuts/" + picture + ".png"),
                    folder.resolve("a.png"),
                    StandardCopyOption.REPLACE_EXISTING);
            for (double retention : new double[] {0.5, 0.25, 0.25}) {
                PruningOptions mine = PruningOptions.builder()
                        .strategy("random")
                        .retentionRatio(retention)
                        .build();
                try (LoadedModel own = LoadedModel.load(model.options().toBuilder()
                        .profiles(Map.of("mine", mine))
                        .build())) {
                    EvaluationSet one = EvaluationSet.read(data, DataOptions.below(folder));
                    EvaluationRun.builder(one, rows, file)
                            .generation(few)
                            .build()
                            .ask("tiny", own);
                }
                lines.add(Files.readAllLines(file).size());
            }
        }
        assertThat(lines).containsExactly(2, 3, 3, 4, 5, 5);
    }

    @Test
    void namesAMetricThatIsNotKnownBeforeItAsks() throws IOException {
        Path data = Files.writeString(
                folder.resolve("odd.jsonl"),
                "{\"image\": \"020/a.png\", \"question\": \"q\", \"answer\": 1, \"metric\": \"bleu\"}");
        EvaluationSet odd = EvaluationSet.read(data, DataOptions.below(QWEN.resolve("cases")));
        Path file = folder.resolve("answers.csv");
        EvaluationRun run = EvaluationRun.builder(odd, ROWS, file).build();
        assertThatThrownBy(() -> run.ask("tiny", model)).hasMessageContaining("'bleu' is not known");
        assertThat(Files.readAllLines(file)).hasSize(1);
    }
}
