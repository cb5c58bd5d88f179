package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import java.util.List;

/**
 * How positions turn heads: {@code rope_scaling} beside {@code rope_theta} in released files, {@code rope_parameters} in those of newer
 * releases of the library.
 *
 * @param theta base of the frequencies
 * @param sections frequencies that follow time, row and column
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
record RopeConfig(double theta, int[] sections) {

    /**
     * Reads it.
     *
     * @param text the language model's settings
     * @param theta if none is there
     * @param sections if none are there
     * @param share of a head that is turned, if none is there
     */
    static RopeConfig of(ModelConfig text, int headDim, double theta, List<Integer> sections, double share) {
        String key = text.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        ModelConfig rope = text.at(key);
        String type = rope.string("rope_type", rope.string("type", "default"));
        if (!type.equals("default") && !type.equals("mrope")) {
            throw new UnsupportedModelException("config.json asks for rope scaling of type '" + type
                    + "'; default and mrope are known, use another model");
        }
        if (!rope.bool("mrope_interleaved", true)) {
            throw new UnsupportedModelException(
                    "config.json: mrope_interleaved is false, this family has true; use another model");
        }
        ModelConfig ofShare = rope.has("partial_rotary_factor") ? rope : text;
        int turned = (int) (headDim * ofShare.number("partial_rotary_factor", share, NumberRange.SHARE)) / 2;
        List<Integer> found = rope.integers("mrope_section", sections);
        if (found.size() != 3
                || found.stream().anyMatch(section -> section < 0)
                || found.stream().mapToLong(Integer::longValue).sum() != turned) {
            throw new ModelFilesException(
                    "config.json: mrope_section is " + found + ", three numbers with the sum " + turned
                            + " are needed (half of what is turned of head_dim); use the file of the model's repository");
        }
        return new RopeConfig(
                rope.has("rope_theta")
                        ? rope.number("rope_theta", NumberRange.ROPE_BASE)
                        : text.number("rope_theta", theta, NumberRange.ROPE_BASE),
                found.stream().mapToInt(Integer::intValue).toArray());
    }
}
