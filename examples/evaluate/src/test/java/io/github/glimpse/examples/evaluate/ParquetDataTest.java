package io.github.glimpse.examples.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.eval.DataOptions;
import io.github.glimpse.eval.EvaluationDataException;
import io.github.glimpse.eval.EvaluationItem;
import io.github.glimpse.eval.EvaluationSet;
import io.github.glimpse.image.PictureFolder;
import io.github.glimpse.image.PixelArea;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file is pyarrow's, in two row groups and three compressions: src/test/python/make_parquet.py. */
class ParquetDataTest {

    private static final Path FOLDER = Path.of("src/test/resources");
    private static final Path FILE = FOLDER.resolve("questions.parquet");
    private static final DataOptions OPTIONS = DataOptions.below(FOLDER);

    @TempDir
    private Path folder;

    @Test
    void readsRowsWithListsAndStructures() {
        EvaluationSet set = ParquetData.read(FILE, OPTIONS);
        assertThat(set.items()).extracting(EvaluationItem::id).containsExactly("11", "12", "13", "14");
        EvaluationItem item = set.items().get(1);
        assertThat(item.question()).isEqualTo("Question 1?");
        assertThat(item.answers()).containsExactly("answer 1", "other");
        assertThat(item.boxes()).containsExactly(new PixelArea(1, 2, 3, 2));
        assertThat(item.metric()).isEqualTo("anls");
        assertThat(item.kind()).isEqualTo("kind");
        assertThat(set.items().get(2).kind()).as("null in the file").isEmpty();
    }

    @Test
    void readsPicturesInAnyOrder() {
        EvaluationSet set = ParquetData.read(FILE, OPTIONS);
        for (int row : new int[] {0, 3, 3, 1, 2}) {
            byte[] expected = new byte[5 + row];
            java.util.Arrays.fill(expected, (byte) row);
            assertThat(set.items().get(row).picture().bytes()).isEqualTo(expected);
        }
    }

    @Test
    void readsDecimalsAndDaysAsTheyAreWritten() {
        EvaluationSet set = ParquetData.read(FOLDER.resolve("decimals.parquet"), OPTIONS);
        assertThat(set.items()).hasSize(1);
        assertThat(set.items().get(0).answers()).containsExactly("12.80");
        assertThat(set.items().get(0).kind()).isEqualTo("2024-02-03");
    }

    @Test
    void namesACompressionThatIsNotKnown() {
        assertThatThrownBy(() -> ParquetData.read(FOLDER.resolve("brotli.parquet"), OPTIONS))
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("compression BROTLI is not known here; write the file with snappy");
    }

    @Test
    void refusesASmallFileOfALongTextThatRepeats() {
        assertThatThrownBy(() -> ParquetData.read(FOLDER.resolve("repeated.parquet"), OPTIONS))
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("Row 200 of")
                .hasMessageContaining("200000000 letters; split the file");
    }

    @Test
    void refusesAPictureOverTheLimit() {
        EvaluationSet set = ParquetData.read(
                FILE, OPTIONS.withPictures(new PictureFolder(FOLDER, 6, PictureFolder.Outside.REFUSED)));
        assertThat(set.items().get(1).picture().bytes()).hasSize(6);
        assertThatThrownBy(() -> set.items().get(2).picture().bytes())
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("Row 3 of")
                .hasMessageContaining("7 bytes, the limit is 6");
    }

    @Test
    void refusesWhatIsNoParquetFile() throws IOException {
        Path text = Files.writeString(folder.resolve("a.parquet"), "question,answer\n".repeat(10));
        assertThatThrownBy(() -> ParquetData.read(text, OPTIONS))
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContaining("cannot be read as Parquet");
        byte[] torn = Files.readAllBytes(FILE);
        Path half = Files.write(folder.resolve("b.parquet"), java.util.Arrays.copyOf(torn, torn.length / 2));
        assertThatThrownBy(() -> ParquetData.read(half, OPTIONS)).isInstanceOf(EvaluationDataException.class);
        assertThatThrownBy(() -> ParquetData.read(folder.resolve("c.parquet"), OPTIONS))
                .hasMessageContaining("There is no data file");
    }
}
