package io.github.glimpse.model.clip;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code config.json} says of a model that makes vectors of pictures and texts.
 *
 * @param kind which family
 * @param vision the tower for pictures
 * @param text the tower for texts, null for a vision tower that was saved alone
 * @param dimension numbers of a vector
 */
record DualConfig(Kind kind, ClipConfig vision, @Nullable ClipTextConfig text, int dimension) {

    private static final String TOWER = "clip_vision_model";

    /** The families. */
    enum Kind {
        CLIP,
        SIGLIP
    }

    /** Whether {@code model_type} is one that {@link #of} knows. */
    static boolean accepts(ModelConfig json) {
        return Set.of("clip", TOWER, "siglip").contains(json.string("model_type", ""));
    }

    /** Whether this is a vision tower that was saved alone. */
    static boolean isTower(ModelConfig json) {
        return json.string("model_type", "").equals(TOWER);
    }

    static DualConfig of(ModelConfig json) {
        String type = json.string("model_type", "");
        return switch (type) {
            case "clip" ->
                new DualConfig(
                        Kind.CLIP,
                        ClipConfig.of(part(json, "vision_config")),
                        ClipTextConfig.ofClip(part(json, "text_config")),
                        json.positiveInteger("projection_dim", 512));
            case TOWER ->
                new DualConfig(Kind.CLIP, ClipConfig.of(json), null, json.positiveInteger("projection_dim", 512));
            case "siglip" -> siglip(json);
            case "siglip2" ->
                throw new UnsupportedModelException(
                        "config.json: model_type is 'siglip2', whose pictures keep their shape (NaFlex); take the edition"
                                + " of fixed size, whose model_type is 'siglip'");
            default ->
                throw new UnsupportedModelException("config.json: model_type is '" + type
                        + "', vectors are made by clip, " + TOWER + " and siglip; set another model");
        };
    }

    private static DualConfig siglip(ModelConfig json) {
        ModelConfig visionJson = part(json, "vision_config");
        ClipConfig vision = ClipConfig.of(visionJson, TowerLayout.SIGLIP);
        ModelConfig textJson = part(json, "text_config");
        ClipTextConfig text = ClipTextConfig.ofSiglip(textJson);
        int dimension = textJson.positiveInteger("projection_size", text.hidden());
        if (!visionJson.bool("vision_use_head", true)) {
            throw visionJson.problem(
                    "vision_use_head", "true: without it the tower makes no vectors; take the whole SigLIP model");
        }
        if (dimension != vision.hidden()) {
            throw new UnsupportedModelException("config.json: vectors of pictures have " + vision.hidden()
                    + " numbers, those of texts " + dimension + "; both must be as many");
        }
        return new DualConfig(Kind.SIGLIP, vision, text, dimension);
    }

    private static ModelConfig part(ModelConfig json, String key) {
        return json.optionalAt(key).orElseGet(() -> ModelConfig.ofJson("config.json: " + key, "{}"));
    }
}
