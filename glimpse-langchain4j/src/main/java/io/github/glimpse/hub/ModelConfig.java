package io.github.glimpse.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.glimpse.ModelFilesException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A typed, read-only view of a settings file such as {@code config.json}, or of one object inside it.
 *
 * <p>Every getter throws a {@link ModelFilesException} that names the file, the full key path, the value and what was
 * expected. A JSON {@code null} counts as missing, as in the reference library. Immutable, safe for concurrent use.
 */
public final class ModelConfig {

    private static final int LONGEST_SHOWN = 80;

    private final String origin;
    private final String prefix;
    private final JsonNode object;

    private ModelConfig(String origin, String prefix, JsonNode object) {
        this.origin = origin;
        this.prefix = prefix;
        this.object = object;
    }

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws ModelFilesException if it is missing, too large or holds something else
     */
    public static ModelConfig ofFile(Path file) {
        return of(file.toString(), TextFiles.json(file));
    }

    /**
     * Reads one JSON object from a text.
     *
     * @param origin what messages call it, such as {@code config.json}
     * @throws ModelFilesException if the text is something else
     */
    public static ModelConfig ofJson(String origin, String json) {
        return of(origin, TextFiles.json(origin, json.getBytes(StandardCharsets.UTF_8)));
    }

    private static ModelConfig of(String origin, JsonNode tree) {
        if (!tree.isObject()) {
            throw new ModelFilesException("'" + origin + "' has to hold one JSON object");
        }
        return new ModelConfig(origin, "", tree);
    }

    /** Name of the file, without its folder. */
    public String fileName() {
        return origin.substring(Math.max(origin.lastIndexOf('/'), origin.lastIndexOf('\\')) + 1);
    }

    /** Whether the key is there and not null. */
    public boolean has(String key) {
        return !find(key).isMissingNode();
    }

    /** The object itself, for a reader that knows all of one file. Not to be changed. */
    public JsonNode node() {
        return object;
    }

    /** Whether the key is there and says {@code null}, for the few keys where that means something. */
    public boolean isNull(String key) {
        return object.path(key).isNull();
    }

    /** The object under this key. */
    public ModelConfig at(String key) {
        return new ModelConfig(origin, prefix + key + ".", get(key, "an object", JsonNode::isObject));
    }

    /** The object under this key, or nothing if it is missing. */
    public Optional<ModelConfig> optionalAt(String key) {
        return has(key) ? Optional.of(at(key)) : Optional.empty();
    }

    /**
     * The object under this key, or this one if it is missing: newer files keep the language model's settings under
     * {@code text_config}, older ones at the top.
     */
    public ModelConfig atOrHere(String key) {
        return has(key) ? at(key) : this;
    }

    /** A text. */
    public String string(String key) {
        return get(key, "a text", JsonNode::isTextual).textValue();
    }

    /** A text, or the given one if it is missing. */
    public String string(String key, String fallback) {
        return has(key) ? string(key) : fallback;
    }

    /** A text, or nothing if it is missing. */
    public Optional<String> optionalString(String key) {
        return has(key) ? Optional.of(string(key)) : Optional.empty();
    }

    /** A whole number. */
    public int integer(String key) {
        return get(key, "a whole number", ModelConfig::isInteger).intValue();
    }

    /** A whole number, or the given one if it is missing. */
    public int integer(String key, int fallback) {
        return has(key) ? integer(key) : fallback;
    }

    /** A whole number, or nothing if it is missing. */
    public OptionalInt optionalInteger(String key) {
        return has(key) ? OptionalInt.of(integer(key)) : OptionalInt.empty();
    }

    /** A whole number of at least 1: a size or a count. */
    public int positiveInteger(String key) {
        return get(key, "a whole number of at least 1", node -> isInteger(node) && node.intValue() >= 1)
                .intValue();
    }

    /** A whole number of at least 1, or the given one if it is missing. */
    public int positiveInteger(String key, int fallback) {
        return has(key) ? positiveInteger(key) : fallback;
    }

    /** A number that is finite in float32. */
    public double number(String key) {
        return get(key, "a finite number", ModelConfig::isNumber).doubleValue();
    }

