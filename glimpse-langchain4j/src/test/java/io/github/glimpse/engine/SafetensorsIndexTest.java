package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.testing.RandomDamage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsIndexTest {

    private static final String INDEX = "model.safetensors.index.json";
    private static final String GOOD_INDEX = "{\"metadata\":{\"total_size\":3},\"weight_map\":{"
            + "\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}";

    @TempDir
    Path directory;

    @Test
    void joinsTheShardsOfAnIndex() {
        Path first = shard("model-00001-of-00002.safetensors", "a");
        Path second = shard("model-00002-of-00002.safetensors", "b", "left_out");
        write(INDEX, GOOD_INDEX);

        Map<String, TensorEntry> all = SafetensorsIndex.of(directory);

        assertThat(all).containsOnlyKeys("a", "b");
        assertThat(WeightFileBytes.at(all, "a").file()).isEqualTo(first);
        assertThat(WeightFileBytes.at(all, "b").file()).isEqualTo(second);
        assertThat(SafetensorsIndex.of(List.of(first, second))).containsOnlyKeys("a", "b", "left_out");
    }

    @Test
    void prefersTheSingleFile() {
        shard("model.safetensors", "only");
        write(INDEX, GOOD_INDEX);

        assertThat(SafetensorsIndex.of(directory)).containsOnlyKeys("only");
    }

    @Test
    void refusesATensorThatIsNotInItsShard() {
        shard("model-00001-of-00002.safetensors", "a", "b");
        shard("model-00002-of-00002.safetensors", "c");
        write(INDEX, GOOD_INDEX);

        assertThatThrownBy(() -> SafetensorsIndex.of(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'b' is in 'model-00002-of-00002.safetensors', but it is not");
    }

    @Test
    void refusesAMissingShardAndAMissingIndex() {
        assertThatThrownBy(() -> SafetensorsIndex.of(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining(INDEX);
        write(INDEX, GOOD_INDEX);
        assertThatThrownBy(() -> SafetensorsIndex.of(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("model-00001-of-00002.safetensors");
    }

    @Test
    void refusesTwoFilesWithTheSameTensor() {
        List<Path> shards = List.of(shard("one.safetensors", "a"), shard("two.safetensors", "a"));

        assertThatThrownBy(() -> SafetensorsIndex.of(shards))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'a' is in two files");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x.safetensors",
                "/etc/x.safetensors",
                "sub/x.safetensors",
                "..\\\\x.safetensors",
                "C:x.safetensors",
                "x\\u0000.safetensors",
                "config.json",
                "..",
                ""
            })
    void followsNoShardNameOutOfTheDirectory(String name) {
        write(INDEX, "{\"weight_map\":{\"a\":\"" + name + "\"}}");

        assertThatThrownBy(() -> SafetensorsIndex.of(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("only plain names");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"weight_map\":{}}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"x.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"x.safetensors\"}} {}",
                "{\"weight_map\":{\"a\":"
            })
    void refusesAnIndexWithoutAProperWeightMap(String json) {
        shard("x.safetensors", "a");
        write(INDEX, json);

        assertThatThrownBy(() -> SafetensorsIndex.of(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(INDEX);
    }

    @Test
    void neverTrustsADamagedIndex() {
        shard("model-00001-of-00002.safetensors", "a");
        shard("model-00002-of-00002.safetensors", "b");
        Random random = new Random(43);
        int opened = 0;
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = RandomDamage.of(GOOD_INDEX.getBytes(StandardCharsets.UTF_8), random);
            WeightFileBytes.write(directory.resolve(INDEX), bytes);
            try {
                assertThat(SafetensorsIndex.of(directory).values())
                        .allMatch(entry -> directory.equals(entry.file().getParent()));
                opened++;
            } catch (ModelFilesException expected) {
                assertThat(expected).hasMessageContaining("model");
            }
        }
        assertThat(opened).isBetween(50, 2_950);
    }

    private Path shard(String fileName, String... tensors) {
        StringBuilder header = new StringBuilder("{");
        for (int index = 0; index < tensors.length; index++) {
            header.append(index == 0 ? "\"" : ",\"")
                    .append(tensors[index])
                    .append("\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[")
                    .append(index)
                    .append(',')
                    .append(index + 1)
                    .append("]}");
        }
        byte[] bytes = WeightFileBytes.safetensors(header.append('}').toString(), tensors.length);
        return WeightFileBytes.write(directory.resolve(fileName), bytes);
    }

    private void write(String fileName, String json) {
        WeightFileBytes.write(directory.resolve(fileName), json.getBytes(StandardCharsets.UTF_8));
    }
}
