package io.github.glimpse.prune;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in the model tokens are dropped.
 *
 * <p>{@code layer k} means after exactly k decoder layers have run, before the next; a checkpoint's {@code reduce_layer R} is
 * {@code layer R+1}. A share of the depth ({@code 50 %}) is rounded to the nearest layer. {@code layer last} cuts after all
 * layers: the first token is that of the whole prompt, only decoding works on the smaller cache.
 *
 * @param stage the kind of place
 * @param layers layers that have run; 0 unless the stage is {@link Stage#LAYER}
 */
public record PruningPoint(Stage stage, int layers) implements Comparable<PruningPoint> {

    /** Kinds of places. */
    public enum Stage {
        /** Before the vision tower, image by image. */
        PIXELS,
        /** Between two blocks of the vision tower, image by image. */
        TOWER,
        /** Between the vision side and the decoder, image by image. */
        VISION,
        /** Between two decoder layers. */
        LAYER,
        /** After the last decoder layer. */
        LAST
    }

    private static final Pattern TOWER = Pattern.compile("tower\\s+(\\d{1,4})");
    private static final Pattern LAYER = Pattern.compile("layer\\s+(\\d{1,4})");
    private static final Pattern SHARE = Pattern.compile("(\\d{1,3}(?:\\.\\d+)?)\\s*%");

    /** The place before the vision tower. */
    public static PruningPoint pixels() {
        return new PruningPoint(Stage.PIXELS, 0);
    }

    /** The place inside the vision tower after {@code blocks} blocks. */
    public static PruningPoint insideTower(int blocks) {
        return new PruningPoint(Stage.TOWER, blocks);
    }

    /** The place between the vision side and the decoder. */
    public static PruningPoint vision() {
        return new PruningPoint(Stage.VISION, 0);
    }

    /** The place after {@code layers} layers. */
    public static PruningPoint afterLayers(int layers) {
        return new PruningPoint(Stage.LAYER, layers);
    }

    /** The place after the last layer. */
    public static PruningPoint last() {
        return new PruningPoint(Stage.LAST, 0);
    }

    /** Whether decoder layers have run there. */
    public boolean isInDecoder() {
        return stage == Stage.LAYER || stage == Stage.LAST;
    }

    /**
     * How many decoder layers have run there.
     *
     * @param depth decoder layers of the model
     */
    public int layersRun(int depth) {
        return stage == Stage.LAST ? depth : layers;
    }

    /** Compares places by the order in which a request comes to them. */
    @Override
    public int compareTo(PruningPoint other) {
        int stages = stage.compareTo(other.stage);
        return stages != 0 ? stages : Integer.compare(layers, other.layers);
    }

    /**
     * Reads {@code pixels}, {@code tower 4}, {@code vision}, {@code layer 19}, {@code layer last} or {@code 66 %}.
     *
     * @param depth decoder layers of the model
     * @throws IllegalArgumentException if the text is none of these or the layer is not inside the model
     */
    public static PruningPoint parse(String text, int depth) {
        String at = text.strip().toLowerCase(Locale.ROOT);
        return switch (at) {
            case "pixels" -> pixels();
            case "vision" -> vision();
            case "layer last" -> last();
            default -> between(text, at, depth);
        };
    }

    private static PruningPoint between(String text, String at, int depth) {
        Matcher tower = TOWER.matcher(at);
        if (tower.matches()) {
            // The tower has a depth of its own, which the engine checks.
            return insideTower(Integer.parseInt(tower.group(1)));
        }
        Matcher layer = LAYER.matcher(at);
        Matcher share = SHARE.matcher(at);
        int layers;
        if (layer.matches()) {
            layers = Integer.parseInt(layer.group(1));
        } else if (share.matches()) {
            layers = (int) Math.rint(depth * Double.parseDouble(share.group(1)) / 100);
        } else {
            throw new IllegalArgumentException(
                    "The point '" + text
                            + "' is not known; use 'pixels', 'tower k', 'vision', 'layer k', 'layer last' or a share of the depth such as '66 %'");
        }
        if (layers < 1 || layers > depth - 1) {
            throw new IllegalArgumentException("The point '" + text + "' is layer " + layers
                    + ", the model allows 1 to " + (depth - 1) + "; after all layers is 'layer last'");
        }
        return afterLayers(layers);
    }

    @Override
    public String toString() {
        return switch (stage) {
            case PIXELS -> "pixels";
            case TOWER -> "tower " + layers;
            case VISION -> "vision";
            case LAYER -> "layer " + layers;
            case LAST -> "layer last";
        };
    }
}
