package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.train.TrainableParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes the tiny CLIP as a folder in the family's format. */
final class ClipFolder {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ClipFolder() {}

    /**
     * Writes all files.
     *
     * @param type F32, or BF16 to halve the file
     */
    static void write(Path folder, TrainableParameters parameters, StoredType type) {
        try {
            Files.createDirectories(folder);
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), parameters.snapshot(type), Map.of("format", "pt"));
            ModelFolder.json(folder, "config.json", config(type));
            ModelFolder.json(folder, "preprocessor_config.json", pictures());
            ClipTokenizer.write(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The model cannot be written to '" + folder + "'", e);
        }
    }

    private static ObjectNode config(StoredType type) {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add("CLIPModel");
        json.put("model_type", "clip")
                .put("projection_dim", ClipShape.DIMENSION)
                .put("logit_scale_init_value", ClipShape.SCALE)
                .put("torch_dtype", type == StoredType.BF16 ? "bfloat16" : "float32");
        tower(json.putObject("vision_config"), ClipShape.VISION_WIDTH, ClipShape.VISION_INNER, ClipShape.VISION_DEPTH)
                .put("model_type", "clip_vision_model")
                .put("image_size", ClipShape.IMAGE)
                .put("patch_size", ClipShape.PATCH)
                .put("num_channels", ClipShape.CHANNELS);
        tower(json.putObject("text_config"), ClipShape.TEXT_WIDTH, ClipShape.TEXT_INNER, ClipShape.TEXT_DEPTH)
                .put("model_type", "clip_text_model")
                .put("max_position_embeddings", ClipShape.POSITIONS)
                .put("vocab_size", ClipTokenizer.all().size())
                .put("bos_token_id", ClipTokenizer.all().indexOf(ClipTokenizer.START))
                .put("eos_token_id", ClipTokenizer.end())
                .put("pad_token_id", ClipTokenizer.end());
        return json;
    }

    private static ObjectNode tower(ObjectNode json, int width, int inner, int depth) {
        return json.put("hidden_size", width)
                .put("intermediate_size", inner)
                .put("num_hidden_layers", depth)
                .put("num_attention_heads", ClipShape.HEADS)
                .put("hidden_act", "gelu")
                .put("layer_norm_eps", ClipShape.EPS)
                .put("attention_dropout", 0.0)
                .put("projection_dim", ClipShape.DIMENSION);
    }

    private static ObjectNode pictures() {
        ObjectNode json = JSON.createObjectNode();
        json.put("image_processor_type", "CLIPImageProcessor")
                .put("do_resize", true)
                .put("do_center_crop", true)
                .put("do_rescale", true)
                .put("rescale_factor", PagePixels.FACTOR)
                .put("do_normalize", true)
                .put("do_convert_rgb", true)
                .put("resample", 3);
        json.putObject("size").put("shortest_edge", ClipShape.IMAGE);
        json.putObject("crop_size").put("height", ClipShape.IMAGE).put("width", ClipShape.IMAGE);
        ModelFolder.numbers(json.putArray("image_mean"), PagePixels.MEANS);
        ModelFolder.numbers(json.putArray("image_std"), PagePixels.DEVIATIONS);
        return json;
    }
}
