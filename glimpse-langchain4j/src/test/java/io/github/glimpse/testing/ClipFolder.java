package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.StoredType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Writes CLIP model folders of the released base sizes, 224 pixels, with random weights and the tokenizer of another folder. */
public final class ClipFolder {

    private static final List<String> COPIED =
            List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt");
    private static final int VISION_WIDTH = 768;
    private static final int TEXT_WIDTH = 512;
    private static final int LAYERS = 12;
    private static final int DIMENSION = 512;
    private static final int IMAGE = 224;
    private static final int VOCABULARY = 49_408;
    private static final int PLACES = 77;
    private static final double DEVIATION = 0.02;

    private final int patch;

    private ClipFolder(int patch) {
        this.patch = patch;
    }

    /** ViT-B with patches of 16 or 32 pixels. */
    public static ClipFolder base(int patch) {
        return new ClipFolder(patch);
    }

    /**
     * Writes the folder.
     *
     * @param like a CLIP folder whose tokenizer is copied
     */
    public Path write(Path directory, Path like) {
        try {
            Files.createDirectories(directory);
            for (String name : COPIED) {
                if (Files.exists(like.resolve(name))) {
                    Files.copy(like.resolve(name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Json.write(directory.resolve("preprocessor_config.json"), pictures());
            Json.write(directory.resolve("config.json"), config());
            new RandomWeights(StoredType.F32, DEVIATION, 1 << 20, 7).write(directory, tensors(), Long.MAX_VALUE);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode pictures() {
        ObjectNode pictures = Json.object();
        pictures.put("image_processor_type", "CLIPImageProcessor")
                .put("crop_size", IMAGE)
                .put("size", IMAGE)
                .put("do_center_crop", true)
                .put("do_normalize", true)
                .put("do_resize", true)
                .put("resample", 3);
        pictures.putArray("image_mean").add(0.48145466).add(0.4578275).add(0.40821073);
        pictures.putArray("image_std").add(0.26862954).add(0.26130258).add(0.27577711);
        return pictures;
    }

    private ObjectNode config() {
        ObjectNode config = Json.object();
        config.put("model_type", "clip").put("projection_dim", DIMENSION);
        config.putArray("architectures").add("CLIPModel");
        sizes(config.putObject("text_config"), TEXT_WIDTH)
                .put("vocab_size", VOCABULARY)
                .put("max_position_embeddings", PLACES)
                .put("bos_token_id", 0)
                .put("eos_token_id", 2);
        sizes(config.putObject("vision_config"), VISION_WIDTH)
                .put("image_size", IMAGE)
                .put("patch_size", patch);
        return config;
    }

    private static ObjectNode sizes(ObjectNode tower, int width) {
        return tower.put("hidden_size", width)
                .put("intermediate_size", 4 * width)
                .put("num_attention_heads", width / 64)
                .put("num_hidden_layers", LAYERS)
                .put("hidden_act", "quick_gelu")
                .put("projection_dim", DIMENSION);
    }

    private List<PlannedTensor> tensors() {
        long side = IMAGE / patch;
        TensorPlan plan = new TensorPlan();
        plan.random("logit_scale")
                .random("vision_model.embeddings.class_embedding", VISION_WIDTH)
                .random("vision_model.embeddings.patch_embedding.weight", VISION_WIDTH, 3, patch, patch)
                .random("vision_model.embeddings.position_embedding.weight", side * side + 1, VISION_WIDTH)
                .normWithBias("vision_model.pre_layrnorm", VISION_WIDTH)
                .normWithBias("vision_model.post_layernorm", VISION_WIDTH)
                .linear("visual_projection", DIMENSION, VISION_WIDTH)
                .random("text_model.embeddings.token_embedding.weight", VOCABULARY, TEXT_WIDTH)
                .random("text_model.embeddings.position_embedding.weight", PLACES, TEXT_WIDTH)
                .normWithBias("text_model.final_layer_norm", TEXT_WIDTH)
                .linear("text_projection", DIMENSION, TEXT_WIDTH);
        layers(plan, "vision_model", VISION_WIDTH);
        layers(plan, "text_model", TEXT_WIDTH);
        return plan.tensors();
    }

    private static void layers(TensorPlan plan, String tower, long width) {
        for (int i = 0; i < LAYERS; i++) {
            String layer = tower + ".encoder.layers." + i;
            for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                plan.linearWithBias(layer + ".self_attn." + name, width, width);
            }
            plan.normWithBias(layer + ".layer_norm1", width)
                    .normWithBias(layer + ".layer_norm2", width)
                    .linearWithBias(layer + ".mlp.fc1", 4 * width, width)
                    .linearWithBias(layer + ".mlp.fc2", width, 4 * width);
        }
    }
}
