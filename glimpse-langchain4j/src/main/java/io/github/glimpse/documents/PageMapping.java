package io.github.glimpse.documents;

import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelArea;
import java.util.stream.IntStream;

/**
 * The one place that knows where a place on a page is on its picture, and back: points of the page, pixels of the picture that was
 * rendered, pixels of the picture that the model's processor made of it, its image tokens, and the numbers from 0 to 1000 that models and
 * the tool {@code zoom} speak.
 *
 * @param page what the page looks like
 * @param pixelsPerPoint of the rendered picture, above 0; 2 at 144 dots per inch
 * @param part of the page that the picture shows: all of it, or a tile
 */
public record PageMapping(PageGeometry page, double pixelsPerPoint, PageBox part) {

    /** What a page counts from left to right, and from top to bottom, where sizes do not matter. */
    public static final int THOUSAND = 1000;

    public PageMapping {
        if (!(pixelsPerPoint > 0)) {
            throw new IllegalArgumentException("A point cannot have " + pixelsPerPoint + " pixels");
        }
    }

    /** Of a picture of the whole page. */
    public PageMapping(PageGeometry page, double pixelsPerPoint) {
        this(page, pixelsPerPoint, page.whole());
    }

    /** Of a part of the rendered picture. */
    PageMapping of(CropWindow window) {
        return new PageMapping(
                page,
                pixelsPerPoint,
                ofPixels(new PixelArea(window.left(), window.top(), window.width(), window.height())));
    }

    /** Whether the picture shows less than the page. */
    boolean isTile() {
        return !part.equals(page.whole());
    }

    /** What of a box lies on the page and on the picture, of no size at their edge if it lies beside them. */
    PageBox clip(PageBox box) {
        return page.clip(part.clip(box));
    }

    /** Where a box is on the rendered picture. */
    public PixelArea toPixels(PageBox box) {
        return area(
                (box.x1() - part.x1()) * pixelsPerPoint,
                (box.y1() - part.y1()) * pixelsPerPoint,
                (box.x2() - part.x1()) * pixelsPerPoint,
                (box.y2() - part.y1()) * pixelsPerPoint);
    }

    /** Where a part of the rendered picture is on the page. */
    public PageBox ofPixels(PixelArea area) {
        return new PageBox(
                part.x1() + area.left() / pixelsPerPoint,
                part.y1() + area.top() / pixelsPerPoint,
                part.x1() + area.right() / pixelsPerPoint,
                part.y1() + area.bottom() / pixelsPerPoint);
    }

    /** Where a box is on the picture that the processor made of the rendered one, in pixels of that. */
    public PixelArea toResized(PageBox box, PatchPlan plan) {
        PixelArea area = toPixels(box);
        double side = tokenSide(plan.grid());
        return area(
                (area.left() - plan.left()) / plan.tokenWidth() * side,
                (area.top() - plan.top()) / plan.tokenHeight() * side,
                (area.right() - plan.left()) / plan.tokenWidth() * side,
                (area.bottom() - plan.top()) / plan.tokenHeight() * side);
    }

    /** Where a part of the processor's picture is on the page. */
    public PageBox ofResized(PixelArea area, PatchPlan plan) {
        double side = tokenSide(plan.grid());
        return ofPixels(area(
                plan.left() + area.left() / side * plan.tokenWidth(),
                plan.top() + area.top() / side * plan.tokenHeight(),
                plan.left() + area.right() / side * plan.tokenWidth(),
                plan.top() + area.bottom() / side * plan.tokenHeight()));
    }

    /** Where an image token lies on the page; padding beside the picture is cut off. */
    public PageBox ofToken(int token, PatchPlan plan) {
        return clip(ofPixels(plan.area(token)));
    }

    /** The image tokens that see a part of a box, rising. */
    public int[] tokens(PageBox box, PatchPlan plan) {
        return IntStream.range(0, plan.grid().tokenCount())
                .filter(token -> ofToken(token, plan).overlap(box) > 0)
                .toArray();
    }

    /** Left, top, right and bottom on the picture from 0 to 1000, each rounded to the nearest. */
    public int[] toThousandths(PageBox box) {
        return new int[] {
            (int) Math.round((box.x1() - part.x1()) * THOUSAND / part.width()),
            (int) Math.round((box.y1() - part.y1()) * THOUSAND / part.height()),
            (int) Math.round((box.x2() - part.x1()) * THOUSAND / part.width()),
            (int) Math.round((box.y2() - part.y1()) * THOUSAND / part.height())
        };
    }

    /** The box of two opposite corners on the picture from 0 to 1000, whichever they are. */
    public PageBox ofThousandths(double x1, double y1, double x2, double y2) {
        return PageBox.ofCorners(
                part.x1() + x1 * part.width() / THOUSAND,
                part.y1() + y1 * part.height() / THOUSAND,
                part.x1() + x2 * part.width() / THOUSAND,
                part.y1() + y2 * part.height() / THOUSAND);
    }

    private static PixelArea area(double left, double top, double right, double bottom) {
        return new PixelArea(left, top, right - left, bottom - top);
    }

    private static double tokenSide(ImageGrid grid) {
        return (double) grid.patchSize() * grid.mergeSize();
    }
}
