package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingsFileTest {

    @TempDir
    private Path folder;

    private static Reading reading(String id, String answer) {
        PatchPlan plan = new PatchPlan(new ImageGrid(6, 8, 14, 2), 112, 84, -3.5, 0, 28.25, 28);
        return new Reading(
                "model, one",
                "glimpse",
                id,
                "key",
                "kind",
                "exact",
                "a \"question\"\r\nof two lines\\n",
                "=1+1",
                answer,
                1 / 3.0,
                new Reading.Selection(12, 3, Double.NaN, TokenMask.of(plan, new int[] {0, 9, 11})),
                new Reading.Cost(12.5, 4, 80, 1 << 20, 0),
                0.25,
                new AnswerLikelihood(0.125, 0.25, 1e-300),
                "");
    }

    @Test
    void readsBackWhatWasWritten() {
        Path file = folder.resolve("deep/answers.csv");
        ReadingsFile.open(file).add(reading("1", "'tis -5\ttoday"));
        ReadingsFile.open(file).add(reading("2", ""));
        assertThat(ReadingsFile.open(file).read()).containsExactly(reading("1", "'tis -5\ttoday"), reading("2", ""));
    }

    @Test
    void writesNoCellThatASpreadsheetTakesForAFormula() throws IOException {
        Path file = folder.resolve("answers.csv");
        ReadingsFile.open(file).add(reading("1", "=HYPERLINK(1)"));
        assertThat(Files.readString(file)).contains(",'=HYPERLINK(1),").contains(",'=1+1,");
    }

    @Test
    void cutsOffATornLine() throws IOException {
        Path file = folder.resolve("answers.csv");
        ReadingsFile.open(file).add(reading("1", "a"));
        String whole = Files.readString(file);
        Files.writeString(
                file, whole.lines().skip(1).findFirst().orElseThrow().substring(0, 30), StandardOpenOption.APPEND);
        assertThat(ReadingsFile.open(file).read()).containsExactly(reading("1", "a"));
        assertThat(Files.readString(file)).isEqualTo(whole);
    }

    @Test
    void beginsAnewWhereNotEvenTheHeaderWasWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("answers.csv"), "model,ro");
        ReadingsFile.open(file).add(reading("1", "a"));
        assertThat(ReadingsFile.open(file).read()).containsExactly(reading("1", "a"));
    }

    @Test
    void refusesATableOfSomethingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("answers.csv"), "name,age\n");
        assertThatThrownBy(() -> ReadingsFile.open(file).read())
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("has other columns");
    }

    @Test
    void cutsNothingOffAFileThatIsNoTable() throws IOException {
        Path file = Files.writeString(folder.resolve("answers.csv"), "notes without a line break");
        assertThatThrownBy(() -> ReadingsFile.open(file)).isInstanceOf(EvaluationDataException.class);
        assertThat(Files.readString(file)).isEqualTo("notes without a line break");
    }

    @Test
    void writesHalfACharacterPair() {
        Path file = folder.resolve("answers.csv");
        ReadingsFile.open(file).add(reading("1", "smile \ud83d"));
        assertThat(ReadingsFile.open(file).read()).containsExactly(reading("1", "smile ?"));
    }

    @Test
    void readsBackTheLongestTexts() {
        Path file = folder.resolve("answers.csv");
        String longest = "\u4e00".repeat(1_000_000);
        ReadingsFile.open(file).add(reading("1", longest));
        assertThat(ReadingsFile.open(file).read()).containsExactly(reading("1", longest));
    }

    @Test
    void namesALineThatIsNoAnswer() throws IOException {
        Path file = folder.resolve("answers.csv");
        ReadingsFile.open(file).add(reading("1", "a"));
        Files.writeString(file, Files.readString(file).replace(",12,3,", ",twelve,3,"));
        assertThatThrownBy(() -> ReadingsFile.open(file).read())
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("Line 2 of")
                .hasMessageContaining("twelve");
    }
}
