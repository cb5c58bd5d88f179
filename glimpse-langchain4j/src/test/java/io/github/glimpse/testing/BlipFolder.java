package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.engine.StoredType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Writes BLIP model folders of any size with random weights and the tokenizer of another folder: for tests of everything but
 * numbers, and for timing.
 */
public final class BlipFolder {

    private static final List<String> COPIED = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.txt",
            "preprocessor_config.json");

    private final String architecture;
    private int visionWidth = 24;
    private int visionLayers = 3;
    private int visionHeads = 2;
    private int textWidth = 24;
    private int textLayers = 3;
    private int textHeads = 2;
    private int image = 96;
    private int patch = 12;
    private int vocabulary = 436;
    private int start = 434;
    private int places = 128;
    private double deviation = 0.2;

    private BlipFolder(String architecture) {
        this.architecture = architecture;
    }

    /** A tiny model that answers questions. */
    public static BlipFolder answers() {
        return new BlipFolder("BlipForQuestionAnswering");
    }

    /** A tiny model that writes captions. */
    public static BlipFolder captions() {
        return new BlipFolder("BlipForConditionalGeneration");
    }

    /** A tiny model that tells how well a text fits a picture. */
    public static BlipFolder matches() {
        return new BlipFolder("BlipForImageTextRetrieval");
    }

    /** The sizes of the released base models: 384 pixels, 12 and 12 layers of 768. */
    public BlipFolder base() {
        visionWidth = 768;
        visionLayers = 12;
        visionHeads = 12;
        textWidth = 768;
        textLayers = 12;
        textHeads = 12;
        image = 384;
        patch = 16;
        vocabulary = 30_524;
        start = 30_522;
        places = 512;
        deviation = 0.02;
        return this;
    }

    /** The width of the tower; answers need that of the text. */
    public BlipFolder visionWidth(int value) {
        visionWidth = value;
        return this;
    }

    /**
     * Writes the folder.
     *
     * @param like a BLIP folder whose tokenizer is copied
     */
    public Path write(Path directory, Path like) {
        try {
            Files.createDirectories(directory);
            for (String name : COPIED) {
                if (Files.exists(like.resolve(name))) {
                    Files.copy(like.resolve(name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            ObjectNode picture = Json.object();
            picture.putObject("size").put("height", image).put("width", image);
            Json.write(directory.resolve("preprocessor_config.json"), picture);
            Json.write(directory.resolve("config.json"), config());
            new RandomWeights(StoredType.F32, deviation, 1 << 20, 7).write(directory, tensors(), Long.MAX_VALUE);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode config() {
        ObjectNode config = Json.object();
        config.put("model_type", "blip").put("image_text_hidden_size", 24);
        config.putArray("architectures").add(architecture);
        config.putObject("text_config")
                .put("hidden_size", textWidth)
                .put("num_hidden_layers", textLayers)
                .put("num_attention_heads", textHeads)
                .put("intermediate_size", 4 * textWidth)
                .put("encoder_hidden_size", visionWidth)
                .put("vocab_size", vocabulary)
                .put("bos_token_id", start)
                .put("max_position_embeddings", places);
        config.putObject("vision_config")
                .put("hidden_size", visionWidth)
                .put("num_hidden_layers", visionLayers)
                .put("num_attention_heads", visionHeads)
                .put("intermediate_size", 4 * visionWidth)
                .put("image_size", image)
                .put("patch_size", patch);
        return config;
    }

    private List<PlannedTensor> tensors() {
        TensorPlan plan = new TensorPlan();
        tower(plan);
        boolean answers = architecture.equals("BlipForQuestionAnswering");
        if (answers || architecture.equals("BlipForImageTextRetrieval")) {
            text(plan, "text_encoder", visionWidth);
        }
        if (answers || architecture.equals("BlipForConditionalGeneration")) {
            text(plan, "text_decoder.bert", answers ? textWidth : visionWidth);
            // Without decoder.weight, as newer releases of the library save it.
            plan.linearWithBias("text_decoder.cls.predictions.transform.dense", textWidth, textWidth)
                    .normWithBias("text_decoder.cls.predictions.transform.LayerNorm", textWidth)
                    .random("text_decoder.cls.predictions.decoder.bias", vocabulary);
        } else {
            plan.linearWithBias("vision_proj", 24, visionWidth)
                    .linearWithBias("text_proj", 24, textWidth)
                    .linearWithBias("itm_head", 2, textWidth);
        }
        return plan.tensors();
    }

    private void tower(TensorPlan plan) {
        int side = image / patch;
        plan.random("vision_model.embeddings.class_embedding", 1, 1, visionWidth)
                .random("vision_model.embeddings.position_embedding", 1, (long) side * side + 1, visionWidth)
                .random("vision_model.embeddings.patch_embedding.weight", visionWidth, 3, patch, patch)
                .random("vision_model.embeddings.patch_embedding.bias", visionWidth)
                .normWithBias("vision_model.post_layernorm", visionWidth);
        for (int i = 0; i < visionLayers; i++) {
            String block = "vision_model.encoder.layers." + i;
            plan.normWithBias(block + ".layer_norm1", visionWidth)
                    .normWithBias(block + ".layer_norm2", visionWidth)
                    .linearWithBias(block + ".self_attn.qkv", 3L * visionWidth, visionWidth)
                    .linearWithBias(block + ".self_attn.projection", visionWidth, visionWidth)
                    .linearWithBias(block + ".mlp.fc1", 4L * visionWidth, visionWidth)
                    .linearWithBias(block + ".mlp.fc2", visionWidth, 4L * visionWidth);
        }
    }

    private void text(TensorPlan plan, String root, int encoderWidth) {
        plan.random(root + ".embeddings.word_embeddings.weight", vocabulary, textWidth)
                .random(root + ".embeddings.position_embeddings.weight", places, textWidth)
                .normWithBias(root + ".embeddings.LayerNorm", textWidth);
        for (int i = 0; i < textLayers; i++) {
            String layer = root + ".encoder.layer." + i;
            attention(plan, layer + ".attention", textWidth);
            attention(plan, layer + ".crossattention", encoderWidth);
            plan.linearWithBias(layer + ".intermediate.dense", 4L * textWidth, textWidth)
                    .linearWithBias(layer + ".output.dense", textWidth, 4L * textWidth)
                    .normWithBias(layer + ".output.LayerNorm", textWidth);
        }
    }

    private void attention(TensorPlan plan, String path, int encoderWidth) {
        plan.linearWithBias(path + ".self.query", textWidth, textWidth)
                .linearWithBias(path + ".self.key", textWidth, encoderWidth)
                .linearWithBias(path + ".self.value", textWidth, encoderWidth)
                .linearWithBias(path + ".output.dense", textWidth, textWidth)
                .normWithBias(path + ".output.LayerNorm", textWidth);
    }
}
