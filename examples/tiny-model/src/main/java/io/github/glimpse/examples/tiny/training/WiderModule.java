package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts a glimpse module that was made for a narrow tower before a wider one, of which it reads at first the columns that the other had, in the
 * blocks that modules read now ({@link GlimpseStage#TAPS}).
 */
final class WiderModule {

    private static final String CONDITIONS = "attn_fuser.cond_in_projs.";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CONFIG = "config.json";
    /** What a module's description has of the model that it belongs to, and that widening changes. */
    private static final List<String> OF_THE_MODEL =
            List.of("vision_config", "intermediate_size", "max_position_embeddings", "sliding_window");

    private WiderModule() {}

    /**
     * Writes a module into a run folder.
     *
     * @param model folder of the wider model
     * @param module folder of the module of the narrow one
     * @param target folder of the wider module
     */
    static void write(Path model, Path module, Path target) {
        ObjectMapper mapper = new ObjectMapper();
        try {
            Files.createDirectories(target);
            JsonNode wide = mapper.readTree(model.resolve(CONFIG).toFile());
            ObjectNode config =
                    (ObjectNode) mapper.readTree(module.resolve(CONFIG).toFile());
            OF_THE_MODEL.forEach(name -> config.set(name, wide.get(name)));
            config.set("selected_visual_layers", mapper.valueToTree(GlimpseStage.TAPS));
            ModelFolder.json(target, CONFIG, config);
            int width = wide.path("vision_config").path("hidden_size").intValue();
            Map<String, CheckpointTensor> tensors = new TreeMap<>();
            SafetensorsFile.open(module.resolve(WEIGHTS)).entries().forEach((name, entry) -> {
                CheckpointTensor known =
                        new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry));
                boolean reads = name.startsWith(CONDITIONS) && name.endsWith(".weight");
                tensors.put(name, reads ? widened(known, width) : known);
            });
            SafetensorsWriter.write(target.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
        } catch (IOException e) {
            throw new UncheckedIOException("The module '" + module + "' cannot be widened into '" + target + "'", e);
        }
    }

    /** The weight of a product, with zeros for what its input has more. */
    private static CheckpointTensor widened(CheckpointTensor weight, int width) {
        int rows = Math.toIntExact(weight.shape()[0]);
        int narrow = Math.toIntExact(weight.shape()[1]);
        float[] values = new float[rows * width];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(weight.values(), row * narrow, values, row * width, narrow);
        }
        return new CheckpointTensor(weight.type(), new long[] {rows, width}, values);
    }
}
