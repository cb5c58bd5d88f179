package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.FilePayload;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.examples.playground.PlaygroundApplication;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.PruningReport;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Families whose pictures are cut into tiles, padded or cropped, with random weights: what the page draws lies where the report of the
 * server has it, read from the canvas.
 */
class FamiliesIT {

    private static final ImageSize WIDE = new ImageSize(317, 143);
    private static final ImageSize TALL = new ImageSize(97, 260);
    /** A tall one, turned by a quarter. */
    private static final ImageSize LYING = new ImageSize(260, 97);

    @Nested
    class LlavaNext extends FamilyPage {
        LlavaNext() {
            super("llava_next", false);
        }

        @Test
        void theOverviewIsDrawnWhereItIsWanted() throws Exception {
            overviewIsDrawn();
        }
    }

    @Nested
    class LlavaOneVision extends FamilyPage {
        LlavaOneVision() {
            super("llava_onevision", false);
        }

        @Test
        void theOverviewIsDrawnWhereItIsWanted() throws Exception {
            overviewIsDrawn();
        }
    }

    @Nested
    class SmolVlm extends FamilyPage {
        SmolVlm() {
            super("smolvlm", false);
        }

        @Test
        void theOverviewIsDrawnWhereItIsWanted() throws Exception {
            overviewIsDrawn();
        }
    }

    @Nested
    class Qwen3Vl extends FamilyPage {
        Qwen3Vl() {
            super("qwen3_vl", true);
        }

        @Test
        void aThresholdIsTriedOnThePictureAndRunsAsItWasDrawn() throws Exception {
            PruningReport first = asked(List.of(picture("wide.png", "png", WIDE)));
            page.locator("#threshold").fill("0.495");
            assertThat(page.locator("#kept")).containsText("Preview");
            String previewed = page.locator("#kept").innerText().replaceAll(".*keep (\\d+) of.*", "$1");
            button("Run again with these").click();
            answered();
            PruningReport second = report();

            assertThat(second.keptTokens()).isNotEqualTo(first.keptTokens());
            assertThat(previewed).isEqualTo(Integer.toString(second.keptTokens()));
            isDrawn(second, 0, WIDE, unit -> true);
        }
    }

    /** What was reported of the answers of the application. */
    static class Reports implements ChatModelListener {

        private final BlockingQueue<PruningReport> all = new LinkedBlockingQueue<>();

        @Override
        public void onResponse(ChatModelResponseContext context) {
            if (context.chatResponse().metadata() instanceof GlimpseChatResponseMetadata metadata) {
                all.add(metadata.pruning());
            }
        }
    }

    abstract static class FamilyPage extends PageInChromium {

        /** Of the page: dark violet to yellow. */
        private static final int[][] SCALE = {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}
        };

        private static final double LONGEST = 1200;
        private static final double LARGEST_SCALE = 4;

        /** Pixels of the canvas that a token's edge, rounded, and its outline take. */
        private static final double EDGE = 5;

        /** Levels of a colour by which a canvas, which multiplies colours by their opacity, gives it back. */
        private static final int ROUNDING = 3;

        private static final double DARKENED = 0.7 * 255;

        private final String family;
        private final Path files;
        private final boolean module;

        FamilyPage(String family, boolean module) {
            this.family = family;
            this.module = module;
            files = Path.of(System.getProperty("glimpse.basedir"))
                    .resolve("glimpse-langchain4j/src/test/resources/fixtures/" + family + "-tiny");
        }

        @Override
        List<String> properties() {
            List<String> properties = new ArrayList<>(List.of(
                    "glimpse.model.location=" + files.resolve("model"),
                    "glimpse.chat-model.enabled=false",
                    "glimpse.generation.max-output-tokens=4"));
            properties.addAll(
                    module
                            ? List.of("glimpse.model.pruning-module=" + files.resolve("glimpse"))
                            : List.of("glimpse.pruning.strategy=fastv", "glimpse.pruning.retention-ratio=0.3"));
            return properties;
        }

        @Override
        Class<?>[] sources() {
            return new Class<?>[] {PlaygroundApplication.class, Reports.class};
        }

        @Override
        String model() {
            return "(" + family.replace('_', '-');
        }

