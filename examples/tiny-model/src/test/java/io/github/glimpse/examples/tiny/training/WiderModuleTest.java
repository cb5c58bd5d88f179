package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.examples.tiny.CommandLines.WrongArgumentsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WiderModuleTest {

    private static final String CONDITIONS = "attn_fuser.cond_in_projs.0.weight";
    private static final String OTHER = "attn_fuser.attn_in_proj.weight";

    @Test
    void moduleReadsNothingOfTheColumnsThatTheTowerHasMore(@TempDir Path folder) throws IOException {
        Path model = folder(
                "model",
                folder,
                "{\"vision_config\":{\"hidden_size\":4},\"intermediate_size\":9,"
                        + "\"max_position_embeddings\":20,\"sliding_window\":20}");
        Path module = folder(
                "module",
                folder,
                "{\"vision_config\":{\"hidden_size\":2},\"intermediate_size\":3,"
                        + "\"max_position_embeddings\":10,\"sliding_window\":10,\"reduce_layer\":3}");
        CheckpointTensor narrow = new CheckpointTensor(StoredType.BF16, new long[] {2, 2}, new float[] {1, 2, 3, 4});
        SafetensorsWriter.write(
                module.resolve("model.safetensors"), Map.of(CONDITIONS, narrow, OTHER, narrow), Map.of());
        Path run = folder.resolve("run");

        Train.run("widen-module", run.toString(), "--from=" + model, "--from=" + module);

        SafetensorsFile written = SafetensorsFile.open(run.resolve("module/model.safetensors"));
        TensorEntry conditions = Objects.requireNonNull(written.entries().get(CONDITIONS));
        TensorEntry other = Objects.requireNonNull(written.entries().get(OTHER));
        assertThat(SafetensorsFile.floats(conditions)).containsExactly(1, 2, 0, 0, 3, 4, 0, 0);
        assertThat(conditions.shape()).containsExactly(2, 4);
        assertThat(conditions.type()).isEqualTo(StoredType.BF16);
        assertThat(SafetensorsFile.floats(other)).containsExactly(1, 2, 3, 4);
        JsonNode config =
                new ObjectMapper().readTree(run.resolve("module/config.json").toFile());
        assertThat(config)
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"vision_config\":{\"hidden_size\":4},\"intermediate_size\":9,"
                                + "\"max_position_embeddings\":20,\"sliding_window\":20,\"reduce_layer\":3,"
                                + "\"selected_visual_layers\":[4,3,2,0]}"));
    }

    @Test
    void aModuleWithoutItsWiderModelIsRefused(@TempDir Path folder) {
        assertThatThrownBy(() -> Train.run("widen-module", folder.toString(), "--from=" + folder))
                .isInstanceOf(WrongArgumentsException.class)
                .hasMessageContaining("--from twice");
    }

    private static Path folder(String name, Path parent, String config) throws IOException {
        Path folder = Files.createDirectory(parent.resolve(name));
        Files.writeString(folder.resolve("config.json"), config);
        return folder;
    }
}
