package io.github.glimpse.documents;

import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.contentstream.operator.OperatorName;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSNumber;
import org.apache.pdfbox.util.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Visible part of a page while its text is read, in coordinates of the sheet: the bounding rectangle of the clipping
 * path, which PDFBox does not follow for text, and the cells of the page that images cover.
 */
final class VisibleArea {

    /** Text may exceed a clipping path by rounding. */
    private static final double ROUNDING = 0.5;

    private static final int CELLS = 128;

    private final Rectangle2D page;
    private final BitSet imageCells = new BitSet(CELLS * CELLS);
    private Deque<Clip> saved = new ArrayDeque<>();
    private Clip clip = new Clip(null);
    private @Nullable Rectangle2D path;
    private boolean clips;

    /** A clipping rectangle; null is the whole sheet. */
    private record Clip(@Nullable Rectangle2D bounds) {}

    /** State outside of a form or an annotation. */
    record Outer(Deque<VisibleArea.Clip> saved, VisibleArea.Clip clip) {}

    VisibleArea(Rectangle2D page) {
        this.page = page;
    }

    void save() {
        saved.push(clip);
    }

    void restore() {
        if (!saved.isEmpty()) {
            clip = saved.pop();
        }
    }

    /** Begins content whose graphics states are balanced: a form. */
    Outer enter() {
        Outer outer = new Outer(saved, clip);
        saved = new ArrayDeque<>();
        return outer;
    }

    /** Begins content that is not clipped by the content before it: an annotation. */
    Outer enterUnclipped() {
        Outer outer = enter();
        clip = new Clip(null);
        return outer;
    }

    void leave(Outer outer) {
        saved = outer.saved();
        clip = outer.clip();
        path = null;
        clips = false;
    }

    /** Follows the operators of paths and clipping. */
    void follow(Operator operator, List<COSBase> operands, Matrix toSheet) {
        switch (operator.getName()) {
            case OperatorName.MOVE_TO,
                    OperatorName.LINE_TO,
                    OperatorName.CURVE_TO,
                    OperatorName.CURVE_TO_REPLICATE_INITIAL_POINT,
                    OperatorName.CURVE_TO_REPLICATE_FINAL_POINT -> addPoints(operands, toSheet);
            case OperatorName.APPEND_RECT -> addRectangle(operands, toSheet);
            case OperatorName.CLIP_NON_ZERO, OperatorName.CLIP_EVEN_ODD -> clips = true;
            case OperatorName.ENDPATH,
                    OperatorName.STROKE_PATH,
                    OperatorName.CLOSE_AND_STROKE,
                    OperatorName.FILL_NON_ZERO,
                    OperatorName.LEGACY_FILL_NON_ZERO,
                    OperatorName.FILL_EVEN_ODD,
                    OperatorName.FILL_NON_ZERO_AND_STROKE,
                    OperatorName.FILL_EVEN_ODD_AND_STROKE,
                    OperatorName.CLOSE_FILL_NON_ZERO_AND_STROKE,
                    OperatorName.CLOSE_FILL_EVEN_ODD_AND_STROKE -> endPath();
            default -> {}
        }
    }

    private void addPoints(List<COSBase> operands, Matrix toSheet) {
        for (int at = 0; at + 1 < operands.size(); at += 2) {
            add(number(operands.get(at)), number(operands.get(at + 1)), toSheet);
        }
    }

    private void addRectangle(List<COSBase> operands, Matrix toSheet) {
        if (operands.size() < 4) {
            return;
        }
        double x = number(operands.get(0));
        double y = number(operands.get(1));
        double endX = x + number(operands.get(2));
        double endY = y + number(operands.get(3));
        add(x, y, toSheet);
        add(endX, y, toSheet);
        add(x, endY, toSheet);
        add(endX, endY, toSheet);
    }

    private static double number(COSBase operand) {
        return operand instanceof COSNumber number ? number.floatValue() : Double.NaN;
    }

    private void add(double x, double y, Matrix toSheet) {
        Point2D point = toSheet.transformPoint((float) x, (float) y);
        if (!Double.isFinite(point.getX()) || !Double.isFinite(point.getY())) {
            return;
        }
        if (path == null) {
            path = new Rectangle2D.Double(point.getX(), point.getY(), 0, 0);
        } else {
            path.add(point);
        }
    }

    private void endPath() {
        Rectangle2D bounds = path;
        if (clips && bounds != null) {
            Rectangle2D before = clip.bounds();
            clip = new Clip(before == null ? bounds : before.createIntersection(bounds));
        }
        path = null;
        clips = false;
    }

    /** Adds an image, which fills the unit square. */
    void addImage(Matrix toSheet) {
        Rectangle2D bounds = new Path2D.Double(new Rectangle2D.Double(0, 0, 1, 1), toSheet.createAffineTransform())
                .getBounds2D()
                .createIntersection(page);
        if (bounds.getWidth() > 0 && bounds.getHeight() > 0) {
            int left = column(bounds.getMinX());
            int right = column(bounds.getMaxX());
            for (int row = row(bounds.getMinY()); row <= row(bounds.getMaxY()); row++) {
                imageCells.set(row * CELLS + left, row * CELLS + right + 1);
            }
        }
    }

    private int column(double x) {
        return cell((x - page.getMinX()) / page.getWidth());
    }

    private int row(double y) {
        return cell((y - page.getMinY()) / page.getHeight());
    }

    private static int cell(double share) {
        return (int) Math.max(0, Math.min(CELLS - 1, share * CELLS));
    }

    /** Whether a point is on the page and not clipped away. */
    boolean contains(Point2D point) {
        Rectangle2D bounds = clip.bounds();
        return isWithin(page, point) && (bounds == null || isWithin(bounds, point));
    }

    static boolean isWithin(Rectangle2D bounds, Point2D point) {
        return point.getX() >= bounds.getMinX() - ROUNDING
                && point.getX() <= bounds.getMaxX() + ROUNDING
                && point.getY() >= bounds.getMinY() - ROUNDING
                && point.getY() <= bounds.getMaxY() + ROUNDING;
    }

    /** Whether an image covers a point. */
    boolean isOnImage(Point2D point) {
        return imageCells.get(row(point.getY()) * CELLS + column(point.getX()));
    }
}
