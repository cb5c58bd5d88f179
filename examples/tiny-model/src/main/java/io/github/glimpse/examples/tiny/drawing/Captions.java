package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sentences that tell scenes and signs apart: every coloured thing with its place among nine, by rows or by columns. What is
 * written on a sign is not told. The words follow from the picture's request alone; those of the test split are put in ways that are
 * never trained, of words that are.
 */
public final class Captions {

    /** The page of pictures with captions. */
    public static final PageSize PAGE = new PageSize(8, 8);

    private static final int SIGN_EVERY = 4;
    private static final List<String> DOWN = List.of("top", "", "bottom");
    private static final List<String> ACROSS = List.of("left", "", "right");
    private static final List<String> TRAINED_FRAMES = List.of(
            "{things}", "a picture of {things}", "a drawing with {things}", "{count}: {things}", "this is {things}");
    private static final List<String> TEST_FRAMES =
            List.of("a picture with {things}", "a drawing of {things}", "this is a picture of {count}: {things}");
    private static final List<String> TRAINED_THINGS = List.of(
            "a {colour} {name} {place}",
            "{colour} {name} {place}",
            "{place} a {colour} {name}",
            "{name} in {colour} {place}");
    private static final List<String> TEST_THINGS = List.of("{place} {colour} {name}", "a {name} in {colour} {place}");
    // Apart from the chance of the picture itself.
    private static final long MARK = 0x43617074696F6EL;

    private Captions() {}

    /** The picture of a number in the mix that is trained: of four one with signs, three scenes. */
    public static DrawingRequest request(Split split, FacePool faces, long number) {
        Family family = number % SIGN_EVERY == 0 ? Family.SIGN : Family.SCENE;
        return new DrawingRequest(split, faces, family, PAGE, number);
    }

    /**
     * What a caption tells, in order: two pictures with the same facts have captions that fit both.
     *
     * @throws IllegalArgumentException if the picture is neither a scene nor a sign
     */
    public static List<String> facts(Drawing drawing) {
        checkFamily(drawing.request().family());
        return drawing.things().stream()
                .map(thing ->
                        told("{place} {colour} {name}", thing, drawing.request().size()))
                .sorted()
                .toList();
    }

    /**
     * The caption of a picture: always the same words.
     *
     * @throws IllegalArgumentException if it is neither a scene nor a sign
     */
    public static String of(Drawing drawing) {
        DrawingRequest request = drawing.request();
        checkFamily(request.family());
        Dice dice = new Dice(Dice.mix(request.dice().next() ^ MARK));
        boolean test = request.split() == Split.TEST;
        String frame = dice.pick(test ? TEST_FRAMES : TRAINED_FRAMES);
        String form = dice.pick(test ? TEST_THINGS : TRAINED_THINGS);
        List<Thing> things = new ArrayList<>(drawing.things());
        things.sort(order(request.size(), dice.chance(0.5)));
        List<String> told =
                things.stream().map(thing -> told(form, thing, request.size())).toList();
        String list = String.join(", ", told);
        if (dice.chance(0.3) && told.size() > 1) {
            int last = told.size() - 1;
            list = String.join(", ", told.subList(0, last)) + " and " + told.get(last);
        }
        return frame.replace("{count}", count(drawing)).replace("{things}", list);
    }

    private static void checkFamily(Family family) {
        if (family != Family.SCENE && family != Family.SIGN) {
            throw new IllegalArgumentException("There are captions for scenes and signs, not for " + family);
        }
    }

    private static Comparator<Thing> order(PageSize size, boolean byRows) {
        Comparator<Thing> down = Comparator.comparingInt(
                thing -> third(thing.box().top() + thing.box().bottom(), size.height()));
        Comparator<Thing> across = Comparator.comparingInt(
                thing -> third(thing.box().left() + thing.box().right(), size.width()));
        Comparator<Thing> places = byRows ? down.thenComparing(across) : across.thenComparing(down);
        return places.thenComparing(Thing::colour).thenComparing(Thing::name);
    }

    private static String told(String form, Thing thing, PageSize size) {
        return form.replace("a {colour}", (thing.colour().equals("orange") ? "an " : "a ") + thing.colour())
                .replace("{colour}", thing.colour())
                .replace("{name}", thing.name())
                .replace("{place}", place(thing.box(), size));
    }

    private static String place(Box box, PageSize size) {
        String down = DOWN.get(third(box.top() + box.bottom(), size.height()));
        String across = ACROSS.get(third(box.left() + box.right(), size.width()));
        String place = (down + " " + across).strip();
        return place.isEmpty() ? "middle" : place;
    }

    /** The third of a side that holds the middle of two pixels. */
    private static int third(int sum, int side) {
        return Math.max(0, Math.min(2, 3 * sum / (2 * side)));
    }

    private static String count(Drawing drawing) {
        int count = drawing.things().size();
        String kind = drawing.request().family() == Family.SIGN ? "sign" : "shape";
        return count + " " + kind + (count == 1 ? "" : "s");
    }

    /** Every word that a caption may have, without digits and marks, in order. */
    public static Set<String> words() {
        Set<String> words = new TreeSet<>(Colours.NAMES);
        words.addAll(
                List.of("sign", "signs", "shape", "shapes", "middle", "top", "bottom", "left", "right", "an", "and"));
        for (ShapeKind kind : ShapeKind.values()) {
            words.add(kind.word());
        }
        for (List<String> forms : List.of(TRAINED_FRAMES, TRAINED_THINGS)) {
            for (String form : forms) {
                words.addAll(List.of(form.replaceAll("\\{\\w+}|:", " ").strip().split(" +", -1)));
            }
        }
        words.remove("");
        return words;
    }
}
