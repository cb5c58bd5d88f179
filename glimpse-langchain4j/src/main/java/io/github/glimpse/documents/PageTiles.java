package io.github.glimpse.documents;

import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.PictureCrop;
import io.github.glimpse.image.RasterImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cuts pages into squares that a small model can read. They overlap by half, so that whatever is at most half as wide and half as high as
 * a square is whole in one of them. They begin where there is something to see; squares that show nothing, or nothing that another does not show, are left out.
 *
 * @param side of a square in pixels of the page's picture, at least 2
 */
record PageTiles(int side) {

    private static final int CHANNELS = 3;

    PageTiles {
        if (side < 2) {
            throw new IllegalArgumentException("A tile needs a side of at least 2 pixels, not " + side);
        }
    }

    /** The tiles of a page, row by row; the page itself if it is no larger than a tile. */
    List<RenderedPage> of(RenderedPage page) {
        RasterImage picture = page.image();
        if (picture.width() <= side && picture.height() <= side) {
            return List.of(page);
        }
        Map<CropWindow, CropWindow> shown = new LinkedHashMap<>();
        for (CropWindow window : windows(picture.width(), picture.height())) {
            CropWindow content = content(picture, window);
            if (content != null) {
                CropWindow pushed = startingAt(content, window, picture);
                shown.put(pushed, Objects.requireNonNull(content(picture, pushed)));
            }
        }
        for (CropWindow window : List.copyOf(shown.keySet())) {
            CropWindow content = Objects.requireNonNull(shown.remove(window));
            if (shown.keySet().stream().noneMatch(other -> holds(other, content))) {
                shown.put(window, content);
            }
        }
        return shown.keySet().stream()
                .map(window -> new RenderedPage(
                        PictureCrop.of(picture, window), page.mapping().of(window)))
                .toList();
    }

    /** Where the tiles of a picture lie: as few as overlap by half, at even distances, row by row. */
    List<CropWindow> windows(int width, int height) {
        List<CropWindow> windows = new ArrayList<>();
        for (int top : starts(height)) {
            for (int left : starts(width)) {
                windows.add(new CropWindow(left, top, Math.min(side, width), Math.min(side, height)));
            }
        }
        return windows;
    }

    private int[] starts(int length) {
        int rest = Math.max(0, length - side);
        int step = side / 2;
        int steps = (rest + step - 1) / step;
        int[] starts = new int[steps + 1];
        for (int number = 1; number <= steps; number++) {
            starts[number] = (int) ((long) number * rest / steps);
        }
        return starts;
    }

    /** The smallest part of a window that holds all of it that is not of the colour of the picture's first pixel; null if all is. */
    private static @Nullable CropWindow content(RasterImage picture, CropWindow window) {
        byte[] rgb = picture.rgb();
        int left = Integer.MAX_VALUE;
        int top = Integer.MAX_VALUE;
        int right = -1;
        int bottom = -1;
        for (int y = window.top(); y < window.top() + window.height(); y++) {
            for (int x = window.left(); x < window.left() + window.width(); x++) {
                int at = CHANNELS * (y * picture.width() + x);
                if (rgb[at] != rgb[0] || rgb[at + 1] != rgb[1] || rgb[at + 2] != rgb[2]) {
                    left = Math.min(left, x);
                    top = Math.min(top, y);
                    right = Math.max(right, x + 1);
                    bottom = Math.max(bottom, y + 1);
                }
            }
        }
        return right < 0 ? null : new CropWindow(left, top, right - left, bottom - top);
    }

    /** A window pushed right and down to where its content begins, as far as the picture goes: margins tell nothing. */
    private static CropWindow startingAt(CropWindow content, CropWindow window, RasterImage picture) {
        return new CropWindow(
                Math.min(content.left(), picture.width() - window.width()),
                Math.min(content.top(), picture.height() - window.height()),
                window.width(),
                window.height());
    }

    private static boolean holds(CropWindow window, CropWindow content) {
        return content.left() >= window.left()
                && content.top() >= window.top()
                && content.left() + content.width() <= window.left() + window.width()
                && content.top() + content.height() <= window.top() + window.height();
    }
}
