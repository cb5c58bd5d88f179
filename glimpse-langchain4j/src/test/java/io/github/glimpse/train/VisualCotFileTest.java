package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.image.PixelArea;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisualCotFileTest {

    private static final String GOOD = """
            {"question":"q","answer":"a","image":"p/x.png","width":640,"height":480,"bboxs":[[1,2,11,22.5]],"dataset":"gqa","split":"train"}""";

    @TempDir
    private Path folder;

    @Test
    void aLineIsReadAndItsPictureOnlyWhenItIsUsed() throws IOException {
        List<GlimpseSample> samples = read(GOOD + "\n\n" + GOOD.replace("train", "val") + "\n", "train");
        assertThat(samples).hasSize(1);
        GlimpseSample sample = samples.get(0);
        assertThat(sample.question()).isEqualTo("q");
        assertThat(sample.answer()).isEqualTo("a");
        assertThat(sample.dataset()).isEqualTo("gqa");
        assertThat(sample.boxes()).containsExactly(new PixelArea(1, 2, 10, 20.5));
        assertThatThrownBy(() -> sample.picture().bytes())
                .isInstanceOf(TrainingDataException.class)
                .hasMessageContaining("Line 1")
                .hasMessageContaining("x.png");
        Files.createDirectories(folder.resolve("p"));
        Files.write(folder.resolve("p/x.png"), new byte[] {7});
        assertThat(sample.picture().bytes()).containsExactly(7);
    }

    @Test
    void aMaskMayStandForBoxes() throws IOException {
        List<GlimpseSample> samples = read(GOOD.replace("\"bboxs\":[[1,2,11,22.5]]", "\"mask\":\"m.png\""), "");
        assertThat(samples.get(0).mask()).isNotNull();
        assertThat(samples.get(0).boxes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"question\":\"q\"|\"question\":5|no text 'question'",
                "\"width\":640|\"width\":0|'width'",
                "[[1,2,11,22.5]]|[]|neither bboxs nor mask",
                "[[1,2,11,22.5]]|[[1,2,0,22.5]]|box 1",
                "[[1,2,11,22.5]]|[[1,2,3]]|box 1",
                "[[1,2,11,22.5]]|[[1,2,3,\"x\"]]|box 1",
                "[[1,2,11,22.5]]|7|bboxs",
                "p/x.png|../x.png|outside",
                "p/x.png|/etc/hostname|outside",
                "{\"question\"|[\"question\"|no JSON"
            })
    void aWrongLineIsRefusedWithItsNumber(String part, String wrong, String message) {
        assertThatThrownBy(() -> read(GOOD + "\n" + GOOD.replace(part, wrong), ""))
                .isInstanceOf(TrainingDataException.class)
                .hasMessageContaining("Line 2")
                .hasMessageContaining(message);
    }

    private List<GlimpseSample> read(String text, String split) throws IOException {
        Path file = folder.resolve("data.jsonl");
        Files.writeString(file, text);
        return VisualCotFile.read(file, folder, split);
    }
}
