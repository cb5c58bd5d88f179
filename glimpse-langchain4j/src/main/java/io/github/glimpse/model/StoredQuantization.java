package io.github.glimpse.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;

/**
 * What {@code quantization_config} of {@code config.json} says about stored weights. One form is read: compressed-tensors with weights of
 * 8 bits by channel, that is int8 {@code weight [out, in]} beside {@code weight_scale [out, 1]}.
 *
 * @see <a href="https://github.com/vllm-project/compressed-tensors">compressed-tensors</a>
 */
final class StoredQuantization {

    static final String KEY = "quantization_config";
    private static final String READ =
            "; what is read is the method compressed-tensors in the format int-quantized (W8A8:"
                    + " symmetric int8 weights by channel), and folders that are not quantised. Use such a folder; the unquantised"
                    + " release can be narrowed here by glimpse.weights=int8";

    private StoredQuantization() {}

    /**
     * Checks that weights can be read.
     *
     * @throws UnsupportedModelException if they are quantised in another way; the message names it
     */
    static void check(ModelConfig config) {
        config.optionalAt(KEY).ifPresent(StoredQuantization::checkForm);
        config.optionalAt("text_config").flatMap(text -> text.optionalAt(KEY)).ifPresent(StoredQuantization::checkForm);
    }

    private static void checkForm(ModelConfig form) {
        String method = form.string("quant_method", "");
        if (!method.equals("compressed-tensors")) {
            throw refusal("quant_method is '" + method + "'");
        }
        String format = form.string("format", "");
        if (!format.equals("int-quantized")) {
            throw refusal("quant_method is '" + method + "' and format '" + format + "'");
        }
        for (JsonNode group : form.node().path("config_groups")) {
            JsonNode weights = group.path("weights");
            boolean known = weights.path("num_bits").asInt() == 8
                    && weights.path("type").asText("").equals("int")
                    && weights.path("strategy").asText("").equals("channel")
                    && weights.path("symmetric").asBoolean(true);
            if (!known) {
                throw refusal("weights of a group of " + method + " are " + shown(weights));
            }
        }
    }

    private static String shown(JsonNode weights) {
        return weights.path("num_bits").asText("?") + " bits, type '"
                + weights.path("type").asText("") + "', strategy '"
                + weights.path("strategy").asText("") + "', symmetric "
                + weights.path("symmetric").asText("");
    }

    private static UnsupportedModelException refusal(String what) {
        return new UnsupportedModelException("config.json: " + KEY + ": " + what + READ);
    }
}
