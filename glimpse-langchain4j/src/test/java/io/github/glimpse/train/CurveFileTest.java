package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurveFileTest {

    @TempDir
    private Path folder;

    @Test
    void aResumedRunDropsTheRowsBehindItsCheckpointAndHalfARow() throws IOException {
        Path file = folder.resolve("deep/curve.csv");
        CurveFile curve = CurveFile.of(file, "iou");
        curve.onStart(0, 10);
        for (int step = 1; step <= 4; step++) {
            curve.onStep(progress(step, Map.of("iou", 0.5)));
        }
        Files.writeString(file, Files.readString(file) + "5,0.1");
        CurveFile resumed = CurveFile.of(file, "iou");
        resumed.onStart(2, 10);
        resumed.onStep(progress(3, Map.of()));
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "step,loss,rate,gradient_norm,iou",
                        "1,1.0,0.01,2.0,0.5",
                        "2,0.5,0.01,2.0,0.5",
                        "3,0.3333333333333333,0.01,2.0,");
    }

    @Test
    void aRunWithOtherColumnsKeepsWhatItsRowsHaveInThoseThatStay() throws IOException {
        Path file = folder.resolve("curve.csv");
        CurveFile curve = CurveFile.of(file, "iou", "recall");
        curve.onStart(0, 10);
        curve.onStep(progress(1, Map.of("iou", 0.5, "recall", 0.25)));
        CurveFile resumed = CurveFile.of(file, "answers", "recall");
        resumed.onStart(1, 10);
        resumed.onStep(progress(2, Map.of("answers", 0.75)));
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "step,loss,rate,gradient_norm,answers,recall", "1,1.0,0.01,2.0,,0.25", "2,0.5,0.01,2.0,0.75,");
    }

    @Test
    void theChartShowsOnePanelPerColumn() throws IOException {
        Path file = folder.resolve("curve.csv");
        CurveFile curve = CurveFile.of(file, "iou");
        curve.onStart(0, 100);
        for (int step = 1; step <= 100; step++) {
            curve.onStep(progress(step, Map.of("iou", 1 - 1.0 / step)));
        }
        Path png = folder.resolve("curve.png");
        CurveChart.draw(file, png, "loss", "iou");
        BufferedImage picture = ImageIO.read(png.toFile());
        assertThat(picture.getHeight()).isEqualTo(480);
        // The loss falls and the other curve rises: dark ink top left and bottom right, then the other way round.
        assertThat(darkRow(picture, 100, 0, 240)).isLessThan(darkRow(picture, 850, 0, 240));
        assertThat(darkRow(picture, 100, 240, 480)).isGreaterThan(darkRow(picture, 850, 240, 480));
    }

    @Test
    void anUnknownColumnIsRefusedWithTheKnownOnes() throws IOException {
        Path file = folder.resolve("curve.csv");
        Files.writeString(file, "step,loss\n1,2\n");
        assertThatThrownBy(() -> CurveChart.draw(file, folder.resolve("x.png"), "iou"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("no column iou")
                .hasMessageContaining("loss");
    }

    @Test
    void aCellThatIsNoNumberIsRefusedWithItsLine() throws IOException {
        Path file = folder.resolve("curve.csv");
        Files.writeString(file, "step,loss\n1,2\n2,two\n");
        assertThatThrownBy(() -> CurveChart.draw(file, folder.resolve("x.png"), "loss"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("Line 3");
    }

    private static int darkRow(BufferedImage picture, int column, int from, int to) {
        for (int y = from + 20; y < to; y++) {
            int rgb = picture.getRGB(column, y);
            boolean blue = (rgb & 0xff) > 0x60 && (rgb >> 16 & 0xff) < 0x50;
            if (blue) {
                return y;
            }
        }
        throw new AssertionError("no curve in column " + column);
    }

    private static TrainingProgress progress(int step, Map<String, Double> figures) {
        return new TrainingProgress(step, 10, 1.0 / step, 0.01, 2, figures, 5, Duration.ofSeconds(1));
    }
}
