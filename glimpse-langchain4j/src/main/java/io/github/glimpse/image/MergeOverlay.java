package io.github.glimpse.image;

import java.util.List;

/**
 * Draws on the original picture which tokens went into which, as a PNG file: the mask of {@link MaskOverlay}, each token that
 * mixes others with a frame of a colour of its own, the tokens that went into it in dark grey tinted by that colour, and a line
 * from each of them to it. Safe for concurrent use.
 */
public final class MergeOverlay {

    private static final int CHANNELS = RasterImage.CHANNELS;

    /** Share of the group's colour in a source; the rest is the dark grey of a dropped token. */
    private static final double TINT = 0.5;

    /** Orange, sky, green, yellow, blue, vermilion, purple: told apart also by the colour-blind. */
    private static final int[][] COLOURS = {
        {230, 159, 0}, {86, 180, 233}, {0, 158, 115}, {240, 228, 66}, {0, 114, 178}, {213, 94, 0}, {204, 121, 167}
    };

    private final RasterImage picture;
    private final PatchPlan plan;

    private MergeOverlay(RasterImage picture, PatchPlan plan) {
        this.picture = picture;
        this.plan = plan;
    }

    /**
     * A token and those that went into it.
     *
     * @param representative the token whose place the mixture takes
     * @param sources the other tokens
     */
    public record Group(int representative, int[] sources) {}

    /**
     * Draws.
     *
     * @param original the picture before any resize
     * @param plan how it was cut
     * @param keptTokens indices of the tokens that stay, those that mix others included
     * @param groups the mixtures; a source may be in several, and is then drawn for the last
     * @return a PNG file of the size of the original
     * @throws IllegalArgumentException if an index is out of range
     */
    public static byte[] png(RasterImage original, PatchPlan plan, int[] keptTokens, List<Group> groups) {
        MergeOverlay overlay = new MergeOverlay(MaskOverlay.draw(original, plan, keptTokens), plan);
        for (int i = 0; i < groups.size(); i++) {
            for (int source : groups.get(i).sources()) {
                overlay.tint(overlay.frame(source), colour(i));
            }
        }
        for (int i = 0; i < groups.size(); i++) {
            Frame to = overlay.frame(groups.get(i).representative());
            for (int source : groups.get(i).sources()) {
                overlay.line(overlay.frame(source), to, colour(i));
            }
            overlay.outline(to, colour(i));
        }
        return PngEncoder.encode(overlay.picture);
    }

    /** The colour of a group: neighbours in the list differ. */
    private static int[] colour(int group) {
        return COLOURS[group % COLOURS.length];
    }

    /** Pixels of a token on the picture: left and top inside, right and bottom not. */
    private record Frame(int left, int top, int right, int bottom) {

        int middleX() {
            return (left + right) / 2;
        }

        int middleY() {
            return (top + bottom) / 2;
        }
    }

    private Frame frame(int token) {
        if (token < 0 || token >= plan.grid().tokenCount()) {
            throw new IllegalArgumentException(
                    "There is no token " + token + " among " + plan.grid().tokenCount());
        }
        PixelArea area = plan.area(token);
        return new Frame(
                inside(area.left(), picture.width()),
                inside(area.top(), picture.height()),
                inside(area.left() + area.width(), picture.width()),
                inside(area.top() + area.height(), picture.height()));
    }

    /** The first pixel whose middle is not left of an edge, on the picture. */
    private static int inside(double edge, int size) {
        return (int) Math.max(0, Math.min(size, Math.ceil(edge - 0.5)));
    }

    private void tint(Frame frame, int[] colour) {
        for (int y = frame.top(); y < frame.bottom(); y++) {
            for (int x = frame.left(); x < frame.right(); x++) {
                int at = CHANNELS * (y * picture.width() + x);
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int grey = picture.rgb()[at + channel] & 0xFF;
                    picture.rgb()[at + channel] = (byte) Math.round(TINT * colour[channel] + (1 - TINT) * grey);
                }
            }
        }
    }

    private void outline(Frame frame, int[] colour) {
        for (int x = frame.left(); x < frame.right(); x++) {
            point(x, frame.top(), colour);
            point(x, frame.bottom() - 1, colour);
        }
        for (int y = frame.top(); y < frame.bottom(); y++) {
            point(frame.left(), y, colour);
            point(frame.right() - 1, y, colour);
        }
    }

    private void line(Frame from, Frame to, int[] colour) {
        int across = to.middleX() - from.middleX();
        int down = to.middleY() - from.middleY();
        int steps = Math.max(1, Math.max(Math.abs(across), Math.abs(down)));
        for (int step = 0; step <= steps; step++) {
            point(
                    from.middleX() + Math.round((float) across * step / steps),
                    from.middleY() + Math.round((float) down * step / steps),
                    colour);
        }
    }

    private void point(int x, int y, int[] colour) {
        if (x < 0 || y < 0 || x >= picture.width() || y >= picture.height()) {
            return;
        }
        int at = CHANNELS * (y * picture.width() + x);
        for (int channel = 0; channel < CHANNELS; channel++) {
            picture.rgb()[at + channel] = (byte) colour[channel];
        }
    }
}
