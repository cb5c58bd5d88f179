package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.testing.RandomDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final String GOOD = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[8,20]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"none\":{\"dtype\":\"I64\",\"shape\":[0,7],\"data_offsets\":[4,4]},"
            + "\"number\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[20,22]}}  ";

    @TempDir
    Path directory;

    @Test
    void givesAbsoluteOffsetsTypesAndShapes() {
        SafetensorsFile file = open(GOOD, 22);

        int dataStart = 8 + GOOD.length();
        assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(file.entries().values())
                .containsExactly(
                        new TensorEntry("b", StoredType.BF16, new long[] {2, 3}, file.path(), dataStart + 8, 12),
                        new TensorEntry("a", StoredType.F32, new long[] {2}, file.path(), dataStart, 8),
                        new TensorEntry("none", StoredType.I64, new long[] {0, 7}, file.path(), dataStart + 4, 0),
                        new TensorEntry("number", StoredType.F16, new long[] {}, file.path(), dataStart + 20, 2));
    }

    @Test
    void readsTheFixtureModel() {
        Path model = FIXTURES.resolve("qwen2_5_vl-tiny/model/model.safetensors");

        SafetensorsFile file = SafetensorsFile.open(model);

        assertThat(file.entries()).hasSize(129);
        assertThat(WeightFileBytes.at(file.entries(), "visual.patch_embed.proj.weight")
                        .shape())
                .containsExactly(32, 3, 2, 14, 14);
        assertThat(file.entries().values().stream()
                        .mapToLong(TensorEntry::byteCount)
                        .sum())
                .isEqualTo(model.toFile().length()
                        - file.entries().values().stream()
                                .mapToLong(TensorEntry::offset)
                                .min()
                                .orElseThrow());
    }

    @Test
    void widensEveryFloatTypeExactly() {
        String header = "{\"f32\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"bf16\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]},"
                + "\"f16\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[12,16]}}";
        byte[] bytes = WeightFileBytes.safetensors(header, 16);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(bytes.length - 16)
                .putFloat(0.1f)
                .putFloat(-7)
                .putShort((short) 0x3dcd)
                .putShort((short) 0xc0e0)
                .putShort((short) 0x2e66)
                .putShort((short) 0xc700);
        SafetensorsFile file = SafetensorsFile.open(WeightFileBytes.write(directory.resolve("x.safetensors"), bytes));

        assertThat(floats(file, "f32")).containsExactly(0.1f, -7);
        assertThat(floats(file, "bf16")).containsExactly(0x1.9ap-4f, -7);
        assertThat(floats(file, "f16")).containsExactly(0x1.998p-4f, -7);
    }

    @Test
    void readsTensorsOfSeveralChunksThatLieOnOddBytes() throws IOException {
        int count = 700_001;
        String header =
                "{\"pad\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},\"x\":{\"dtype\":\"F32\",\"shape\":["
                        + count + "],\"data_offsets\":[3," + (3 + 4 * count) + "]}}";
        byte[] bytes = WeightFileBytes.safetensors(header, 3 + 4 * count);
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] expected = new float[count];
        for (int index = 0; index < count; index++) {
            expected[index] = index;
            data.putFloat(bytes.length - 4 * (count - index), index);
        }
        Path path = Files.write(directory.resolve("x.safetensors"), bytes);

        float[] values = floats(SafetensorsFile.open(path), "x");

        assertThat(Arrays.equals(values, expected)).isTrue();
    }

    @Test
    void doesNotReadIntegersAsFloats() {
        TensorEntry entry = WeightFileBytes.at(open(GOOD, 22).entries(), "none");

        assertThatThrownBy(() -> SafetensorsFile.floats(entry))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'none'")
                .hasMessageContaining("I64");
    }

    @Test
    void noticesThatAFileBecameShorter() throws IOException {
        SafetensorsFile file = open(GOOD, 22);
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }

        assertThatThrownBy(() -> floats(file, "number"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("became shorter");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {} {} | text behind|
            [] | does not begin with|
            {"a":1} | has to be an object|
            {"a":{"dtype":"F32","shape":[2]}} | it needs 'dtype'|
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | it needs 'dtype'|
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}} | more than 2 numbers|
            {"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}} | type 'F4' is not known|
            {"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}} | has to be a text|
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | not what F32[3] takes|
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | claims bytes 8 to 0|
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}} | claims bytes 16 to 24 of the 20|
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | negative number -2|
            {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | whole numbers|
            {"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}} | list of numbers|
            {"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}} | not what F32|
            {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}} | not what F32|
            {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} | out of range|
            {"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}} | more than 16 numbers|
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[7,15]}} | same bytes: 'a' and 'b'|
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}} | Duplicate|
            {"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}} | Duplicate|
            {"__metadata__":{"a":1}} | has to be a text|
            {"__metadata__":{"a":"b","a":"c"}} | Duplicate|
            {"a":{"x":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}} | depth|
            {"a":{"dtype":"F32" | no valid JSON|
            """)
    void refusesHeaders(String header, String reason) {
        assertThatThrownBy(() -> open(header, 20))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("x.safetensors")
                .hasMessageContaining(reason);
    }

    @Test
    void allowsUnknownFieldsAndHolesBetweenTensors() {
        String header = "{\"a\":{\"note\":{\"x\":[1]},\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[9,10]}}";

        assertThat(open(header, 20).entries()).containsOnlyKeys("a", "b");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"0", "1", "21", "100000001", "-1", "9223372036854775807"})
    void refusesAHeaderLengthThatCannotBe(long headerBytes) {
        byte[] bytes = ByteBuffer.allocate(28)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .put((byte) '{')
                .array();
        Path file = WeightFileBytes.write(directory.resolve("x.safetensors"), bytes);

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("header of " + Long.toUnsignedString(headerBytes) + " bytes, 20 bytes follow");
    }

    @Test
    void refusesInvalidUtf8() {
        byte[] bytes = WeightFileBytes.safetensors(GOOD, 22);
        bytes[8 + GOOD.indexOf("number")] = (byte) 0xe9;
        Path file = WeightFileBytes.write(directory.resolve("x.safetensors"), bytes);

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void saysThatAFileIsMissingEmptyOrAnLfsPointer() {
        Path empty = WeightFileBytes.write(directory.resolve("empty.safetensors"), new byte[0]);
        Path pointer = WeightFileBytes.write(
                directory.resolve("pointer.safetensors"),
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\n".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("missing.safetensors")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("There is no weight file")
                .hasMessageContaining("missing.safetensors");
        assertThatThrownBy(() -> SafetensorsFile.open(empty)).hasMessageContaining("has 0 bytes");
        assertThatThrownBy(() -> SafetensorsFile.open(pointer)).hasMessageContaining("git lfs pull");
    }

    @Test
    void readsManyTensorsButNotWithoutLimit() {
        assertThat(open(manyTensors(200_000), 1).entries()).hasSize(200_000);
        assertThatThrownBy(() -> open(manyTensors(200_001), 1)).hasMessageContaining("more than 200000");
    }

    @Test
    void neverTrustsADamagedFile() {
        Random random = new Random(42);
        byte[] good = WeightFileBytes.safetensors(GOOD, 22);
        int opened = 0;
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = RandomDamage.of(good, random);
            Path file = WeightFileBytes.write(directory.resolve("x.safetensors"), bytes);
            try {
                assertThatAllTensorsLieInside(SafetensorsFile.open(file), bytes.length);
                opened++;
            } catch (ModelFilesException expected) {
                assertThat(expected).hasMessageContaining("x.safetensors");
            }
        }
        assertThat(opened).isBetween(50, 2_950);
    }

    private static void assertThatAllTensorsLieInside(SafetensorsFile file, int fileBytes) {
        List<TensorEntry> entries = new ArrayList<>(file.entries().values());
        entries.removeIf(entry -> entry.byteCount() == 0);
        entries.sort(Comparator.comparingLong(TensorEntry::offset));
        long free = 8;
        for (TensorEntry entry : entries) {
            assertThat(entry.offset()).isGreaterThanOrEqualTo(free);
            assertThat(entry.byteCount())
                    .isEqualTo(Arrays.stream(entry.shape()).reduce(entry.type().byteCount(), Math::multiplyExact));
            free = entry.offset() + entry.byteCount();
            if (entry.type().isFloatingPoint()) {
                assertThat(SafetensorsFile.floats(entry)).hasSize((int) entry.elementCount());
            }
        }
        assertThat(free).isLessThanOrEqualTo(fileBytes);
    }

    private static String manyTensors(int count) {
        StringBuilder header = new StringBuilder("{");
        for (int index = 0; index < count; index++) {
            header.append(index == 0 ? "" : ",")
                    .append("\"layers.")
                    .append(index)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        return header.append('}').toString();
    }

    private SafetensorsFile open(String header, int dataBytes) {
        return SafetensorsFile.open(WeightFileBytes.write(
                directory.resolve("x.safetensors"), WeightFileBytes.safetensors(header, dataBytes)));
    }

    private static float[] floats(SafetensorsFile file, String name) {
        return SafetensorsFile.floats(WeightFileBytes.at(file.entries(), name));
    }
}
