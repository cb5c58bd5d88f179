package io.github.glimpse.prune;

import io.github.glimpse.image.ImageGrid;
import java.util.Locale;

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
}
