package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.ColouredArea;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.drawing.WrittenWord;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A drawing of the first edition as a page of the second: the same pixels and questions, told in the second's way.
 *
 * @param page with those facts that one question alone asks for
 * @param asked each in the words of the first edition
 */
record FirstEditionPage(DrawnPage page, List<Asked> asked) {

    /** A question with what it asks. */
    record Asked(String text, Fact fact) {}

    /** Copies the list. */
    FirstEditionPage {
        asked = List.copyOf(asked);
    }

    static FirstEditionPage draw(PageRequest request) {
        Dice dice = request.dice();
        Family family = DrawingRequest.family(dice);
        Drawing drawing = Studio.draw(
                new DrawingRequest(request.split(), FacePool.SEEN, family, request.size(), dice.next() >>> 2));
        Map<Integer, String> keys = new HashMap<>();
        List<Asked> asked = new ArrayList<>();
        for (Question question : drawing.questions()) {
            Fact fact = fact(question, drawing.words());
            String key = key(question);
            if (key != null) {
                fact.words().forEach(word -> keys.put(word, key));
            }
            asked.add(new Asked(question.text(), fact));
        }
        List<Mark> marks = marks(drawing.words(), keys);
        DrawnPage page = new DrawnPage(
                request,
                List.of(drawing.face()),
                List.of(family.name().toLowerCase(Locale.ROOT)),
                drawing.rgb(),
                marks,
                PageCells.of(request.size(), marks, patches(drawing.areas())),
                PageMaker.unambiguous(asked.stream().map(Asked::fact).toList()));
        return new FirstEditionPage(page, asked);
    }

    /** What the value that a question asks for is the value of; null where it asks for none. */
    private static @Nullable String key(Question question) {
        Map<String, String> places = question.places();
        return switch (question.kind()) {
            case DOC -> places.get("key");
            case SIGN -> places.get("colour");
            case BAR -> places.get("letter");
            case COLOUR, SHAPE, EXISTS, COUNT, RELATION, HIGHEST, LOWEST, UNANSWERABLE -> null;
        };
    }

    private static List<Mark> marks(List<WrittenWord> words, Map<Integer, String> keys) {
        List<Mark> marks = new ArrayList<>();
        for (int number = 0; number < words.size(); number++) {
            WrittenWord word = words.get(number);
            for (int i = 0; i < word.text().length(); i++) {
                marks.add(new Mark(
                        word.text().charAt(i),
                        word.centreX()[i],
                        word.centreY(),
                        number,
                        i,
                        word.role(),
                        keys.getOrDefault(number, "")));
            }
        }
        return marks;
    }

    /** The second edition tells no colours of bars. */
    private static List<Sheet.Patch> patches(List<ColouredArea> areas) {
        return areas.stream()
                .map(area -> new Sheet.Patch(
                        outline(area), area.role(), area.role() == CellRole.BAR ? "" : area.colour(), area.form()))
                .toList();
    }

    private static Path2D outline(ColouredArea area) {
        Path2D outline = new Path2D.Double();
        outline.moveTo(area.x()[0], area.y()[0]);
        for (int i = 1; i < area.x().length; i++) {
            outline.lineTo(area.x()[i], area.y()[i]);
        }
        outline.closePath();
        return outline;
    }

    private static Fact fact(Question question, List<WrittenWord> words) {
        Map<String, String> places = question.places();
        return switch (question.kind()) {
            case DOC -> answered(Fact.Kind.VALUE, Map.of("key", place(places, "key")), question, words);
            case SIGN -> {
                String plate = question.text().contains("plate") ? "plate" : "sign";
                yield answered(
                        Fact.Kind.SIGN, Map.of("colour", place(places, "colour"), "plate", plate), question, words);
            }
            case BAR -> answered(Fact.Kind.BAR, Map.of("label", place(places, "letter")), question, words);
            case HIGHEST -> answered(Fact.Kind.HIGHEST, Map.of(), question, words);
            case LOWEST -> answered(Fact.Kind.LOWEST, Map.of(), question, words);
            case COLOUR -> answered(Fact.Kind.COLOUR, Map.of("shape", place(places, "shape")), question, List.of());
            case SHAPE -> answered(Fact.Kind.SHAPE, Map.of("colour", place(places, "colour")), question, List.of());
            case COUNT -> answered(Fact.Kind.COUNT, Map.of("shape", place(places, "shapes")), question, List.of());
            // Where one shape lies beside another: both are evidence, and what is named first is looked for.
            case EXISTS, RELATION ->
                answered(
                        Fact.Kind.EXISTS,
                        Map.of("colour", place(places, "colour"), "shape", place(places, "shape")),
                        question,
                        List.of());
            // What is asked for in vain has the words of any kind.
            case UNANSWERABLE -> Fact.absent(Fact.Kind.HEADING, Map.of());
        };
    }

    private static String place(Map<String, String> places, String name) {
        return Objects.requireNonNull(places.get(name));
    }

    private static Fact answered(
            Fact.Kind kind, Map<String, String> places, Question question, List<WrittenWord> words) {
        List<Integer> read = IntStream.range(0, words.size())
                .filter(number -> words.get(number).text().equals(question.answer())
                        && question.evidence().stream().anyMatch(box -> holds(box, words.get(number))))
                .boxed()
                .limit(1)
                .toList();
        return Fact.answered(kind, places, question.answer(), question.evidence(), read);
    }

    private static boolean holds(Box box, WrittenWord word) {
        return box.contains((int) word.centreX()[0], word.centreY());
    }
}