        @ParameterizedTest
        @ValueSource(strings = {"wide", "tall", "turned"})
        void maskAndMapLieWhereTheServerHasThem(String name) throws Exception {
            ImageSize size = name.equals("wide") ? WIDE : TALL;
            FilePayload picture = name.equals("turned")
                    // stored lying on its side
                    ? turned(picture("turned.jpg", "jpeg", LYING))
                    : picture(name + ".png", "png", size);
            PruningReport report = asked(List.of(picture));

            assertThat(report.keptTokens()).isBetween(1, report.imageTokens() - 1);
            assertThat(page.locator("#kept"))
                    .containsText("Kept " + report.keptTokens() + " of " + report.imageTokens() + " tokens");
            isDrawn(report, 0, size, FamilyPage::isFine);
        }

        @Test
        void ofTwoPicturesEachIsDrawnByItself() throws Exception {
            PruningReport report = asked(List.of(picture("wide.png", "png", WIDE), picture("tall.png", "png", TALL)));

            for (int i = 0; i < 2; i++) {
                page.locator("#thumbs .pick").nth(i).click();
                assertThat(page.locator("#image"))
                        .hasAttribute(
                                "alt",
                                List.of("Picture 1: wide.png", "Picture 2: tall.png")
                                        .get(i));
                boolean fine = units(report, i).stream().anyMatch(unit -> isFine(unit(report, unit)));
                isDrawn(report, i, i == 0 ? WIDE : TALL, unit -> !fine || isFine(unit));
            }
        }

        void overviewIsDrawn() throws Exception {
            PruningReport report = asked(List.of(picture("wide.png", "png", WIDE)));

            assertThat(page.locator("#kept")).containsText("of its small overview among them");
            page.getByLabel("on the small overview").check();
            isDrawn(report, 0, WIDE, unit -> !isFine(unit));
        }

        PruningReport asked(List<FilePayload> pictures) throws Exception {
            bean(Reports.class).all.clear();
            page.locator("#file").setInputFiles(pictures.toArray(FilePayload[]::new));
            assertThat(page.locator("#thumbs .pick")).hasCount(pictures.size());
            ask("What colour is the car?");
            answered();
            return report();
        }

        PruningReport report() throws InterruptedException {
            PruningReport report = bean(Reports.class).all.poll(1, TimeUnit.MINUTES);
            assertThat(report).isNotNull();
            return report;
        }

        /** That mask and map of a picture's units are drawn as they were reported, and no other. */
        void isDrawn(PruningReport report, int picture, ImageSize size, Predicate<TokenUnit> drawn) {
            List<Integer> units = units(report, picture).stream()
                    .filter(unit -> drawn.test(unit(report, unit)))
                    .toList();
            assertThat(units).isNotEmpty();
            double scale = Math.min(LONGEST / Math.max(size.width(), size.height()), LARGEST_SCALE);
            float least = Float.POSITIVE_INFINITY;
            float most = Float.NEGATIVE_INFINITY;
            List<List<Integer>> points = new ArrayList<>();
            List<Boolean> kept = new ArrayList<>();
            List<Float> scores = new ArrayList<>();
            for (int unit : units) {
                PruningReport.Image image = report.images().get(unit);
                float[] map = report.steps()
                        .get(report.steps().size() - 1)
                        .images()
                        .get(unit)
                        .scores();
                for (int token = 0; token < image.plan().grid().tokenCount(); token++) {
                    int number = token;
                    least = Math.min(least, map[token]);
                    most = Math.max(most, map[token]);
                    for (List<Integer> point : inside(image.plan().area(token).clippedTo(size), scale)) {
                        points.add(point);
                        kept.add(IntStream.of(image.kept()).anyMatch(k -> k == number));
                        scores.add(map[token]);
                    }
                }
            }
            assertThat(points).hasSizeGreaterThan(50);
            assertThat(kept).contains(true, false);

            page.locator("[name=view][value=mask]").check();
            List<List<Integer>> mask = pixels(points);
            page.locator("[name=view][value=map]").check();
            List<List<Integer>> map = pixels(points);
            for (int i = 0; i < points.size(); i++) {
                int opacity = mask.get(i).get(3);
                assertThat(kept.get(i) ? opacity == 0 : opacity > DARKENED)
                        .as(
                                "%s is of a token that %s, and has the opacity %d",
                                points.get(i), kept.get(i) ? "stayed" : "was dropped", opacity)
                        .isTrue();
                int[] colour = colour((scores.get(i) - least) / (most - least));
                for (int channel = 0; channel < colour.length; channel++) {
                    assertThat(map.get(i).get(channel))
                            .as("channel %d of the score %s at %s", channel, scores.get(i), points.get(i))
                            .isBetween(colour[channel] - ROUNDING, colour[channel] + ROUNDING);
                }
            }
            // of this test, which reads the canvas
            consoleErrors.removeIf(warning -> warning.contains("willReadFrequently"));
        }

