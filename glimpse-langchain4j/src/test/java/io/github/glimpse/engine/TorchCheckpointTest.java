package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of real torch first ({@code make_checkpoints.py} beside them made them), then archives that torch never writes. */
class TorchCheckpointTest {

    private static final Path MADE_BY_TORCH = Path.of("src/test/resources/io/github/glimpse/engine/torch");
    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    @TempDir
    Path directory;

    @Test
    void readsTheReleasedFormOfAGlimpseModule() {
        Path module = FIXTURES.resolve("qwen2_5_vl-tiny/glimpse");

        Map<String, CheckpointTensor> tensors = TorchCheckpoint.read(module.resolve("new_modules_gp.pt"));

        assertThatValuesEqual(tensors, SafetensorsFile.open(module.resolve("glimpse_flat.safetensors")));
    }

    /** Every module of the fixtures that is there: the committed ones, and those of {@code GLIMPSE_FIXTURES}. */
    @ParameterizedTest
    @MethodSource
    void readsEveryModuleOfTheFixtures(Path checkpoint) throws IOException {
        Map<String, CheckpointTensor> tensors = TorchCheckpoint.read(checkpoint);

        JsonNode config = new ObjectMapper()
                .readTree(checkpoint.resolveSibling("config.json").toFile());
        boolean hasToken = config.path("le_length").asInt(1) > 0
                && (!config.has("le_layers") || !config.get("le_layers").isEmpty());
        boolean hasPredictor = !config.path("attn_fuse_type").asText().equals("AttnFuserDummy");
        assertThat(tensors.containsKey("learnable_embeddings")).isEqualTo(hasToken);
        assertThat(tensors.containsKey("attn_fuser.layers.0.norm1.weight")).isEqualTo(hasPredictor);
        Path flat = checkpoint.resolveSibling("glimpse_flat.safetensors");
        if (flat.toFile().exists()) {
            assertThatValuesEqual(tensors, SafetensorsFile.open(flat));
        }
    }

