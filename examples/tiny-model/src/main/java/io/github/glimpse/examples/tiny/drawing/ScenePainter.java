package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Coloured shapes that do not touch. */
final class ScenePainter {

    private static final int FEWEST = 2;
    private static final int MOST = 8;
    private static final int TRIES = 300;
    private static final int APART = 10;
    static final double MOST_TURN = 0.16;
    private static final int CLEAR_DISTANCE = 34;

    private record Shape(ShapeKind kind, String colour, double x, double y, double radius, Box box) {

        String name() {
            return colour + " " + kind.word();
        }
    }

    private final Page page;
    private final Dice dice;
    private final List<Shape> shapes = new ArrayList<>();

    ScenePainter(Page page) {
        this.page = page;
        dice = page.dice();
    }

    void paint() {
        page.paper(205);
        int count = dice.between(FEWEST, MOST);
        for (int i = 0; i < TRIES && shapes.size() < count; i++) {
            place();
        }
        for (Shape shape : shapes) {
            askColour(shape);
            askShape(shape);
        }
        askExists();
        askCount();
        askRelation();
        askRelation();
        Set<String> shown = new HashSet<>();
        shapes.forEach(
                shape -> shown.addAll(List.of(shape.colour(), shape.kind().word())));
        Unanswerable.ask(page, Family.SCENE, shown);
    }

    private void place() {
        double radius = dice.uniform(20, Math.min(page.width(), page.height()) < 270 ? 30 : 38);
        double x = dice.uniform(radius + 2, page.width() - radius - 2);
        double y = dice.uniform(radius + 2, page.height() - radius - 2);
        for (Shape other : shapes) {
            double reach = radius + other.radius() + APART;
            if ((x - other.x()) * (x - other.x()) + (y - other.y()) * (y - other.y()) < reach * reach) {
                return;
            }
        }
        ShapeKind kind = dice.pick(List.of(ShapeKind.values()));
        String colour = dice.pick(Colours.NAMES);
        Polygon outline = kind.at(x, y, radius, dice.uniform(-MOST_TURN, MOST_TURN));
        page.canvas().fill(outline, Colours.shade(colour, dice));
        page.labels().cover(outline, 0.2, Vocabulary.id(kind.word()), Vocabulary.id(colour), CellRole.SHAPE);
        page.shows(colour, kind.word(), outline.box());
        shapes.add(new Shape(kind, colour, x, y, radius, outline.box()));
    }

    private void askColour(Shape shape) {
        if (matching(other -> other.kind() == shape.kind()).size() == 1) {
            page.ask(
                    QuestionKind.COLOUR,
                    Map.of("shape", shape.kind().word()),
                    shape.colour(),
                    List.of(shape.box()),
                    List.of());
        }
    }

    private void askShape(Shape shape) {
        if (matching(other -> other.colour().equals(shape.colour())).size() == 1) {
            page.ask(
                    QuestionKind.SHAPE,
                    Map.of("colour", shape.colour()),
                    shape.kind().word(),
                    List.of(shape.box()),
                    List.of());
        }
    }

    // As often yes as no; most of what is missing shares the colour or the kind with something that is there.
    private void askExists() {
        for (int i = 0; i < 2; i++) {
            Shape shape = dice.pick(shapes);
            askExists(shape.colour(), shape.kind());
            boolean changeColour = dice.chance(0.5);
            boolean changeBoth = dice.chance(0.2);
            for (int attempt = 0; attempt < TRIES; attempt++) {
                String colour = changeColour || changeBoth ? dice.pick(Colours.NAMES) : shape.colour();
                ShapeKind kind = !changeColour || changeBoth ? dice.pick(List.of(ShapeKind.values())) : shape.kind();
                if (matching(other -> other.kind() == kind && other.colour().equals(colour))
                        .isEmpty()) {
                    askExists(colour, kind);
                    break;
                }
            }
        }
    }

    private void askExists(String colour, ShapeKind kind) {
        List<Shape> there =
                matching(shape -> shape.kind() == kind && shape.colour().equals(colour));
        // Of what is missing, all that could be taken for it.
        List<Shape> near = there.isEmpty()
                ? matching(shape -> shape.kind() == kind || shape.colour().equals(colour))
                : there;
        page.ask(
                QuestionKind.EXISTS,
                Map.of("colour", colour, "shape", kind.word()),
                there.isEmpty() ? "no" : "yes",
                boxes(near),
                List.of());
    }

    private void askCount() {
        ShapeKind kind = dice.pick(shapes).kind();
        List<Shape> counted = matching(shape -> shape.kind() == kind);
        page.ask(
                QuestionKind.COUNT,
                Map.of("shapes", kind.plural()),
                String.valueOf(counted.size()),
                boxes(counted),
                List.of());
    }

    private void askRelation() {
        Shape first = dice.pick(shapes);
        Shape second = dice.pick(shapes);
        Side side = dice.pick(List.of(Side.values()));
        double distance = side.distance(first.x(), first.y(), second.x(), second.y());
        boolean named = matching(shape -> shape.name().equals(first.name())).size() == 1
                && matching(shape -> shape.name().equals(second.name())).size() == 1;
        if (!first.equals(second) && named && Math.abs(distance) >= CLEAR_DISTANCE) {
            page.ask(
                    QuestionKind.RELATION,
                    Map.of(
                            "colour", first.colour(),
                            "shape", first.kind().word(),
                            "side", side.words(),
                            "colour2", second.colour(),
                            "shape2", second.kind().word()),
                    distance > 0 ? "yes" : "no",
                    List.of(first.box(), second.box()),
                    List.of());
        }
    }

    private List<Shape> matching(Predicate<Shape> test) {
        return shapes.stream().filter(test).toList();
    }

    private static List<Box> boxes(List<Shape> shapes) {
        return shapes.stream().map(Shape::box).toList();
    }
}
