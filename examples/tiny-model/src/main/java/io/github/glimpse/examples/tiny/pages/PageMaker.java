package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.image.RasterImage;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Paints pages. Safe for concurrent use; nothing is kept between two pages. */
public final class PageMaker {

    /** A kind of panel. */
    enum Panel {
        FORM,
        TABLE,
        SIGNS,
        BARS,
        SHAPES,
        TEXT
    }

    private static final int LEAST_SIDE = 150;
    private static final double DARK = 0.12;

    private final FontRegistry shelf;
    private final Repertoire repertoire;

    /** A painter who writes in the faces of a shelf what an edition can tell. */
    public PageMaker(FontRegistry shelf, Repertoire repertoire) {
        this.shelf = shelf;
        this.repertoire = repertoire;
    }

    /**
     * Paints the page of a request: always the same words, marks and facts.
     *
     * @throws IllegalStateException if the shelf has no face for the split
     */
    public DrawnPage draw(PageRequest request) {
        if (request.mix() == PageRequest.Mix.DRAWING) {
            return FirstEditionPage.draw(request).page();
        }
        Dice dice = request.dice();
        List<Lettering> faces = faces(request);
        PageSize size = request.size();
        double scale = dice.chance(0.65) ? 1 : dice.uniform(0.82, 1.3);
        int width = (int) Math.rint(size.width() / scale);
        int height = (int) Math.rint(size.height() / scale);
        Painting painting = paint(request, faces, width, height, dice);
        byte[] rgb = Wear.bytes(painting.image(), size.width(), size.height(), dice);
        return painting.page(rgb, new Box(0, 0, width, height), size);
    }

    /**
     * Paints a page larger than the eye takes it, so that writing is small on it.
     *
     * @param request what comes to the eye at first
     * @param factor how much larger it is painted
     * @throws IllegalStateException if the shelf has no face for the split
     */
    SmallPrint drawLarger(PageRequest request, double factor) {
        Dice dice = request.dice();
        int width = (int) Math.rint(request.size().width() * factor);
        int height = (int) Math.rint(request.size().height() * factor);
        Painting painting = paint(request, faces(request), width, height, dice);
        return new SmallPrint(
                painting, new RasterImage(width, height, Wear.bytes(painting.image(), width, height, dice)));
    }

    private List<Lettering> faces(PageRequest request) {
        List<Lettering> faces = shelf.of(request.split());
        if (faces.isEmpty()) {
            throw new IllegalStateException("The shelf has no face for " + request.split());
        }
        return faces;
    }

    private Painting paint(PageRequest request, List<Lettering> faces, int width, int height, Dice dice) {
        boolean specimens = request.mix() == PageRequest.Mix.SPECIMENS;
        List<Lettering> chosen = specimens ? faces : List.of(dice.pick(faces), dice.pick(faces));
        int paper = Shades.paper(dice.chance(DARK), dice);
        Sheet sheet = new Sheet(width, height, paper, request.split(), repertoire, chosen, dice);
        Box whole = new Box(0, 0, width, height);
        List<String> kinds =
                switch (request.mix()) {
                    case TEXT -> text(sheet, whole);
                    case PANELS -> panels(sheet, whole);
                    case SPECIMENS -> specimens(sheet, whole);
                    case DRAWING -> throw new IllegalStateException("It is not painted on a sheet");
                };
        AffineTransform turn = Wear.turn(width, height, dice);
        return new Painting(
                request,
                chosen.stream().map(Lettering::family).distinct().toList(),
                kinds,
                sheet,
                Wear.turned(sheet.image(), turn, dice.chance(0.5) ? paper : Shades.any(dice)),
                turn,
                unambiguous(sheet.facts()));
    }

    private static List<String> text(Sheet sheet, Box area) {
        new TextPainter(sheet).paint(inner(area, sheet.dice()));
        return List.of(name(Panel.TEXT));
    }

    private static List<String> specimens(Sheet sheet, Box area) {
        new TextPainter(sheet).paintSpecimens(area);
        return List.of(name(Panel.TEXT));
    }

    private static List<String> panels(Sheet sheet, Box whole) {
        Dice dice = sheet.dice();
        List<Panel> shares = new ArrayList<>(sheet.repertoire().shares());
        List<String> kinds = new ArrayList<>();
        for (Box area : areas(whole, dice)) {
            Panel panel = dice.pick(shares);
            // Two panels of one kind would be two answers to one question.
            shares.removeIf(other -> other == panel);
            if (dice.chance(0.12)) {
                ground(sheet, area);
            }
            paint(sheet, panel, inner(area, dice));
            kinds.add(name(panel));
        }
        if (dice.chance(0.2)) {
            Decor.stamp(sheet, whole);
        }
        return kinds;
    }

    private static void paint(Sheet sheet, Panel panel, Box area) {
        switch (panel) {
            case FORM -> new FormPainter(sheet, area).paint(area);
            case TABLE -> new TablePainter(sheet, area).paint(area);
            case SIGNS -> new SignsPainter(sheet).paint(area);
            case BARS -> new BarsPainter(sheet, area).paint(area);
            case SHAPES -> new ShapesPainter(sheet).paint(area);
            case TEXT -> new TextPainter(sheet).paint(area);
        }
    }

    private static String name(Panel panel) {
        return panel.name().toLowerCase(Locale.ROOT);
    }

    /** One to three areas side by side or below each other, none narrower than can be read. */
    private static List<Box> areas(Box whole, Dice dice) {
        List<Box> areas = new ArrayList<>(List.of(whole));
        for (int i = dice.pick(List.of(0, 0, 0, 1, 1, 2)); i > 0; i--) {
            Box last = areas.remove(areas.size() - 1);
            boolean across = last.right() - last.left() > last.bottom() - last.top();
            int side = across ? last.right() - last.left() : last.bottom() - last.top();
            if (side < 2 * LEAST_SIDE) {
                areas.add(last);
                return areas;
            }
            int at = dice.between(LEAST_SIDE, side - LEAST_SIDE);
            areas.add(new Box(
                    last.left(),
                    last.top(),
                    across ? last.left() + at : last.right(),
                    across ? last.bottom() : last.top() + at));
            areas.add(new Box(
                    across ? last.left() + at : last.left(),
                    across ? last.top() : last.top() + at,
                    last.right(),
                    last.bottom()));
        }
        return areas;
    }

    private static Box inner(Box area, Dice dice) {
        int margin = dice.between(7, 16);
        return new Box(area.left() + margin, area.top() + margin, area.right() - margin, area.bottom() - margin);
    }

    private static void ground(Sheet sheet, Box area) {
        Dice dice = sheet.dice();
        Rectangle2D ground = new Rectangle2D.Double(
                area.left() + 2.0,
                area.top() + 2.0,
                area.right() - area.left() - 4.0,
                area.bottom() - area.top() - 4.0);
        sheet.fill(
                ground,
                dice.chance(0.5) ? Shades.paper(dice.chance(0.4), dice) : Shades.mix(0xFFFFFF, Shades.any(dice), 0.2));
    }

    /** What one question asks must have one answer: two headings on a page are asked for by nothing. */
    static List<Fact> unambiguous(List<Fact> facts) {
        Map<List<Object>, Long> asked = facts.stream()
                .collect(Collectors.groupingBy(
                        fact -> List.of(fact.kind(), fact.places()), LinkedHashMap::new, Collectors.counting()));
        return facts.stream()
                .filter(fact -> asked.getOrDefault(List.of(fact.kind(), fact.places()), 0L) == 1)
                .toList();
    }
}
