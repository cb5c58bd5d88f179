package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.train.TrainableParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the model as a folder in the family's format. */
final class ModelFolder {

    // Marks have the same ids in both editions.
    private static final int END = Vocabulary.id("<|im_end|>");
    private static final int NOTHING = Vocabulary.id("<|endoftext|>");
    private static final int FEWEST_CELLS = 4;

    // Pictures before words, whatever their order in the message: so it was trained.
    private static final String TEMPLATE = "{% for message in messages %}<|im_start|>{{ message['role'] }} "
            + "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
            + "{% for part in message['content'] %}{% if part['type'] == 'image' or 'image' in part or 'image_url' in part %}"
            + "<|vision_start|><|image_pad|><|vision_end|>{% endif %}{% endfor %}"
            + "{% for part in message['content'] %}{% if 'text' in part %} {{ part['text'] }}{% endif %}{% endfor %}"
            + "{% endif %}<|im_end|>{% endfor %}"
            + "{% if add_generation_prompt %}<|im_start|>assistant{% endif %}";

    // Parts in their order, as the family's own template has them.
    private static final String TEMPLATE_IN_ORDER = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
            + "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
            + "{% for part in message['content'] %}{% if part['type'] == 'image' or 'image' in part or 'image_url' in part %}"
            + "<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}"
            + "{% endif %}<|im_end|>\n{% endfor %}"
            + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelFolder() {}

    /**
     * Writes all files.
     *
     * @param edition which model
     * @param parameters with tower and decoder; what else it holds is left out
     * @param type F32, or BF16 to halve the file
     */
    static void write(Path folder, Edition edition, TrainableParameters parameters, StoredType type) {
        try {
            Files.createDirectories(folder);
            Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
            parameters.snapshot(type).forEach((name, tensor) -> {
                if (name.startsWith("visual.") || name.startsWith("model.")) {
                    tensors.put(name, tensor);
                }
            });
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
            json(folder, "config.json", config(edition, type));
            json(folder, "generation_config.json", generation());
            json(folder, "preprocessor_config.json", pictures());
            json(folder, "tokenizer.json", edition == Edition.FIRST ? TokenizerJson.write() : PiecesJson.write());
            json(folder, "tokenizer_config.json", tokenizer());
            String template = edition == Edition.FIRST ? TEMPLATE : TEMPLATE_IN_ORDER;
            json(folder, "chat_template.json", JSON.createObjectNode().put("chat_template", template));
        } catch (IOException e) {
            throw new UncheckedIOException("The model cannot be written to '" + folder + "'", e);
        }
    }

    static void json(Path folder, String name, ObjectNode content) throws IOException {
        try {
            String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
            Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode config(Edition edition, StoredType type) {
        DecoderSize size = edition.size();
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add("Qwen2_5_VLForConditionalGeneration");
        json.put("model_type", "qwen2_5_vl")
                .put("attention_dropout", 0.0)
                .put("bos_token_id", NOTHING)
                .put("eos_token_id", END)
                .put("hidden_act", "silu")
                .put("hidden_size", size.hidden())
                .put("intermediate_size", size.inner())
                .put("num_hidden_layers", size.layers())
                .put("num_attention_heads", size.heads())
                .put("num_key_value_heads", size.kvHeads())
                .put("max_position_embeddings", Edition.CONTEXT)
                .put("rms_norm_eps", TinyShape.EPS)
                .put("rope_theta", size.theta())
                .put("sliding_window", Edition.CONTEXT)
                .put("use_sliding_window", false)
                .put("tie_word_embeddings", true)
                .put("torch_dtype", type == StoredType.BF16 ? "bfloat16" : "float32")
                .put("use_cache", true)
                .put("vocab_size", size.vocabulary())
                .put("image_token_id", Vocabulary.id("<|image_pad|>"))
                .put("video_token_id", Vocabulary.id("<|video_pad|>"))
                .put("vision_start_token_id", Vocabulary.id("<|vision_start|>"))
                .put("vision_end_token_id", Vocabulary.id("<|vision_end|>"))
                .put("vision_token_id", Vocabulary.id("<|vision_pad|>"));
        ObjectNode scaling =
                json.putObject("rope_scaling").put("type", "default").put("rope_type", "default");
        ArrayNode sections = scaling.putArray("mrope_section");
        for (int section : TinyShape.SECTIONS) {
            sections.add(section);
        }
        addVision(json.putObject("vision_config"), edition);
        // Conversations offer this tool only, and records have no values but texts and null.
        ObjectNode training = json.putObject("glimpse_training");
        training.putArray("tools").add("zoom");
        training.put("json", "text-records");
        return json;
    }

    private static void addVision(ObjectNode vision, Edition edition) {
        vision.put("model_type", "qwen2_5_vl")
                .put("depth", TinyShape.VISION_DEPTH)
                .put("hidden_act", "silu")
                .put("hidden_size", Edition.TOWER.hidden())
                .put("in_channels", TinyShape.CHANNELS)
                .put("in_chans", TinyShape.CHANNELS)
                .put("intermediate_size", Edition.TOWER.inner())
                .put("num_heads", Edition.TOWER.heads())
                .put("out_hidden_size", edition.size().hidden())
                .put("patch_size", TinyShape.PATCH)
                .put("spatial_merge_size", TinyShape.MERGE)
                .put("spatial_patch_size", TinyShape.PATCH)
                .put("temporal_patch_size", TinyShape.TEMPORAL)
                .put("tokens_per_second", 2)
                .put("window_size", TinyShape.WINDOW * PageSize.CELL);
        ArrayNode full = vision.putArray("fullatt_block_indexes");
        for (int block : TinyShape.FULL_BLOCKS) {
            full.add(block);
        }
    }

    private static ObjectNode generation() {
        ObjectNode json = JSON.createObjectNode();
        json.put("bos_token_id", NOTHING).put("pad_token_id", NOTHING).put("do_sample", false);
        json.putArray("eos_token_id").add(END).add(NOTHING);
        return json;
    }

    private static ObjectNode pictures() {
        int cell = PageSize.CELL * PageSize.CELL;
        ObjectNode json = JSON.createObjectNode();
        json.put("image_processor_type", "Qwen2VLImageProcessor")
                .put("processor_class", "Qwen2_5_VLProcessor")
                .put("min_pixels", FEWEST_CELLS * cell)
                .put("max_pixels", TinyShape.MOST_CELLS * cell)
                .put("patch_size", TinyShape.PATCH)
                .put("temporal_patch_size", TinyShape.TEMPORAL)
                .put("merge_size", TinyShape.MERGE)
                .put("do_resize", true)
                .put("do_rescale", true)
                .put("rescale_factor", PagePixels.FACTOR)
                .put("do_normalize", true)
                .put("do_convert_rgb", true)
                .put("resample", 3);
        numbers(json.putArray("image_mean"), PagePixels.MEANS);
        numbers(json.putArray("image_std"), PagePixels.DEVIATIONS);
        return json;
    }

    static void numbers(ArrayNode array, List<Double> values) {
        values.forEach(array::add);
    }

    private static ObjectNode tokenizer() {
        return JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("add_bos_token", false)
                .put("clean_up_tokenization_spaces", false)
                .put("eos_token", "<|im_end|>")
                .put("pad_token", "<|endoftext|>")
                .put("model_max_length", Edition.CONTEXT);
    }
}
