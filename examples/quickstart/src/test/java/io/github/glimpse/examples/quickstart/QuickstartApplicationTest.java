package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The way of the application from its arguments to its exit code. */
@ExtendWith(OutputCaptureExtension.class)
class QuickstartApplicationTest {

    private static final Pattern KEPT = Pattern.compile("(?m)^kept (\\d+) of (\\d+) image tokens \\((\\d+) %\\)$");
    private static final Path FIXTURES = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures");

    private static final long NOISE_SEED = 3;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void needsNoOptions() throws IOException {
        Path overlay = folder.resolve("new/overlay.png");

        int code = run("--overlay=" + overlay);

        assertThat(code).isZero();
        assertThat(err()).isEmpty();
        assertThat(out())
                .contains("What is the total?")
                .containsOnlyOnce("The embedded model reads drawn pages only")
                .containsPattern("(?m)drawn pages only, .* --model=DIRECTORY .*models\\.md")
                .contains(overlay.toString());
        assertPruned(overlay, receipt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2_5_vl-tiny", "llava-1_5-tiny"})
    void prunesWithBothFamilies(String family) throws IOException {
        Path overlay = folder.resolve("overlay.png");
        Path picture = folder.resolve("picture.png");
        ImageIO.write(receipt(), "png", picture.toFile());

        int code = run(
                "--model=" + FIXTURES.resolve(family).resolve("model"),
                "--module=" + FIXTURES.resolve(family).resolve("glimpse"),
                "--image=" + picture,
                "--overlay=" + overlay);

        assertThat(code).isZero();
        assertThat(out()).doesNotContain("embedded");
        assertPruned(overlay, receipt());
    }

    @Test
    void keepsNoMoreThanTheRetention() {
        run("--retention=0.03", overlay());

        Matcher kept = kept();
        assertThat(Double.parseDouble(kept.group(1)) / Double.parseDouble(kept.group(2)))
                .isLessThanOrEqualTo(0.03);
    }

    @Test
    void theRetentionOfTheReadmeChangesWhatIsKept() throws IOException {
        String readme = Files.readString(
                Path.of(System.getProperty("glimpse.basedir", "../..")).resolve("README.md"));
        Matcher example =
                Pattern.compile("--question='([^']*)' (--retention=0\\.\\d+)").matcher(readme);
        assertThat(example.find()).isTrue();
        run("--question=" + example.group(1), overlay());
        int kept = Integer.parseInt(kept().group(1));
        out.reset();

        run("--question=" + example.group(1), example.group(2), overlay());

        assertThat(Integer.parseInt(kept().group(1))).isLessThan(kept);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fastv", "div-prune", "pixel-prune", "foveate"})
    void keepsNoMoreThanTheRetentionWithAnotherStrategy(String strategy) {
        assertThat(run("--strategy=" + strategy, "--retention=0.2", overlay())).isZero();

        Matcher kept = kept();
        assertThat(Double.parseDouble(kept.group(1)) / Double.parseDouble(kept.group(2)))
                .isLessThanOrEqualTo(0.2);
    }

    @Test
    void saysHowLikelyTheAnswerWas() {
        run(overlay());

        assertThat(out())
                .containsPattern("(?m)^Likely    [01]\\.\\d{3} in the mean, [01]\\.\\d{3} the least likely token of the"
                        + " answer$");
    }

    @Test
    void saysToWhatSizeAPictureWasShrunkAndOnlyThen() throws IOException {
        run(overlay());
        assertThat(out()).doesNotContain("Shrunk");

        Path picture = folder.resolve("large.png");
        ImageIO.write(new BufferedImage(1600, 1200, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        run("--image=" + picture, overlay());
        assertThat(out()).contains("Shrunk    from 1600 x 1200 to 756 x 560 pixels, as the model takes it");
    }

    @Test
    void marksAnAnswerWithAnUnlikelyTokenAndNoOther() throws IOException {
        run(overlay());
        assertThat(out()).containsPattern("(?m)^Answer    87\\.00$");

        Path noise = folder.resolve("noise.png");
        ImageIO.write(noise(), "png", noise.toFile());
        out.reset();
        run("--image", noise.toString(), "--question", "What is the total?", "--strategy=none", overlay());
        Matcher least =
                Pattern.compile("(?m)mean, ([01]\\.\\d{3}) the least likely").matcher(out());
        assertThat(least.find()).isTrue();
        assertThat(Double.parseDouble(least.group(1))).isLessThan(0.5);
        assertThat(out()).containsPattern("(?m)^Answer    .*   unsure \\(0\\.\\d\\d\\)$");
    }

    private static BufferedImage noise() {
        BufferedImage image = new BufferedImage(224, 224, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(NOISE_SEED);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return image;
    }

    @Test
    void keepsEverythingWithoutAStrategy() {
        run("--strategy=none", overlay());

        assertThat(kept().group(3)).isEqualTo("100");
    }

    @Test
    void keepsEverythingWithoutAModule() {
        run("--model=" + FIXTURES.resolve("qwen2_5_vl-tiny/model"), overlay());

        assertThat(kept().group(3)).isEqualTo("100");
    }

    @Test
    void tellsTheTimeOfEachStage() {
        run(overlay());

        assertThat(out()).containsPattern("images +[0-9.]+ ms").containsPattern("pruning +[0-9.]+ ms");
    }

    @Test
    void explainsItself() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("--image", "--retention");
        out.reset();
        assertThat(run("--image", "a.png", "-h")).isZero();
        assertThat(out()).contains("--image", "--retention", "-h");
    }

    @Test
    void namesAnUnknownOption() {
        assertThat(run("--picture=a.png")).isOne();
        assertThat(err()).contains("There is no option --picture");
    }

    @Test
    void namesAPictureThatIsNotThere() {
        assertThat(run("--image=no-such.png")).isOne();
        assertThat(err()).contains("There is no image file 'no-such.png'", "check --image");
    }

    @Test
    void namesAnEmptyFileBeforeTheModelIsLoaded(CapturedOutput log) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.png"));

        assertThat(run("--image", empty.toString())).isOne();

        assertThat(err()).contains("empty.png", "has no bytes", "send a PNG").doesNotContain("\tat ");
        assertThat(log).doesNotContain("Loaded ").doesNotContain("\tat ");
    }

    @Test
    void namesWhatIsWrongWithAFileThatIsNoPicture() throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");

        assertThat(run("--image=" + text, overlay())).isOne();
        assertThat(err()).contains("text.png' is no image that can be read").doesNotContain("\tat ");
        assertThat(out()).isEmpty();
    }

    @Test
    void namesAModelThatIsNotThere(CapturedOutput log) {
        assertThat(run("--model=no-such-model")).isOne();
        assertThat(log).contains("There is no directory 'no-such-model'").doesNotContain("\tat ");
    }

    @Test
    void namesAPropertyWithAWrongValue(CapturedOutput log) {
        assertThat(run("--glimpse.threads=0")).isOne();
        assertThat(log)
                .contains("glimpse.threads = 0: must be greater than or equal to 1")
                .doesNotContain("\tat ");
    }

    @Test
    void namesAnOverlayThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThat(run("--overlay=" + file.resolve("overlay.png"))).isOne();
        assertThat(err()).contains("--overlay");
    }

    private void assertPruned(Path overlay, BufferedImage original) throws IOException {
        Matcher kept = kept();
        int keptTokens = Integer.parseInt(kept.group(1));
        int imageTokens = Integer.parseInt(kept.group(2));
        assertThat(keptTokens).isPositive().isLessThan(imageTokens);
        assertThat(kept.group(3)).isEqualTo(String.valueOf(Math.round(100.0 * keptTokens / imageTokens)));
        BufferedImage drawn = ImageIO.read(overlay.toFile());
        assertThat(drawn.getWidth()).isEqualTo(original.getWidth());
        assertThat(drawn.getHeight()).isEqualTo(original.getHeight());
        assertThat(pixels(drawn)).isNotEqualTo(pixels(original));
    }

    private static int[] pixels(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    private static BufferedImage receipt() throws IOException {
        try (InputStream in = QuickstartApplicationTest.class.getResourceAsStream("/receipt.png")) {
            return ImageIO.read(in);
        }
    }

    private Matcher kept() {
        Matcher kept = KEPT.matcher(out());
        assertThat(kept.find()).as(out() + err()).isTrue();
        return kept;
    }

    private String overlay() {
        return "--overlay=" + folder.resolve("overlay.png");
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        return QuickstartApplication.run(print(out), print(err), all.toArray(String[]::new));
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
