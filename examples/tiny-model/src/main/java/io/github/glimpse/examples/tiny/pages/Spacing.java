package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.PageSize;

/** How closely the writing of a page may stand. */
enum Spacing {
    /** As the face and the layout have it. */
    NATURAL,
    /** Lines and letters so far apart that no cell has more than it can tell in the first edition: three characters of one line. */
    ROOMY;

    /** Least distance of two lines, in pixels. */
    double leastPitch() {
        return this == ROOMY ? PageSize.CELL : 0;
    }

    /** What is added behind each character, in pixels, so that a cell has room for all of its own; {@code centres} are of its characters without it. */
    double spread(double... centres) {
        double spread = 0;
        if (this == ROOMY) {
            for (int i = 0; i + CellLabels.SLOTS < centres.length; i++) {
                double run = centres[i + CellLabels.SLOTS] - centres[i];
                spread = Math.max(spread, (PageSize.CELL + 1 - run) / CellLabels.SLOTS);
            }
        }
        return spread;
    }
}
