package io.github.glimpse.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.ResampleFilter;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Reads {@code preprocessor_config.json}: numbers of the right kind, defaults where keys are missing or null, and
 * errors that name the file and the key.
 */
public final class PreprocessorFile {

    /** Name of the file in a model folder. */
    public static final String NAME = "preprocessor_config.json";

    /** The numbers that stand for ways to resize. */
    private static final int BICUBIC = 3;

    private static final int BILINEAR = 2;
    private static final int LANCZOS = 1;

    private static final int CHANNELS = 3;
    private static final double DEFAULT_FACTOR = 1.0 / 255;

    /** Levels of 0 to 255 stay finite by them in float32, also squared and summed. */
    private static final NumberRange FACTORS = new NumberRange(1e-9, 1e3);

    private static final NumberRange MEANS = new NumberRange(-1e6, 1e6);
    private static final NumberRange DEVIATIONS = new NumberRange(1e-6, 1e6);

    /** Mean and deviation of the pictures that CLIP was trained on; the default of both families. */
    private static final List<Double> CLIP_MEANS = List.of(0.48145466, 0.4578275, 0.40821073);

    private static final List<Double> CLIP_DEVIATIONS = List.of(0.26862954, 0.26130258, 0.27577711);

    /** What pictures are scaled by where a file says nothing. */
    static final PixelScale CLIP_SCALE = new PixelScale(DEFAULT_FACTOR, CLIP_MEANS, CLIP_DEVIATIONS);

    private final String name;
    private final JsonNode root;

    /** Reads this JSON object. */
    public PreprocessorFile(JsonNode root) {
        this(NAME, root);
    }

    /**
     * Reads this JSON object of another file.
     *
     * @param name for messages
     */
    public PreprocessorFile(String name, JsonNode root) {
        this.name = name;
        if (!root.isObject()) {
            throw new ModelFilesException(
                    name + " holds no JSON object; take the file of the model's repository again");
        }
        this.root = root;
    }

    /** Name of the file. */
    public String name() {
        return name;
    }

    /** Whether a key is there and not null. */
    public boolean has(String key) {
        return root.hasNonNull(key);
    }

    /** The object or number under a key; a missing node if the key is not there. */
    public JsonNode at(String key) {
        return has(key) ? root.get(key) : root.path("");
    }

    /** A whole number of at least 1. */
    public int positive(String key, int defaultValue) {
        return has(key) ? number(key, root.get(key)) : defaultValue;
    }

    /** Checks that a node of {@value #NAME}, which is told by {@code key} in messages, is a whole number from 1 to 2^31 - 1. */
    public static int positive(String key, JsonNode node) {
        return positive(NAME, key, node);
    }

    /** Checks that a node of this file, which is told by {@code key} in messages, is a whole number from 1 to 2^31 - 1. */
    public int number(String key, JsonNode node) {
        return positive(name, key, node);
    }

    private static int positive(String file, String key, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
            throw wrong(file, key, node, "a whole number of at least 1");
        }
        return node.intValue();
    }

    /** True or false. */
    public boolean flag(String key, boolean defaultValue) {
        if (!has(key)) {
            return defaultValue;
        }
        if (!root.get(key).isBoolean()) {
            throw wrong(name, key, root.get(key), "true or false");
        }
        return root.get(key).booleanValue();
    }

    /** The three means of the colours, by default those of CLIP. */
    public List<Double> imageMeans() {
        return imageMeans(CLIP_MEANS);
    }

    /** The three means of the colours. */
    public List<Double> imageMeans(List<Double> defaultValue) {
        return triple("image_mean", defaultValue, MEANS);
    }

    /**
     * How colour levels become numbers, from {@code rescale_factor}, {@code image_mean}, {@code image_std} and the
     * flags that switch them off.
     */
    public PixelScale scale() {
        return scale(CLIP_MEANS, CLIP_DEVIATIONS);
    }

    /** The same with other means and deviations where the file has none. */
    public PixelScale scale(List<Double> defaultMeans, List<Double> defaultDeviations) {
        double factor = flag("do_rescale", true) ? factor() : 1;
        if (!flag("do_normalize", true)) {
            return new PixelScale(factor, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
        }
        return new PixelScale(factor, imageMeans(defaultMeans), triple("image_std", defaultDeviations, DEVIATIONS));
    }

    private double factor() {
        JsonNode node = at("rescale_factor");
        if (node.isMissingNode()) {
            return DEFAULT_FACTOR;
        }
        if (!isNumber(node, FACTORS)) {
            throw wrong(name, "rescale_factor", node, FACTORS.toString());
        }
        return node.doubleValue();
    }

    private List<Double> triple(String key, List<Double> defaultValue, NumberRange range) {
        if (!has(key)) {
            return defaultValue;
        }
        JsonNode node = root.get(key);
        boolean numbers = node.isArray()
                && node.size() == CHANNELS
                && StreamSupport.stream(node.spliterator(), false).allMatch(number -> isNumber(number, range));
        if (!numbers) {
            throw wrong(name, key, node, "a list of three, each " + range);
        }
        return StreamSupport.stream(node.spliterator(), false)
                .map(JsonNode::doubleValue)
                .toList();
    }

    private static boolean isNumber(JsonNode node, NumberRange range) {
        return node.isNumber() && range.contains(node.doubleValue());
    }

    /** Refuses files that ask for no resize, or for another than bicubic. */
    public void requireBicubicResize() {
        if (resizeFilter() != ResampleFilter.BICUBIC) {
            throw wrong(name, "resample", root.get("resample"), BICUBIC + " (bicubic), the only resize of this family");
        }
    }

    /** How pictures are resized. Refuses files that ask for no resize, or for one that is not built in. */
    public ResampleFilter resizeFilter() {
        return resizeFilter(ResampleFilter.BICUBIC);
    }

    /** The same with another way where the file says none. */
    public ResampleFilter resizeFilter(ResampleFilter byDefault) {
        if (!flag("do_resize", true)) {
            throw wrong(name, "do_resize", root.get("do_resize"), "true; pictures of any size cannot be cut otherwise");
        }
        JsonNode number = at("resample");
        if (number.isMissingNode()) {
            return byDefault;
        }
        if (is(number, BICUBIC)) {
            return ResampleFilter.BICUBIC;
        }
        if (is(number, BILINEAR)) {
            return ResampleFilter.BILINEAR;
        }
        if (is(number, LANCZOS)) {
            return ResampleFilter.LANCZOS;
        }
        throw wrong(
                name,
                "resample",
                root.get("resample"),
                BICUBIC + " (bicubic), " + BILINEAR + " (bilinear) or " + LANCZOS + " (Lanczos)");
    }

    private static boolean is(JsonNode node, int number) {
        return node.isInt() && node.intValue() == number;
    }

    /** Makes the error for a key of {@value #NAME} with a value that does not do. */
    public static ModelFilesException wrong(String key, JsonNode value, String wanted) {
        return wrong(NAME, key, value, wanted);
    }

    private static ModelFilesException wrong(String file, String key, JsonNode value, String wanted) {
        String shown = value.toString();
        return new ModelFilesException(file + " has \"" + key + "\": "
                + (shown.length() > 80 ? shown.substring(0, 80) + "…" : shown) + ", but it must be " + wanted
                + "; take the file of the model's repository again");
    }
}
