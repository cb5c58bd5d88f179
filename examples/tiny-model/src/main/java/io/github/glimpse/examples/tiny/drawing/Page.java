package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A picture in the making. */
final class Page {

    private static final int FAINTEST = 205;
    private static final int FULL = 256;

    private final DrawingRequest request;
    private final Dice dice;
    private final Face face;
    private final Canvas canvas;
    private final LabelSheet labels;
    private final Wording wording;
    private final List<Question> questions = new ArrayList<>();
    private final List<Thing> things = new ArrayList<>();
    private final int strength;

    Page(DrawingRequest request) {
        this.request = request;
        dice = request.dice();
        face = dice.pick(Face.of(request.faces())).printed(dice);
        canvas = new Canvas(request.size());
        labels = new LabelSheet(request.size());
        wording = new Wording(request.split(), dice);
        strength = dice.between(FAINTEST, FULL);
    }

    PageSize size() {
        return request.size();
    }

    Dice dice() {
        return dice;
    }

    ValueMix mix() {
        return ValueMix.of(request.split());
    }

    Face face() {
        return face;
    }

    Canvas canvas() {
        return canvas;
    }

    LabelSheet labels() {
        return labels;
    }

    int width() {
        return canvas.width();
    }

    int height() {
        return canvas.height();
    }

    /** A typesetter for the page's face. */
    Typesetter typesetter(double smallestCap, double largestCap) {
        return new Typesetter(face, dice.uniform(smallestCap, largestCap), dice);
    }

    PlacedText write(Typesetter typesetter, String text, int left, int centreY, int ink) {
        return typesetter.write(canvas, text, left, centreY, ink, strength);
    }

    /** A light ground without a name, a little darker to one side. */
    int paper(int darkest) {
        int light = dice.between(darkest, 252);
        int colour = Colours.jitter((light << 16) | (light << 8) | light, 7, dice);
        canvas.paper(colour, dice.uniform(-14, 14), dice.uniform(-14, 14));
        return colour;
    }

    /** Notes what a caption tells. */
    void shows(String colour, String name, Box box) {
        things.add(new Thing(colour, name, box));
    }

    /** Asks in one of the split's phrasings. */
    void ask(
            QuestionKind kind,
            Map<String, String> places,
            String answer,
            List<Box> evidence,
            List<Question.Pointer> pointers) {
        questions.add(new Question(kind, wording.of(kind, places), places, answer, evidence, pointers));
    }

    /** Asks what the picture does not tell, in the words of another kind of question. */
    void askInVain(QuestionKind wordsOf, Map<String, String> places) {
        questions.add(new Question(
                QuestionKind.UNANSWERABLE,
                wording.of(wordsOf, places),
                places,
                Vocabulary.REFUSAL,
                List.of(),
                List.of()));
    }

    Drawing finish() {
        if (dice.chance(0.15)) {
            canvas.blur();
        }
        byte[] rgb = canvas.bytes(dice, dice.between(0, 7));
        return new Drawing(
                request, face.name(), rgb, labels.labels(), questions, labels.words(), labels.areas(), things);
    }
}
