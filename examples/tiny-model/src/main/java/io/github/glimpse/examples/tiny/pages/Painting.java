package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was painted, before it becomes a page of cells.
 *
 * @param request what was asked for
 * @param families type families on it, each once
 * @param kinds of panels on it
 * @param sheet as it was painted
 * @param image the same after its turn
 * @param turn from the sheet to the image
 * @param facts what can be asked, in pixels of the sheet
 */
record Painting(
        PageRequest request,
        List<String> families,
        List<String> kinds,
        Sheet sheet,
        BufferedImage image,
        AffineTransform turn,
        List<Fact> facts) {

    /** Copies the lists. */
    Painting {
        families = List.copyOf(families);
        kinds = List.copyOf(kinds);
        facts = List.copyOf(facts);
    }

    /**
     * A part of the image as a page; of the facts those that the part does not cut.
     *
     * @param rgb pixels of the page
     * @param part of the image
     * @param size of the page
     */
    DrawnPage page(byte[] rgb, Box part, PageSize size) {
        int across = part.right() - part.left();
        int down = part.bottom() - part.top();
        AffineTransform place =
                AffineTransform.getScaleInstance(size.width() / (double) across, size.height() / (double) down);
        place.translate(-part.left(), -part.top());
        place.concatenate(turn);
        List<Mark> marks =
                sheet.marks().stream().map(mark -> moved(mark, place)).toList();
        List<Sheet.Patch> patches = sheet.patches().stream()
                .map(patch -> new Sheet.Patch(
                        place.createTransformedShape(patch.area()), patch.role(), patch.colour(), patch.form()))
                .toList();
        boolean whole = across == image.getWidth() && down == image.getHeight();
        List<Fact> shown = facts.stream()
                .filter(fact -> whole || fact.evidence().stream().allMatch(box -> isInside(box, part)))
                .map(fact -> moved(fact, place, size))
                .toList();
        PageRequest seen = new PageRequest(request.split(), request.mix(), size, request.seed());
        return new DrawnPage(seen, families, kinds, rgb, marks, PageCells.of(size, marks, patches), shown);
    }

    private boolean isInside(Box box, Box part) {
        Rectangle2D window = new Rectangle2D.Double(
                part.left(), part.top(), part.right() - (double) part.left(), part.bottom() - (double) part.top());
        return window.contains(bounds(box, turn));
    }

    private static Rectangle2D bounds(Box box, AffineTransform place) {
        return place.createTransformedShape(new Rectangle2D.Double(
                        box.left(), box.top(), box.right() - (double) box.left(), box.bottom() - (double) box.top()))
                .getBounds2D();
    }

    private static Mark moved(Mark mark, AffineTransform place) {
        double[] point = {mark.x(), mark.y()};
        place.transform(point, 0, point, 0, 1);
        return mark.at(point[0], point[1]);
    }

    private static Fact moved(Fact fact, AffineTransform place, PageSize size) {
        List<Box> evidence =
                fact.evidence().stream().flatMap(box -> moved(box, place, size)).toList();
        return new Fact(fact.kind(), fact.outcome(), fact.places(), fact.answer(), evidence, fact.words());
    }

    private static Stream<Box> moved(Box box, AffineTransform place, PageSize size) {
        Rectangle2D moved = bounds(box, place);
        int left = (int) Math.max(0, Math.floor(moved.getMinX()));
        int top = (int) Math.max(0, Math.floor(moved.getMinY()));
        int right = (int) Math.min(size.width(), Math.ceil(moved.getMaxX()));
        int bottom = (int) Math.min(size.height(), Math.ceil(moved.getMaxY()));
        return left < right && top < bottom ? Stream.of(new Box(left, top, right, bottom)) : Stream.empty();
    }
}
