package io.github.glimpse.train;

import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.RasterImage;
import java.util.List;

/**
 * Which image tokens must stay, as zeros and ones in raster order. A box marks every token from the one that its left upper
 * corner lies in to the one that its right lower corner lies in, both counted (spec, section 10); where a picture was padded or
 * cropped, tokens are taken where they really lie.
 */
final class TargetMask {

    private TargetMask() {}

    /** The mask of a sample whose picture was cut by this plan. */
    static float[] of(GlimpseSample sample, byte[] picture, ImageDecoder pictures, PatchPlan plan) {
        ImageSize decoded = pictures.readSize(picture);
        return sample.mask() == null
                ? ofBoxes(sample.boxes(), new ImageSize(sample.width(), sample.height()), decoded, plan)
                : ofPicture(pictures.decode(sample.mask().bytes()), decoded, plan);
    }

    /**
     * The mask of boxes.
     *
     * @param boxed size of the picture that the boxes are for
     * @param decoded size of the picture that was cut, which may be a scaled copy
     */
    static float[] ofBoxes(List<PixelArea> boxes, ImageSize boxed, ImageSize decoded, PatchPlan plan) {
        ImageGrid grid = plan.grid();
        float[] mask = new float[grid.tokenCount()];
        double scaleX = decoded.width() / (double) boxed.width();
        double scaleY = decoded.height() / (double) boxed.height();
        for (PixelArea box : boxes) {
            Axis across = new Axis(plan.left(), plan.tokenWidth(), grid.columns(), boxed.width(), scaleX);
            Axis down = new Axis(plan.top(), plan.tokenHeight(), grid.rows(), boxed.height(), scaleY);
            mark(mask, grid, across.range(box.left(), box.right()), down.range(box.top(), box.bottom()));
        }
        return mask;
    }

    /** One direction of the grid. */
    private record Axis(double start, double token, int count, int size, double scale) {

        /** First and last cell, both counted; empty beside the grid. */
        int[] range(double from, double to) {
            double first = cell(from);
            double last = cell(to);
            return first >= count || last < 0
                    ? new int[] {0, -1}
                    : new int[] {(int) Math.max(0, first), (int) Math.min(count - 1, last)};
        }

        private double cell(double position) {
            // In the reference's order of operations where the grid covers the picture: borders of cells are exact
            // then.
            boolean covers = start == 0 && Math.abs(token * count - size * scale) < 1e-6 * size * scale;
            double share = covers ? position / size : (position * scale - start) / (token * count);
            return Math.floor(share * count);
        }
    }

    private static void mark(float[] mask, ImageGrid grid, int[] columns, int[] rows) {
        for (int row = rows[0]; row <= rows[1]; row++) {
            for (int column = columns[0]; column <= columns[1]; column++) {
                mask[row * grid.columns() + column] = 1;
            }
        }
    }

    /**
     * The mask of a picture in which everything but black counts.
     *
     * @param decoded size of the picture that was cut, of which the mask may be a scaled copy
     */
    static float[] ofPicture(RasterImage picture, ImageSize decoded, PatchPlan plan) {
        ImageGrid grid = plan.grid();
        float[] mask = new float[grid.tokenCount()];
        byte[] rgb = picture.rgb();
        for (int y = 0; y < picture.height(); y++) {
            int row = place((y + 0.5) * decoded.height() / picture.height(), plan.top(), plan.tokenHeight());
            for (int x = 0; x < picture.width(); x++) {
                int at = 3 * (y * picture.width() + x);
                if ((rgb[at] | rgb[at + 1] | rgb[at + 2]) != 0) {
                    int column = place((x + 0.5) * decoded.width() / picture.width(), plan.left(), plan.tokenWidth());
                    if (row >= 0 && row < grid.rows() && column >= 0 && column < grid.columns()) {
                        mask[row * grid.columns() + column] = 1;
                    }
                }
            }
        }
        return mask;
    }

    private static int place(double position, double start, double token) {
        return (int) Math.floor((position - start) / token);
    }
}
