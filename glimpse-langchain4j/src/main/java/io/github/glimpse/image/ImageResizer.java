package io.github.glimpse.image;

import java.util.Arrays;

/**
 * Resizes as the reference does: bicubic, bilinear or by Lanczos, with anti-aliasing when shrinking, equal to Pillow 11.3 in every byte.
 * (Pillow 13 and torchvision give other bytes.)
 *
 * <p>Two passes, first along the rows, then down the columns, each in whole numbers and rounded to 8 bits; an axis
 * that keeps its length is passed over. Only the rows that the next target row needs are kept, so that memory does not
 * grow with the source, and only the part that is asked for is computed. Safe for concurrent use.
 */
public final class ImageResizer {

    private static final int CHANNELS = RasterImage.CHANNELS;

    private final RasterImage image;
    private final ImageCanvas canvas;
    private final CropWindow window;
    private final boolean keepsWidth;
    private final boolean keepsHeight;
    private final ResampleWeights columns;
    private final ResampleWeights rows;

    /** One canvas row, where the picture is narrower than the canvas; the padding is in it from the start. */
    private final byte[] canvasRow;

    private final int[] paddingRow;

    /** Rows after the first pass, in turn: canvas row r is at r modulo their count. */
    private final int[][] ring;

    private int nextRow;

    private ImageResizer(
            RasterImage image, ImageCanvas canvas, int width, int height, CropWindow window, ResampleFilter filter) {
        this.image = image;
        this.canvas = canvas;
        this.window = window;
        keepsWidth = width == canvas.width();
        keepsHeight = height == canvas.height();
        columns = ResampleWeights.of(filter, canvas.width(), width, window.left(), window.width());
        rows = ResampleWeights.of(filter, canvas.height(), height, window.top(), window.height());
        canvasRow = new byte[canvas.width() == image.width() ? 0 : Math.multiplyExact(CHANNELS, canvas.width())];
        for (int at = 0; at < canvasRow.length; at += CHANNELS) {
            paint(canvasRow, at);
        }
        paddingRow = padding(canvas, window, columns, keepsWidth);
        ring = new int[keepsHeight ? 1 : rows.stride()][CHANNELS * window.width()];
    }

    /**
     * Resizes a picture.
     *
     * @param width of the result, at least 1
     * @param height of the result, at least 1
     * @return a new picture, or {@code image} itself if the size stays
     */
    public static RasterImage bicubic(RasterImage image, int width, int height) {
        return resize(image, width, height, ResampleFilter.BICUBIC);
    }

    /**
     * Resizes a picture.
     *
     * @param width of the result, at least 1
     * @param height of the result, at least 1
     * @param filter how pixels are weighed
     * @return a new picture, or {@code image} itself if the size stays
     */
    public static RasterImage resize(RasterImage image, int width, int height, ResampleFilter filter) {
        if (width == image.width() && height == image.height()) {
            return image;
        }
        CropWindow whole = CropWindow.whole(width, height);
        return resize(image, ImageCanvas.of(image), width, height, whole, filter);
    }

    /**
     * Lays a picture on a canvas, resizes that and cuts out a part, without making the first two.
     *
     * @param canvas must hold the picture
     * @param width to which the canvas is resized
     * @param height to which the canvas is resized
     * @param window which part of the resized canvas is wanted
     * @param filter how pixels are weighed
     * @return a new picture of the window's size
     */
    public static RasterImage resize(
            RasterImage image, ImageCanvas canvas, int width, int height, CropWindow window, ResampleFilter filter) {
        if (canvas.width() - canvas.left() < image.width() || canvas.height() - canvas.top() < image.height()) {
            throw new IllegalArgumentException(image + " does not fit " + canvas);
        }
        if (width < 1
                || height < 1
                || width - window.left() < window.width()
                || height - window.top() < window.height()) {
            throw new IllegalArgumentException(window + " is no part of " + width + " x " + height + " pixels");
        }
        return new ImageResizer(image, canvas, width, height, window, filter).run();
    }

