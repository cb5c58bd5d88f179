package io.github.glimpse.prune;

import io.github.glimpse.image.ImageGrid;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** A corner of a picture that is kept whatever the scores say. */
public enum Anchor {
    TOP_LEFT("tl"),
    TOP_RIGHT("tr"),
    BOTTOM_LEFT("bl"),
    BOTTOM_RIGHT("br");

    private final String label;

    Anchor(String label) {
        this.label = label;
    }

    /** The name in properties and checkpoints: {@code tl}, {@code tr}, {@code bl}, {@code br}. */
    public String label() {
        return label;
    }

    /**
     * The anchor of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Anchor of(String label) {
        for (Anchor anchor : values()) {
            if (anchor.label.equals(label.strip().toLowerCase(Locale.ROOT))) {
                return anchor;
            }
        }
        throw new IllegalArgumentException("The anchor '" + label + "' is not known; use tl, tr, bl or br");
    }

    /** The token of this corner in a grid. */
    public int tokenOf(ImageGrid grid) {
        int last = (grid.rows() - 1) * grid.columns();
        return switch (this) {
            case TOP_LEFT -> 0;
            case TOP_RIGHT -> grid.columns() - 1;
            case BOTTOM_LEFT -> last;
            case BOTTOM_RIGHT -> last + grid.columns() - 1;
        };
    }

    /**
     * The corners of several images among the tokens that are alive.
     *
     * @param grids the images' grids, in prompt order
     * @param alive original indices of the tokens alive, all images joined, rising
     * @return places in {@code alive}; corners that are not alive are left out
     */
    public static int[] placesOf(Set<Anchor> anchors, List<ImageGrid> grids, int[] alive) {
        IntStream.Builder places = IntStream.builder();
        int first = 0;
        for (ImageGrid grid : grids) {
            for (Anchor anchor : anchors) {
                places.add(Arrays.binarySearch(alive, first + anchor.tokenOf(grid)));
            }
            first += grid.tokenCount();
        }
        return places.build().filter(place -> place >= 0).toArray();
    }
}
