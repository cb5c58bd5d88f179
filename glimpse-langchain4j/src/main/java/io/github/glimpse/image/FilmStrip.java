package io.github.glimpse.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/**
 * Draws what became of a video: a tile for each slice, its first frame with dropped tokens darkened, time and kept tokens of all below
 * it, and under the film a bar for each slice as high as the share that was kept of it. One scale for all slices. Safe for concurrent
 * use.
 */
public final class FilmStrip {

    private static final int TILE_WIDTH = 160;
    private static final int MOST_ACROSS = 8;
    private static final int GAP = 4;
    private static final int DOT = 2;
    private static final int CAPTION = 7 * DOT;
    private static final int BARS = 40;
    private static final Color GROUND = new Color(24, 24, 24);
    private static final Color TEXT = new Color(230, 230, 230);
    private static final Color EMPTY = new Color(60, 60, 60);
    private static final Color KEPT = new Color(0, 230, 118);

    private FilmStrip() {}

    /**
     * A slice.
     *
     * @param frame its first one, as it was sent
     * @param unit its tokens and its time
     * @param kept indices of the tokens that stay
     */
    @SuppressWarnings("ArrayRecordComponent") // read only, never compared
    public record Slice(RasterImage frame, TokenUnit unit, int[] kept) {}

    /**
     * Draws a video.
     *
     * @param slices in the order of time, all of one size; at least one
     * @return a PNG file, up to eight tiles across
     * @throws IllegalArgumentException if there is no slice, or an index is out of range
     */
    public static byte[] png(List<Slice> slices) {
        if (slices.isEmpty()) {
            throw new IllegalArgumentException("There is no slice to draw");
        }
        RasterImage first = slices.get(0).frame();
        int width = Math.min(TILE_WIDTH, first.width());
        int height = Math.max(1, Math.round((float) first.height() * width / first.width()));
        int across = Math.min(MOST_ACROSS, slices.size());
        int down = (slices.size() - 1) / MOST_ACROSS + 1;
        int lane = height + CAPTION + 2 * GAP;
        BufferedImage film = new BufferedImage(
                across * (width + GAP) + GAP, down * lane + BARS + 2 * GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = film.createGraphics();
        try {
            canvas.setColor(GROUND);
            canvas.fillRect(0, 0, film.getWidth(), film.getHeight());
            for (int i = 0; i < slices.size(); i++) {
                int left = GAP + i % MOST_ACROSS * (width + GAP);
                int top = GAP + i / MOST_ACROSS * lane;
                drawTile(film, slices.get(i), left, top, width, height);
                canvas.setColor(TEXT);
                DotLetters.draw(canvas, caption(slices.get(i)), left, top + height + DOT, DOT);
            }
            drawBars(canvas, slices, GAP, down * lane + GAP, film.getWidth() - 2 * GAP);
        } finally {
            canvas.dispose();
        }
        return PngEncoder.encode(film);
    }

    private static void drawTile(BufferedImage film, Slice slice, int left, int top, int width, int height) {
        RasterImage drawn = MaskOverlay.draw(slice.frame(), slice.unit().plan(), slice.kept());
        RasterImage tile = ImageResizer.bicubic(drawn, width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = RasterImage.CHANNELS * (y * width + x);
                int red = tile.rgb()[at] & 0xFF;
                int green = tile.rgb()[at + 1] & 0xFF;
                int blue = tile.rgb()[at + 2] & 0xFF;
                film.setRGB(left + x, top + y, red << 16 | green << 8 | blue);
            }
        }
    }

    private static String caption(Slice slice) {
        Double seconds = slice.unit().seconds();
        String time = seconds == null ? "" : String.format(Locale.ROOT, "%.1fs ", seconds);
        return time + slice.kept().length + "/" + slice.unit().grid().tokenCount();
    }

    private static void drawBars(Graphics2D canvas, List<Slice> slices, int left, int top, int width) {
        for (int i = 0; i < slices.size(); i++) {
            int from = left + i * width / slices.size();
            int to = Math.max(from + 1, left + (i + 1) * width / slices.size() - 1);
            canvas.setColor(EMPTY);
            canvas.fillRect(from, top, to - from, BARS);
            Slice slice = slices.get(i);
            int bar = BARS * slice.kept().length / slice.unit().grid().tokenCount();
            canvas.setColor(KEPT);
            canvas.fillRect(from, top + BARS - bar, to - from, bar);
        }
    }
}