        private static boolean isFine(TokenUnit unit) {
            return unit.kind() != TokenUnit.Kind.BASE && unit.kind() != TokenUnit.Kind.GLOBAL;
        }

        private static TokenUnit unit(PruningReport report, int unit) {
            return report.images().get(unit).unit();
        }

        private static List<Integer> units(PruningReport report, int picture) {
            return IntStream.range(0, report.images().size())
                    .filter(unit -> unit(report, unit).index() == picture)
                    .boxed()
                    .toList();
        }

        /** The middle of an area and its corners, each inside by an edge, in pixels of the canvas. */
        private static List<List<Integer>> inside(PixelArea area, double scale) {
            double left = area.left() * scale + EDGE;
            double top = area.top() * scale + EDGE;
            double right = area.right() * scale - EDGE;
            double bottom = area.bottom() * scale - EDGE;
            if (area.isEmpty() || left >= right || top >= bottom) {
                return List.of();
            }
            return List.of(
                    List.of((int) ((left + right) / 2), (int) ((top + bottom) / 2)),
                    List.of((int) left, (int) top),
                    List.of((int) right, (int) top),
                    List.of((int) left, (int) bottom),
                    List.of((int) right, (int) bottom));
        }

        /** Red, green, blue, opacity at each point of the canvas. */
        @SuppressWarnings("unchecked")
        private List<List<Integer>> pixels(List<List<Integer>> points) {
            return (List<List<Integer>>) page.evaluate(
                    "points => { const { width, height } = document.getElementById('overlay');"
                            + " const all = document.getElementById('overlay').getContext('2d').getImageData(0, 0, width, height).data;"
                            + " return points.map(([x, y]) => [...all.slice(4 * (y * width + x), 4 * (y * width + x) + 4)]); }",
                    points);
        }

        private static int[] colour(float share) {
            float at = share * (SCALE.length - 1);
            int low = Math.min((int) at, SCALE.length - 2);
            return IntStream.range(0, 3)
                    .map(c -> Math.round(SCALE[low][c] + (at - low) * (SCALE[low + 1][c] - SCALE[low][c])))
                    .toArray();
        }

        /** A picture whose parts look different. */
        static FilePayload picture(String name, String format, ImageSize size) throws IOException {
            BufferedImage picture = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < size.height(); y++) {
                for (int x = 0; x < size.width(); x++) {
                    int red = 255 * x / size.width();
                    int green = 255 * y / size.height();
                    int blue = (x / 20 + y / 30) % 3 * 100;
                    picture.setRGB(x, y, red << 16 | green << 8 | blue);
                }
            }
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            assertThat(ImageIO.write(picture, format, file)).isTrue();
            return new FilePayload(name, "image/" + format, file.toByteArray());
        }

        /** A JPEG file with an EXIF segment that says that it has to be turned clockwise by a quarter. */
        private static FilePayload turned(FilePayload jpeg) {
            byte[] exif = "\u00ff\u00e1\0\42Exif\0\0MM\0\52\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
                    .getBytes(ISO_8859_1);
            byte[] file = jpeg.buffer;
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(Arrays.copyOf(file, 2));
            all.writeBytes(exif);
            all.writeBytes(Arrays.copyOfRange(file, 2, file.length));
            return new FilePayload(jpeg.name, jpeg.mimeType, all.toByteArray());
        }
    }
}
