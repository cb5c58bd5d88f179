package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.image.FramePixelBudget;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.FrameSampling.Spacing;
import io.github.glimpse.image.FrameSizes;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelBudget;
import io.github.glimpse.image.VideoPixelBudget;
import io.github.glimpse.image.VideoTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every entry of the reference's {@code video-rules.json}: frames sampled, sizes, time stamps. The committed one, and those in the
 * directories that {@code -Dglimpse.fixtures=<dir>[,<dir>…]} or the environment variable {@code GLIMPSE_FIXTURES} names.
 */
class VideoRulesTest {

    private static final String FILE = "video-rules.json";
    private static final Path COMMITTED = Path.of("src", "test", "resources", "fixtures", FILE);
    private static final int PATCHES_OF_A_TOKEN = 2;
    private static final int FRAMES_OF_A_SLICE = 2;

    @TestFactory
    Stream<DynamicTest> samplesTheFramesOfTheReference() throws IOException {
        return entries("sampling", VideoRulesTest::checkSampling);
    }

    @TestFactory
    Stream<DynamicTest> resizesFramesToTheSizesOfTheReference() throws IOException {
        return entries("sizes", VideoRulesTest::checkSize);
    }

    @TestFactory
    Stream<DynamicTest> writesTheTimeStampsOfTheReference() throws IOException {
        return entries("timestamps", VideoRulesTest::checkTimes);
    }

    private static void checkSampling(JsonNode entry) {
        Spacing spacing =
                switch (entry.get("family").textValue()) {
                    case "qwen3_vl", "qwen3_5" -> Spacing.TO_LAST_FRAME;
                    case "qwen2_vl", "qwen2_5_vl" -> Spacing.IN_PAIRS;
                    case "smolvlm" -> Spacing.WITHOUT_ENDS;
                    default -> throw new IllegalArgumentException("No rule for " + entry.get("family"));
                };
        // the rule leaves out one second at each end; a file that asks for more needs a rule that can
        assertThat(entry.path("skip_seconds").asInt(1)).isEqualTo(1);
        FrameSampling sampling = new FrameSampling(
                spacing,
                entry.get("fps").doubleValue(),
                entry.path("min_frames").asInt(1),
                entry.get("max_frames").intValue());

        VideoTimes times = sampling.of(
                entry.get("total_frames").intValue(), entry.get("source_fps").doubleValue());

        assertThat(times.count()).isEqualTo(entry.get("count").intValue());
        if (!entry.get("indices").isNull()) {
            assertThat(times.indices()).isEqualTo(ints(entry.get("indices")));
        }
        List<Integer> first = ints(entry.get("first"));
        List<Integer> last = ints(entry.get("last"));
        assertThat(times.indices().subList(0, first.size())).isEqualTo(first);
        assertThat(times.indices().subList(times.count() - last.size(), times.count()))
                .isEqualTo(last);
    }

    private static void checkSize(JsonNode entry) {
        boolean isWholeVideo = entry.get("family").textValue().startsWith("qwen3");
        assertThat(entry.get("family").textValue()).isIn("qwen3_vl", "qwen3_5", "qwen2_vl", "qwen2_5_vl");
        int patch = isWholeVideo ? 16 : 14;
        PixelBudget budget = new PixelBudget(
                patch * PATCHES_OF_A_TOKEN,
                entry.get("shortest_edge").longValue(),
                entry.get("longest_edge").longValue());
        boolean capped = entry.get("cap_pixels_per_frame").booleanValue();
        FrameSizes sizes = isWholeVideo ? new VideoPixelBudget(budget, capped) : new FramePixelBudget(budget, capped);
        int frames = entry.get("frames").intValue();

        List<ImageSize> resized = sizes.of(
                new ImageSize(entry.get("width").intValue(), entry.get("height").intValue()), frames);

        List<Integer> expected = ints(entry.get("resized"));
        assertThat(resized).containsExactly(new ImageSize(expected.get(1), expected.get(0)));
        List<Integer> indices = Stream.iterate(0, i -> i + 1).limit(frames).toList();
        VideoSlices slices = new VideoSlices(new VideoTimes(indices, 1, frames), FRAMES_OF_A_SLICE);
        assertThat(List.of(
                        slices.count(),
                        resized.get(0).height() / patch,
                        resized.get(0).width() / patch))
                .isEqualTo(ints(entry.get("grid_thw")));
    }

    private static void checkTimes(JsonNode entry) {
        List<Integer> indices = ints(entry.get("indices"));
        VideoSlices slices = new VideoSlices(
                new VideoTimes(indices, entry.get("source_fps").doubleValue(), indices.get(indices.size() - 1) + 1),
                FRAMES_OF_A_SLICE);

        assertThat(Stream.iterate(0, i -> i + 1).limit(slices.count()).map(slices::seconds))
                .isEqualTo(
                        stream(entry.get("seconds")).map(JsonNode::doubleValue).toList());
        assertThat(VideoText.stamped(slices, "|"))
                .isEqualTo(String.join(
                        "",
                        stream(entry.get("text"))
                                .map(text -> text.textValue() + "|")
                                .toList()));
    }

    private interface Check {
        void of(JsonNode entry);
    }

    private static Stream<DynamicTest> entries(String part, Check check) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files()) {
            JsonNode entries = new ObjectMapper().readTree(file.toFile()).path(part);
            assertThat(entries).as(part + " of " + file).isNotEmpty();
            for (JsonNode entry : entries) {
                tests.add(dynamicTest(file + " " + entry, () -> check.of(entry)));
            }
        }
        return tests.stream();
    }

    private static List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(COMMITTED));
        String environment = System.getenv("GLIMPSE_FIXTURES");
        String directories = System.getProperty("glimpse.fixtures", environment == null ? "" : environment);
        for (String name : directories.split(",", -1)) {
            Path path = Path.of(name.strip());
            // Maven runs tests in the module's directory; a relative path is meant from where the command was typed.
            Path base = Path.of(System.getProperty("glimpse.basedir", "."));
            Path directory = Files.isDirectory(path) ? path : base.resolve(path);
            if (!Files.isDirectory(directory)) {
                throw new IllegalArgumentException("No directory " + path + ", neither here nor in " + base);
            }
            if (!name.isBlank() && Files.exists(directory.resolve(FILE))) {
                files.add(directory.resolve(FILE));
            }
        }
        return files;
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static List<Integer> ints(JsonNode list) {
        return stream(list).map(JsonNode::intValue).toList();
    }
}
