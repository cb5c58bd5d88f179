package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.testing.RandomDamage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Randomly damaged checkpoints are read or refused, but never end in another error, a hang or a full heap. */
class DamagedCheckpointTest {

    private static final Path MADE_BY_TORCH = Path.of("src/test/resources/io/github/glimpse/engine/torch");
    private static final int ROUNDS = 3_000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"parameters", "views", "bfloat16"})
    void neverTrustsADamagedArchive(String name) throws IOException {
        byte[] good = Files.readAllBytes(MADE_BY_TORCH.resolve(name + ".pt"));
        Random random = new Random(name.hashCode());
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            read += readOrRefuse(RandomDamage.of(good, random));
        }
        assertThat(read).isBetween(ROUNDS / 50, ROUNDS - ROUNDS / 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parameters", "views", "shared"})
    void neverTrustsADamagedPickle(String name) throws IOException {
        Map<String, byte[]> entries = WeightFileBytes.entries(MADE_BY_TORCH.resolve(name + ".pt"));
        byte[] good = WeightFileBytes.at(entries, name + "/data.pkl");
        Random random = new Random(name.hashCode() + 1);
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            entries.put(name + "/data.pkl", RandomDamage.of(good, random));
            read += readOrRefuse(WeightFileBytes.archive(entries));
        }
        assertThat(read).isBetween(ROUNDS / 50, ROUNDS - ROUNDS / 10);
    }

    @Test
    void neverTrustsRandomOpcodes() {
        Random random = new Random(44);
        byte[] opcodes = "}()t\u0085\u0086\u0087\u0088\u0089KMXqhQRsub".getBytes(StandardCharsets.ISO_8859_1);
        for (int round = 0; round < 10 * ROUNDS; round++) {
            PickleBytes pickle = new PickleBytes();
            for (int count = random.nextInt(40); count > 0; count--) {
                pickle.op(opcodes[random.nextInt(opcodes.length)]);
            }
            byte[] bytes = pickle.stop();
            try {
                assertThat(PickleReader.read("x.pt", bytes)).isNotNull();
            } catch (ModelFilesException expected) {
                assertThat(expected).hasMessageContaining("x.pt");
            }
        }
    }

    /** Returns 1 if it was read. */
    private int readOrRefuse(byte[] bytes) {
        Path file = WeightFileBytes.write(directory.resolve("x.pt"), bytes);
        try {
            long values = TorchCheckpoint.read(file).values().stream()
                    .mapToLong(tensor -> tensor.values().length)
                    .sum();
            assertThat(values * Float.BYTES).isLessThanOrEqualTo(8L * bytes.length + (1 << 20));
            return 1;
        } catch (ModelFilesException expected) {
            assertThat(expected).hasMessageContaining("x.pt");
            return 0;
        }
    }
}
