package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.PromptBuilder;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeeperTowerIT {

    private static final float TOLERANCE = 1e-5f;
    /** In this order they are the blocks of the smaller tower. */
    private static final List<Integer> KEPT = List.of(0, 2, 3, 5);

    @Test
    void sixBlocksSeeAtFirstWhatFourHaveSeen(@TempDir Path folder) throws IOException {
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TrainableParameters first = parameters(runtime, 7);
                TrainableParameters deeper = parameters(runtime, 8)) {
            Path small = folder.resolve("small");
            writeWithFourBlocks(small, first);
            DeeperTower.copyInto(deeper, small.resolve("model.safetensors"));
            Path large = folder.resolve("large");
            ModelFolder.write(large, Edition.FIRST, deeper, StoredType.F32);

            assertThat(seen(runtime, large)).containsExactly(seen(runtime, small), within(TOLERANCE));
            // The new blocks can learn: what they read of the rows is not zero.
            int hidden = TowerSize.embedded().hidden();
            assertThat(deeper.values("visual.blocks.1.attn.qkv.weight")).isNotEqualTo(new float[3 * hidden * hidden]);
        }
    }

    private static TrainableParameters parameters(TorchRuntime runtime, long seed) {
        TrainableParameters parameters = TrainableParameters.empty(runtime, seed);
        TinyWeights.addVision(parameters, ParameterGroup.named("vision"));
        TinyWeights.addDecoder(parameters, ParameterGroup.named("decoder"));
        return parameters;
    }

    /** The folder as it was before the tower had six blocks. */
    private static void writeWithFourBlocks(Path folder, TrainableParameters parameters) throws IOException {
        ModelFolder.write(folder, Edition.FIRST, parameters, StoredType.F32);
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        parameters.snapshot(StoredType.F32).forEach((name, tensor) -> {
            String[] parts = name.split("\\.", 4);
            if (!name.startsWith("visual.blocks.")) {
                tensors.put(name, tensor);
            } else if (KEPT.contains(Integer.valueOf(parts[2]))) {
                tensors.put("visual.blocks." + KEPT.indexOf(Integer.valueOf(parts[2])) + "." + parts[3], tensor);
            }
        });
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        ObjectMapper json = new ObjectMapper();
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) json.readTree(Files.readString(file));
        ObjectNode vision = (ObjectNode) config.get("vision_config");
        vision.put("depth", KEPT.size());
        vision.putArray("fullatt_block_indexes").add(1).add(3);
        Files.writeString(file, json.writeValueAsString(config));
    }

    /** The image tokens that the library makes with the folder. */
    private static float[] seen(TorchRuntime runtime, Path folder) {
        byte[] picture = PictureBytes.png(
                Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, new PageSize(14, 9), 3)));
        try (VisionLanguageModel model = FamilyGraphIT.load(runtime, folder);
                TensorScope scope = runtime.openScope()) {
            PromptBuilder builder = FamilyGraphIT.prompts(model);
            Prompt prompt = builder.prompt(List.of(ChatTurn.user("What is the total?", picture)));
            return model.tower()
                    .encode(builder.patches(prompt, 0), Set.of(), () -> {}, scope)
                    .rows()
                    .toFloatArray();
        }
    }
}