    static Stream<Path> readsEveryModuleOfTheFixtures() throws IOException {
        String others = System.getenv().getOrDefault("GLIMPSE_FIXTURES", "");
        Stream<Path> roots = Stream.concat(
                Stream.of(FIXTURES),
                Stream.of(others.split(",")).filter(root -> !root.isBlank()).map(Path::of));
        Stream.Builder<Path> found = Stream.builder();
        for (Path root : roots.toList()) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.endsWith("new_modules_gp.pt")).forEach(found);
            }
        }
        return found.build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "bfloat16", "float16", "parameters", "views", "shared", "many"})
    void readsWhatTorchWrites(String name) {
        Map<String, CheckpointTensor> tensors = TorchCheckpoint.read(MADE_BY_TORCH.resolve(name + ".pt"));

        assertThatValuesEqual(tensors, SafetensorsFile.open(MADE_BY_TORCH.resolve(name + ".safetensors")));
    }

    @Test
    void keepsTheStoredType() {
        assertThat(TorchCheckpoint.read(MADE_BY_TORCH.resolve("bfloat16.pt")).values())
                .allMatch(tensor -> tensor.type() == StoredType.BF16);
        assertThat(TorchCheckpoint.read(MADE_BY_TORCH.resolve("float16.pt")).values())
                .allMatch(tensor -> tensor.type() == StoredType.F16);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            old_form | torch.load(path, map_location='cpu', weights_only=True)
            protocol4 | not pickle protocol 2
            float64 | 'torch.DoubleStorage', only float32
            int64 | 'torch.LongStorage', only float32
            number | 'epoch' is neither a dictionary nor a tensor
            list | opcode 0x5d
            none | opcode 0x4e
            whole_module | 'torch.nn.modules.linear.Linear'
            function | 'posixpath.join'
            number_as_key | a key of a dictionary is no text
            bare_tensor | it holds no dictionary
            conjugate | 'torch.ComplexFloatStorage'
            sparse | 'torch._utils._rebuild_sparse_tensor'
            empty | it holds no tensors
            """)
    void refusesWhatElseTorchWrites(String name, String reason) {
        assertThatThrownBy(() ->
                        TorchCheckpoint.read(MADE_BY_TORCH.resolve("refused").resolve(name + ".pt")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(name + ".pt")
                .hasMessageContaining(reason);
    }

    @Test
    void readsAHandWrittenArchive() {
        byte[] pickle = new PickleBytes()
                .dictionary()
                .text("x")
                .tensor(4, 1, new int[] {3}, new int[] {1})
                .op('s')
                .stop();

        Map<String, CheckpointTensor> tensors = read(WeightFileBytes.checkpoint(pickle, new byte[16]));

        assertThat(tensors)
                .containsExactly(Map.entry("x", new CheckpointTensor(StoredType.F32, new long[] {3}, new float[3])));
    }

    @ParameterizedTest(name = "{0} stored, offset {1}, sizes {2}, strides {3}")
    @CsvSource({
        "4, 5, 1, 1",
        "4, 4, 1, 1",
        "4, -1, 1, 1",
        "4, 0, 5, 1",
        "4, 0, 3, 2",
        "4, 0, -1, 1",
        "4, 3, 2, -1",
        "4, 0, 2 2, 1",
        "4, 0, 2 2, 2 2",
        "4, 0, 2147483647 2147483647 2147483647, 1 1 1",
        "4, 0, 2147483647, 2147483647",
        "4, 0, 65536 65536, 0 0"
    })
    void refusesViewsOutsideOfTheirStorage(int stored, int offset, String sizes, String strides) {
        byte[] pickle = new PickleBytes()
                .dictionary()
                .text("x")
                .tensor(stored, offset, numbers(sizes), numbers(strides))
                .op('s')
                .stop();

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle, new byte[16])))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("does not lie inside its storage of 4 elements");
    }

    @Test
    void refusesTensorsThatRepeatAFewNumbersEndlessly() {
        byte[] pickle = new PickleBytes()
                .dictionary()
                .text("x")
                .tensor(4, 0, new int[] {40_000, 40_000}, new int[] {0, 0})
                .op('s')
                .stop();

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle, new byte[16])))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("8 times as large as the file");
    }

    @ParameterizedTest(name = "{0} elements of {1}")
    @CsvSource({
        "5, 0, says 20",
        "3, 0, says 12",
        "-1, 0, claims -1 elements",
        "2147483647, 0, claims 2147483647",
        "4, 1, no entry 'm/data/1'"
    })
    void refusesStoragesThatDoNotFitTheirEntry(int stored, String key, String reason) {
        byte[] pickle = dictionaryOfOneTensor(new PickleBytes(), "FloatStorage", key, stored);

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle, new byte[16])))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../0", "/etc/passwd", "0/../0", "", "-1", "0000000000"})
    void takesOnlyNumbersAsKeysOfStorages(String key) {
        byte[] pickle = dictionaryOfOneTensor(new PickleBytes(), "FloatStorage", key, 4);

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle, new byte[16])))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("instead of numbering it");
    }

    @Test
    void refusesOneStorageWithTwoSizes() {
        PickleBytes pickle = new PickleBytes().dictionary();
        pickle.text("x").tensor(4, 0, new int[] {4}, new int[] {1}).op('s');
        pickle.text("y").tensor(3, 0, new int[] {3}, new int[] {1}).op('s');

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle.stop(), new byte[16])))
                .hasMessageContaining("storage 0 has 16 bytes, the pickle says 12");
    }

    @Test
    void refusesADictionaryInsideItself() {
        byte[] pickle = new PickleBytes()
                .dictionary()
                .op('q', 0)
                .text("again")
                .op('h', 0)
                .op('s')
                .stop();

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'again.' contains itself");
    }

    @Test
    void refusesDeepNestingAndSharedNesting() {
        PickleBytes deep = new PickleBytes();
        for (int depth = 0; depth < 20_000; depth++) {
            deep.dictionary().text("a");
        }
        deep.dictionary();
        for (int depth = 0; depth < 20_000; depth++) {
            deep.op('s');
        }
        PickleBytes wide = new PickleBytes().dictionary().text("0").dictionary().op('q', 0, 's');
        for (int level = 1; level < 15; level++) {
            wide.text("" + level).dictionary().mark();
            for (int copy = 0; copy < 20; copy++) {
                wide.text("copy" + copy).op('h', level - 1);
            }
            wide.op('u', 'q', level, 's');
        }

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(deep.stop())))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("nested deeper than 16");
        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(wide.stop())))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("more than 50000 names");
    }

    @Test
    void refusesALongNameThatStandsInFrontOfManyOthers() {
        PickleBytes pickle =
                new PickleBytes().dictionary().text("a".repeat(1_000)).dictionary();
        pickle.text("b").tensor(4, 0, new int[] {4}, new int[] {1}).op('s', 's');

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle.stop(), new byte[16])))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("more than 1000 characters");
    }

    @Test
    void refusesTwoWaysToTheSameName() {
        PickleBytes pickle = new PickleBytes().dictionary();
        pickle.text("a.b").tensor(4, 0, new int[] {4}, new int[] {1}).op('s');
        pickle.text("a")
                .dictionary()
                .text("b")
                .tensor(4, 0, new int[] {4}, new int[] {1})
                .op('s', 's');

        assertThatThrownBy(() -> read(WeightFileBytes.checkpoint(pickle.stop(), new byte[16])))
                .hasMessageContaining("two of its tensors are named 'a.b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "", "little\n", "a long text instead of an order"})
    void readsLittleEndianOnly(String byteOrder) {
        Map<String, byte[]> entries = oneTensor();
        entries.put("m/byteorder", byteOrder.getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> read(entries))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("byte");
    }

    @Test
    void refusesAnArchiveWithoutByteOrderOrPickle() {
        Map<String, byte[]> withoutOrder = oneTensor();
        withoutOrder.remove("m/byteorder");
        Map<String, byte[]> withoutPickle = oneTensor();
        withoutPickle.remove("m/data.pkl");

        assertThatThrownBy(() -> read(withoutOrder)).hasMessageContaining("does not say its byte order");
        assertThatThrownBy(() -> read(withoutPickle)).hasMessageContaining("no entry FOLDER/data.pkl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "other/data.pkl", "m/../x", "m\\x", "mm/x"})
    void refusesEntriesOutsideOfTheFolder(String name) {
        Map<String, byte[]> entries = oneTensor();
        entries.put(name, new byte[1]);

        assertThatThrownBy(() -> read(entries)).isInstanceOf(ModelFilesException.class);
    }

    @Test
    void refusesAPickleThatIsTooLong() {
        Map<String, byte[]> entries = oneTensor();
        entries.put("m/data.pkl", new byte[(1 << 20) + 1]);

        assertThatThrownBy(() -> read(entries)).hasMessageContaining("at most 1048576 are read");
    }

    @Test
    void refusesCompressedEntries() throws IOException {
        Path file = directory.resolve("made.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : oneTensor().entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }

        assertThatThrownBy(() -> TorchCheckpoint.read(file))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("is compressed, which torch.save never does");
    }

    @Test
    void refusesEncryptedEntries() {
        byte[] bytes = WeightFileBytes.archive(oneTensor());
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int at = text.indexOf("PK\1\2"); at >= 0; at = text.indexOf("PK\1\2", at + 1)) {
            bytes[at + 8] |= 1;
        }
        Path file = WeightFileBytes.write(directory.resolve("made.pt"), bytes);

        assertThatThrownBy(() -> TorchCheckpoint.read(file))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("encrypted");
    }

    @Test
    void saysWhatAFileIsThatIsNoArchive() {
        Path text = WeightFileBytes.write(directory.resolve("page.pt"), "<html>".getBytes(StandardCharsets.US_ASCII));
        Path pointer = WeightFileBytes.write(
                directory.resolve("pointer.pt"),
                "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> TorchCheckpoint.read(text)).hasMessageContaining("not written by torch.save");
        assertThatThrownBy(() -> TorchCheckpoint.read(pointer)).hasMessageContaining("git lfs pull");
        assertThatThrownBy(() -> TorchCheckpoint.read(directory.resolve("none.pt")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("There is no checkpoint");
    }

    private Map<String, CheckpointTensor> read(Map<String, byte[]> entries) {
        return TorchCheckpoint.read(
                WeightFileBytes.write(directory.resolve("made.pt"), WeightFileBytes.archive(entries)));
    }

    private static Map<String, byte[]> oneTensor() {
        return WeightFileBytes.checkpoint(
                dictionaryOfOneTensor(new PickleBytes(), "FloatStorage", "0", 4), new byte[16]);
    }

    private static byte[] dictionaryOfOneTensor(PickleBytes pickle, String type, String key, int stored) {
        return pickle.dictionary()
                .text("x")
                .global("torch._utils", "_rebuild_tensor_v2")
                .mark()
                .storage(type, key, stored)
                .number(0)
                .numbers(1)
                .numbers(1)
                .op(0x89)
                .hooks()
                .tuple()
                .op('R', 's')
                .stop();
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    private static void assertThatValuesEqual(Map<String, CheckpointTensor> tensors, SafetensorsFile expected) {
        Map<String, CheckpointTensor> widened = new HashMap<>();
        expected.entries()
                .forEach((name, entry) -> widened.put(
                        name,
                        new CheckpointTensor(
                                WeightFileBytes.at(tensors, name).type(),
                                entry.shape(),
                                SafetensorsFile.floats(entry))));
        assertThat(tensors).containsExactlyInAnyOrderEntriesOf(widened);
    }
}
