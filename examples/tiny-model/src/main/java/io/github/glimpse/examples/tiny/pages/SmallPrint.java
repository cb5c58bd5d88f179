package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.RasterImage;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** A page that is larger than the eye takes it: as a whole its writing is small, and a part of it can be looked at as it was painted. */
final class SmallPrint {

    /** What the sides of every picture count. */
    static final int SCALE = 1000;

    // A part is half of a side, or the whole of one and half of the other. What lies on its border is not safe.
    private static final int HALF = SCALE / 2;
    private static final int STEP = HALF / 2;
    private static final int MARGIN = 15;
    private static final int FEWEST = 8;
    private static final int MOST = 24;

    private final Painting painting;
    private final RasterImage picture;
    private final DrawnPage page;

    /**
     * A page of its pixels.
     *
     * @param picture the painting, worn; of its size
     */
    SmallPrint(Painting painting, RasterImage picture) {
        this.painting = painting;
        this.picture = picture;
        PageSize size = painting.request().size();
        byte[] rgb = ImageResizer.bicubic(picture, size.width(), size.height()).rgb();
        page = painting.page(rgb, new Box(0, 0, picture.width(), picture.height()), size);
    }

    /** The page as the eye takes it at first. */
    DrawnPage page() {
        return page;
    }

    /** The picture as it is sent. */
    RasterImage picture() {
        return picture;
    }

    /** Whether any cell that bears on a fact has more characters than can be told. */
    static boolean isTooSmall(DrawnPage page, Fact fact) {
        BitSet evidence = page.evidenceCells(fact);
        return evidence.stream()
                .anyMatch(cell -> page.cells().characters()[cell * PageCells.SLOTS] == PageCells.CROWDED);
    }

    /**
     * A closer look.
     *
     * @param corners x1, y1, x2 and y2 of the part, from 0 to 1000
     * @param window the part in pixels of the picture
     * @param page the part as the eye takes it
     * @param fact what was asked about, there
     */
    record Closer(List<Integer> corners, Box window, DrawnPage page, Fact fact) {

        /** Copies the list. */
        Closer {
            corners = List.copyOf(corners);
        }
    }

    /** The part of the page that shows all of a fact large enough; none if no part does. */
    Optional<Closer> closer(Fact fact) {
        Optional<Box> whole = fact.evidence().stream().reduce(Box::union);
        if (whole.isEmpty()) {
            return Optional.empty();
        }
        PageSize size = page.request().size();
        int[] across = side(whole.get().left(), whole.get().right(), size.width());
        int[] down = side(whole.get().top(), whole.get().bottom(), size.height());
        if (across[1] - across[0] == SCALE && down[1] - down[0] == SCALE) {
            return Optional.empty();
        }
        List<Integer> corners = List.of(across[0], down[0], across[1], down[1]);
        Box window = window(corners);
        DrawnPage shown = part(window);
        return shown.facts().stream()
                .filter(other -> other.kind() == fact.kind() && other.places().equals(fact.places()))
                .filter(other -> isRead(shown, other))
                .findFirst()
                .map(other -> new Closer(corners, window, shown, other));
    }

    private static boolean isRead(DrawnPage page, Fact fact) {
        int[] cells = page.answerCells(fact);
        return cells.length > 0
                && Arrays.stream(cells)
                        .allMatch(cell ->
                                cell < 0 || page.cells().characters()[cell * PageCells.SLOTS] != PageCells.CROWDED);
    }

    /** The half of a side that holds what lies between two pixels, nearest to its middle; else the whole side. */
    private static int[] side(int from, int to, int length) {
        int least = from * SCALE / length;
        int most = (to * SCALE + length - 1) / length;
        int[] best = {0, SCALE};
        int off = Integer.MAX_VALUE;
        for (int start = 0; start <= SCALE - HALF; start += STEP) {
            int end = start + HALF;
            boolean holds = (start == 0 || start + MARGIN <= least) && (end == SCALE || most <= end - MARGIN);
            int distance = Math.abs(start + end - least - most);
            if (holds && distance < off) {
                off = distance;
                best = new int[] {start, end};
            }
        }
        return best;
    }

    /** Whole pixels that the corners touch, as the library's tool cuts them. */
    private Box window(List<Integer> corners) {
        return new Box(
                corners.get(0) * picture.width() / SCALE,
                corners.get(1) * picture.height() / SCALE,
                (corners.get(2) * picture.width() + SCALE - 1) / SCALE,
                (corners.get(3) * picture.height() + SCALE - 1) / SCALE);
    }

    private DrawnPage part(Box window) {
        int width = window.right() - window.left();
        int height = window.bottom() - window.top();
        byte[] rgb = new byte[3 * width * height];
        for (int row = 0; row < height; row++) {
            int from = 3 * ((window.top() + row) * picture.width() + window.left());
            System.arraycopy(picture.rgb(), from, rgb, 3 * width * row, 3 * width);
        }
        PageSize size = new PageSize(cells(height), cells(width));
        RasterImage part = ImageResizer.bicubic(new RasterImage(width, height, rgb), size.width(), size.height());
        return painting.page(part.rgb(), window, size);
    }

    private static int cells(int pixels) {
        return Math.max(FEWEST, Math.min(MOST, (int) Math.rint(pixels / (double) PageSize.CELL)));
    }
}