    private RasterImage run() {
        int rowLength = CHANNELS * window.width();
        byte[] result = new byte[Math.multiplyExact(rowLength, window.height())];
        int[] sums = new int[rowLength];
        for (int y = 0; y < window.height(); y++) {
            if (keepsHeight) {
                firstPass(window.top() + y, ring[0]);
                store(ring[0], result, y * rowLength);
            } else {
                secondPass(y, sums);
                store(sums, result, y * rowLength);
            }
        }
        return new RasterImage(window.width(), window.height(), result);
    }

    private static void store(int[] row, byte[] result, int at) {
        for (int i = 0; i < row.length; i++) {
            result[at + i] = (byte) row[i];
        }
    }

    private void secondPass(int y, int[] sums) {
        int start = rows.first()[y];
        int count = rows.count()[y];
        for (nextRow = Math.max(nextRow, start); nextRow < start + count; nextRow++) {
            firstPass(nextRow, ring[nextRow % ring.length]);
        }
        Arrays.fill(sums, ResampleWeights.HALF);
        for (int k = 0; k < count; k++) {
            add(ring[(start + k) % ring.length], rows.weights()[y * rows.stride() + k], sums);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = rounded(sums[i]);
        }
    }

    /** A loop of its own over numbers of one kind, so that the JVM uses vector instructions. */
    private static void add(int[] row, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += row[i] * weight;
        }
    }

    /** Fills one row of the window from row {@code y} of the canvas. */
    private void firstPass(int y, int[] target) {
        int pictureRow = y - canvas.top();
        if (pictureRow < 0 || pictureRow >= image.height()) {
            System.arraycopy(paddingRow, 0, target, 0, target.length);
            return;
        }
        byte[] source = image.rgb();
        int start = CHANNELS * image.width() * pictureRow;
        if (canvasRow.length > 0) {
            System.arraycopy(source, start, canvasRow, CHANNELS * canvas.left(), CHANNELS * image.width());
            source = canvasRow;
            start = 0;
        }
        if (keepsWidth) {
            for (int i = 0, from = start + CHANNELS * window.left(); i < target.length; i++) {
                target[i] = source[from + i] & 0xFF;
            }
        } else {
            mix(source, start, target);
        }
    }

    /**
     * A row of padding after the first pass: its colour, but for the rounding of weights, which add up to one only
     * nearly.
     */
    private static int[] padding(ImageCanvas canvas, CropWindow window, ResampleWeights columns, boolean keepsWidth) {
        int[] row = new int[CHANNELS * window.width()];
        for (int x = 0; x < window.width(); x++) {
            int sum = keepsWidth ? 1 << ResampleWeights.PRECISION_BITS : columns.sum(x);
            row[CHANNELS * x] = rounded(canvas.red() * sum + ResampleWeights.HALF);
            row[CHANNELS * x + 1] = rounded(canvas.green() * sum + ResampleWeights.HALF);
            row[CHANNELS * x + 2] = rounded(canvas.blue() * sum + ResampleWeights.HALF);
        }
        return row;
    }

    private static int rounded(int sum) {
        return ColorMath.clip(sum >> ResampleWeights.PRECISION_BITS);
    }

    private void mix(byte[] source, int start, int[] target) {
        int[] weights = columns.weights();
        for (int x = 0; x < window.width(); x++) {
            int red = ResampleWeights.HALF;
            int green = ResampleWeights.HALF;
            int blue = ResampleWeights.HALF;
            int from = start + CHANNELS * columns.first()[x];
            int weightStart = x * columns.stride();
            for (int k = weightStart; k < weightStart + columns.count()[x]; k++) {
                int weight = weights[k];
                red += weight * (source[from] & 0xFF);
                green += weight * (source[from + 1] & 0xFF);
                blue += weight * (source[from + 2] & 0xFF);
                from += CHANNELS;
            }
            target[CHANNELS * x] = rounded(red);
            target[CHANNELS * x + 1] = rounded(green);
            target[CHANNELS * x + 2] = rounded(blue);
        }
    }

    private void paint(byte[] row, int at) {
        row[at] = (byte) canvas.red();
        row[at + 1] = (byte) canvas.green();
        row[at + 2] = (byte) canvas.blue();
    }
}