    /** A number that is finite in float32, or the given one if it is missing. */
    public double number(String key, double fallback) {
        return has(key) ? number(key) : fallback;
    }

    /** A number that is finite in float32, or nothing if it is missing. */
    public OptionalDouble optionalNumber(String key) {
        return has(key) ? OptionalDouble.of(number(key)) : OptionalDouble.empty();
    }

    /** A number of this range. */
    public double number(String key, NumberRange range) {
        return get(key, range.toString(), node -> node.isNumber() && range.contains(node.doubleValue()))
                .doubleValue();
    }

    /** A number of this range, or the given one if it is missing. */
    public double number(String key, double fallback, NumberRange range) {
        return has(key) ? number(key, range) : fallback;
    }

    /** True or false. */
    public boolean bool(String key) {
        return get(key, "true or false", JsonNode::isBoolean).booleanValue();
    }

    /** True or false, or the given value if it is missing. */
    public boolean bool(String key, boolean fallback) {
        return has(key) ? bool(key) : fallback;
    }

    /** A list of whole numbers, maybe empty. */
    public List<Integer> integers(String key) {
        return list(key, "a list of whole numbers", ModelConfig::isInteger, JsonNode::intValue);
    }

    /** A list of whole numbers, or the given one if it is missing. */
    public List<Integer> integers(String key, List<Integer> fallback) {
        return has(key) ? integers(key) : List.copyOf(fallback);
    }

    /** A whole number or a list of them, such as {@code eos_token_id}; empty if it is missing. */
    public List<Integer> oneOrMoreIntegers(String key) {
        return isInteger(find(key)) ? List.of(integer(key)) : integers(key, List.of());
    }

    /** A list of finite numbers, maybe empty. */
    public List<Double> numbers(String key) {
        return list(key, "a list of finite numbers", ModelConfig::isNumber, JsonNode::doubleValue);
    }

    /** A list of finite numbers, or the given one if it is missing. */
    public List<Double> numbers(String key, List<Double> fallback) {
        return has(key) ? numbers(key) : List.copyOf(fallback);
    }

    /** A list of texts, maybe empty. */
    public List<String> strings(String key) {
        return list(key, "a list of texts", JsonNode::isTextual, JsonNode::textValue);
    }

    /** A list of texts, or the given one if it is missing. */
    public List<String> strings(String key, List<String> fallback) {
        return has(key) ? strings(key) : List.copyOf(fallback);
    }

    /**
     * The error for a value that is of the right type but does not fit, for checks that need more than one key.
     *
     * @param key the key, below this object
     * @param expected what would fit, and the next step
     */
    public ModelFilesException problem(String key, String expected) {
        JsonNode found = find(key);
        String state = found.isMissingNode() ? "is missing" : "is " + shown(found);
        return new ModelFilesException(
                "'" + prefix + key + "' in '" + origin + "' " + state + "; expected " + expected);
    }

    /** The file that this is a view of, and the path inside it. */
    @Override
    public String toString() {
        return prefix.isEmpty() ? origin : origin + ": " + prefix.substring(0, prefix.length() - 1);
    }

    private interface Check {
        boolean accepts(JsonNode node);
    }

    private JsonNode find(String key) {
        @Nullable JsonNode node = object.get(key);
        return node == null || node.isNull() ? MissingNode.getInstance() : node;
    }

    private JsonNode get(String key, String expected, Check check) {
        JsonNode node = find(key);
        if (!check.accepts(node)) {
            throw problem(key, expected);
        }
        return node;
    }

    private <T> List<T> list(String key, String expected, Check check, Function<JsonNode, T> convert) {
        List<T> values = new ArrayList<>();
        for (JsonNode item : get(key, expected, JsonNode::isArray)) {
            if (!check.accepts(item)) {
                throw problem(key, expected);
            }
            values.add(convert.apply(item));
        }
        return List.copyOf(values);
    }

    private static boolean isInteger(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToInt();
    }

    private static boolean isNumber(JsonNode node) {
        return node.isNumber() && Float.isFinite(node.floatValue());
    }

    private static String shown(JsonNode node) {
        String json = node.toString();
        return json.length() <= LONGEST_SHOWN ? json : json.substring(0, LONGEST_SHOWN) + "…";
    }
}
