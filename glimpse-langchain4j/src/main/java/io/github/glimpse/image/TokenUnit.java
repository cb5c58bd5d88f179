package io.github.glimpse.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A full rectangle of image tokens, which spatial strategies look at by itself: a picture, a slice of a video, one tile of a
 * picture, its tiles joined, or the view of the whole that goes with them. Token (row, column) is number
 * {@code row * columns + column}.
 *
 * @param kind what it shows
 * @param index number of the picture among the prompt's pictures, or of the video among its videos
 * @param slice number of the slice in its video, in the order of time; 0 for pictures
 * @param row row of a tile among the tiles of its picture, from 0
 * @param column column of a tile, from 0
 * @param seconds time of a slice, null for pictures
 * @param plan its tokens, and where they lie on the picture or on the slice's first frame
 */
public record TokenUnit(
        Kind kind,
        int index,
        int slice,
        int row,
        int column,
        @Nullable Double seconds,
        PatchPlan plan) {

    /** What a unit shows. */
    public enum Kind {
        /** A picture as it is. */
        IMAGE,
        /** Some frames of a video. */
        VIDEO,
        /** The whole picture, small, in front of its tiles. */
        BASE,
        /** All tiles of a picture, joined. */
        TILES,
        /** One tile. */
        TILE,
        /** The whole picture, small, behind its tiles. */
        GLOBAL;

        /** The name in reports. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A unit that shows a picture or a part of it. */
    public static TokenUnit of(Kind kind, PatchPlan plan) {
        return new TokenUnit(kind, 0, 0, 0, 0, null, plan);
    }

    /** One tile. */
    public static TokenUnit tile(int row, int column, PatchPlan plan) {
        return new TokenUnit(Kind.TILE, 0, 0, row, column, null, plan);
    }

    /** A slice of a video. */
    public static TokenUnit slice(int slice, double seconds, PatchPlan plan) {
        return new TokenUnit(Kind.VIDEO, 0, slice, 0, 0, seconds, plan);
    }

    /** The same of another picture or video. */
    public TokenUnit at(int number) {
        return new TokenUnit(kind, number, slice, row, column, seconds, plan);
    }

    /** The same, cut or lying elsewhere on its picture. */
    public TokenUnit on(PatchPlan other) {
        return new TokenUnit(kind, index, slice, row, column, seconds, other);
    }

    /** Its tokens. */
    public ImageGrid grid() {
        return plan.grid();
    }
}
