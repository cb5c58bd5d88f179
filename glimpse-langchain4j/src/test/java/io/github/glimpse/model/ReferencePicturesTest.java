package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.clip.ClipPreprocessor;
import io.github.glimpse.model.clip.ClipPreprocessorConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every picture of the reference fixtures (for example {@code ../shared/fixtures}) in the directories that the
 * environment variable {@code GLIMPSE_FIXTURES} names, parted by commas.
 */
class ReferencePicturesTest {

    private static final String DIRECTORIES = "GLIMPSE_FIXTURES";
    private static final float TOLERANCE = 1e-6f;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.DROP);

    @TestFactory
    Stream<DynamicTest> givesThePixelsOfTheReference() throws IOException {
        String directories = System.getenv(DIRECTORIES);
        assumeTrue(directories != null && !directories.isBlank(), DIRECTORIES + " names no directories");
        List<Path> families = families(directories);
        assertThat(families).as("families in " + directories).isNotEmpty();
        Stream.Builder<DynamicTest> tests = Stream.builder();
        for (Path family : families) {
            for (Path values : children(family.resolve("images"))) {
                if (!new Tensors(values).has("pixel_values")) {
                    continue; // of a video, or a few rows only: ReferenceFixturesIT compares them
                }
                String file = values.getFileName().toString();
                String picture = file.substring(0, file.length() - ".safetensors".length());
                tests.add(dynamicTest(family.getFileName() + "/" + picture, () -> compare(family, picture, values)));
            }
        }
        return tests.build();
    }

    private static List<Path> families(String directories) throws IOException {
        Stream.Builder<Path> families = Stream.builder();
        for (String name : directories.split(",", -1)) {
            Path directory = Path.of(name.strip());
            if (!Files.exists(directory)) { // seen from the root of the repository, while tests run in the module
                directory = Path.of("..").resolve(directory);
            }
            if (isFamily(directory)) {
                families.add(directory);
            } else {
                children(directory).stream()
                        .filter(ReferencePicturesTest::isFamily)
                        .forEach(families::add);
            }
        }
        return families.build().toList();
    }

    private static boolean isFamily(Path directory) {
        try {
            Path config = directory.resolve("model/config.json");
            return Files.isRegularFile(config)
                    && Files.isDirectory(directory.resolve("images"))
                    && type(config) != null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static @Nullable String type(Path config) throws IOException {
        String type = JSON.readTree(config.toFile()).path("model_type").asText();
        return type.equals("qwen2_5_vl") || type.equals("llava") ? type : null;
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.sorted().toList();
        }
    }

    private void compare(Path family, String picture, Path values) throws IOException {
        Path source = caseWith(family, picture).resolve(picture);
        Tensors expected = new Tensors(values);
        RasterImage decoded = decoder.decode(Files.readAllBytes(source));
        if (expected.has("decoded_rgb")) {
            assertThat(decoded.rgb()).isEqualTo(expected.bytes("decoded_rgb"));
        }

        boolean isQwen = "qwen2_5_vl".equals(type(family.resolve("model/config.json")));
        ImagePreprocessor preprocessor = isQwen ? qwen(family) : llava(family, picture);
        PixelPatches patches = preprocessor.preprocess(decoded);

        assertThat(patches.resized().rgb()).isEqualTo(expected.bytes("resized_rgb"));
        float[] wanted = expected.floats("pixel_values");
        float[] found = isQwen ? patches.values() : asPlanes(patches);
        assertThat(largestDifference(found, wanted)).isLessThanOrEqualTo(TOLERANCE);
        assertThat(patches.plan()).isEqualTo(preprocessor.plan(decoded.width(), decoded.height()));
    }

    /** Assertions on arrays of half a million floats take seconds. */
    private static float largestDifference(float[] found, float[] wanted) {
        assertThat(found).hasSameSizeAs(wanted);
        float largest = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - wanted[i])); // NaN stays NaN
        }
        return largest;
    }

    private static Path caseWith(Path family, String picture) throws IOException {
        return children(family.resolve("cases")).stream()
                .filter(folder -> Files.exists(folder.resolve(picture)))
                .findFirst()
                .orElseThrow();
    }

    private static ImagePreprocessor qwen(Path family) throws IOException {
        return new NativePictures(
                NativeSettings.of(new PreprocessorFile(preprocessorFile(family)), NativeSettings.QWEN2));
    }

    private static ImagePreprocessor llava(Path family, String picture) throws IOException {
        JsonNode vision =
                JSON.readTree(family.resolve("model/config.json").toFile()).path("vision_config");
        JsonNode request =
                JSON.readTree(caseWith(family, picture).resolve("request.json").toFile());
        String aspect = request.path("image_aspect_ratio").asText();
        return new ClipPreprocessor(
                ClipPreprocessorConfig.from(preprocessorFile(family)),
                vision.path("patch_size").asInt(),
                ImageAspect.valueOf(aspect.toUpperCase(Locale.ROOT)));
    }

    private static JsonNode preprocessorFile(Path family) throws IOException {
        return JSON.readTree(
                family.resolve("model").resolve(PreprocessorFile.NAME).toFile());
    }

    /** The fixtures of LLaVA hold the whole picture, channel by channel. */
    private static float[] asPlanes(PixelPatches patches) {
        int side = patches.plan().grid().patchSize();
        int width = patches.resized().width();
        int frame = width * patches.resized().height();
        float[] planes = new float[patches.values().length];
        for (int i = 0; i < planes.length; i++) {
            int channel = i / frame;
            int y = i % frame / width;
            int x = i % width;
            int patch = y / side * patches.plan().grid().columns() + x / side;
            planes[i] = patches.values()[patch * patches.patchValues() + (channel * side + y % side) * side + x % side];
        }
        return planes;
    }

    /** As much of the safetensors format as small files need: an object of names, types and places, then the bytes. */
    private static final class Tensors {

        private final byte[] file;
        private final JsonNode header;
        private final int start;

        Tensors(Path path) throws IOException {
            file = Files.readAllBytes(path);
            int length = (int) buffer(0, 8).getLong();
            header = JSON.readTree(new String(file, 8, length, StandardCharsets.UTF_8));
            start = 8 + length;
        }

        private ByteBuffer buffer(int from, int to) {
            return ByteBuffer.wrap(file, from, to - from).slice().order(ByteOrder.LITTLE_ENDIAN);
        }

        boolean has(String name) {
            return header.has(name);
        }

        private ByteBuffer content(String name, String type) {
            JsonNode entry = header.path(name);
            assertThat(entry.path("dtype").asText()).as(name).isEqualTo(type);
            JsonNode offsets = entry.path("data_offsets");
            return buffer(
                    start + offsets.path(0).asInt(), start + offsets.path(1).asInt());
        }

        byte[] bytes(String name) {
            ByteBuffer content = content(name, "U8");
            byte[] bytes = new byte[content.remaining()];
            content.get(bytes);
            return bytes;
        }

        float[] floats(String name) {
            FloatBuffer content = content(name, "F32").asFloatBuffer();
            float[] floats = new float[content.remaining()];
            content.get(floats);
            return floats;
        }
    }
}
