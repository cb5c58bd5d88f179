package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.drawing.Wording;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A page painted in {@link Repertoire#FIRST} as a drawing of the first edition: the same pixels, told in that one's way. What it has no
 * words for is not asked; a colour or form without a name in its vocabulary is asked in vain.
 */
public final class PageDrawing {

    /** Share of the questions that are worded as the second edition's, of words that may have to be spelled. */
    private static final double OWN_WORDS = 0.3;
    /** Most that characters of one line stand above each other, in pixels. */
    private static final double ONE_LINE = PageSize.CELL / 3.0;

    private final DrawnPage page;
    private final PageSize size;
    private final Dice dice;
    private final Wording wording;
    private final CellLabels labels;
    /** Cells with characters that cannot be told. */
    private final boolean[] crowded;
    /** Those of them with more characters than can be told: of none of them is asked, that there is writing is all that the eye learns. */
    private final boolean[] overfull;
    /** Where the line of each cell stands. */
    private final double[] lines;

    PageDrawing(DrawnPage page) {
        this.page = page;
        size = page.request().size();
        dice = new Dice(Dice.mix(page.request().dice().next()));
        wording = new Wording(page.request().split(), dice);
        int cells = size.cellCount();
        labels = new CellLabels(
                new int[cells * CellLabels.SLOTS], new int[cells], new int[cells], new int[cells], new CellRole[cells]);
        crowded = new boolean[cells];
        overfull = new boolean[cells];
        lines = new double[cells];
        Arrays.fill(labels.firstIndex(), CellLabels.NONE);
        Arrays.fill(labels.owners(), CellLabels.NONE);
        Arrays.fill(labels.colours(), CellLabels.NONE);
    }

    /** The drawing of a page. */
    public static Drawing of(DrawnPage page) {
        return new PageDrawing(page).drawing();
    }

    Drawing drawing() {
        cover();
        write();
        List<Question> questions = new ArrayList<>();
        page.facts().forEach(fact -> question(fact).ifPresent(questions::add));
        if (questions.isEmpty()) {
            questions.add(inVain(QuestionKind.UNANSWERABLE, wording.of(QuestionKind.UNANSWERABLE, Map.of()), Map.of()));
        }
        DrawingRequest request = new DrawingRequest(
                page.request().split(),
                FacePool.SEEN,
                Family.DOC,
                size,
                page.request().seed());
        String face = String.join(", ", page.families());
        return new Drawing(request, face, page.rgb(), labels, questions, List.of(), List.of(), List.of());
    }

    /** What is coloured: a plate is its colour's, a shape its kind's. */
    private void cover() {
        for (int cell = 0; cell < size.cellCount(); cell++) {
            CellRole role = PageCells.ROLES.get((int) page.cells().roles()[cell] / 2);
            int colour = colour((int) page.cells().colours()[cell]);
            boolean named = role != CellRole.PLATE || colour != CellLabels.NONE;
            labels.roles()[cell] = named ? role : CellRole.BACKGROUND;
            labels.colours()[cell] = colour;
            labels.owners()[cell] = role == CellRole.SHAPE ? shape(cell) : colour;
        }
    }

    private static int colour(int number) {
        return number == 0 ? CellLabels.NONE : known("colour", Shades.NAMES.get(number - 1));
    }

    /** The id of a word, if it is one of a place's. */
    private static int known(String place, String word) {
        return places(place).contains(word) ? Vocabulary.id(word) : CellLabels.NONE;
    }

    private static List<String> places(String place) {
        return Objects.requireNonNull(Phrasings.places().get(place));
    }

    /** Of the form's name the first characters are told, and no two names share them. */
    private int shape(int cell) {
        StringBuilder begin = new StringBuilder();
        for (int slot = 0; slot < PageCells.KEY_SLOTS; slot++) {
            long character = page.cells().keys()[cell * PageCells.KEY_SLOTS + slot];
            if (character > 0) {
                begin.append((char) ('!' + character - 1));
            }
        }
        return begin.isEmpty()
                ? CellLabels.NONE
                : places("shape").stream()
                        .filter(name -> name.startsWith(begin.toString()))
                        .findFirst()
                        .map(Vocabulary::id)
                        .orElse(CellLabels.NONE);
    }

    private void write() {
        List<Mark> byPlace = new ArrayList<>(page.marks());
        byPlace.sort(Comparator.comparingDouble(Mark::x));
        for (Mark mark : byPlace) {
            boolean inside = mark.x() >= 0 && mark.y() >= 0 && mark.x() < size.width() && mark.y() < size.height();
            if (inside) {
                write(mark, size.cellAt((int) mark.x(), (int) mark.y()));
            }
        }
        for (int cell = 0; cell < overfull.length; cell++) {
            if (overfull[cell]) {
                int first = cell * CellLabels.SLOTS;
                Arrays.fill(labels.characters(), first, first + CellLabels.SLOTS, 0);
            }
        }
    }

    private void write(Mark mark, int cell) {
        boolean told = Vocabulary.DRAWN.indexOf(mark.character()) >= 0;
        int slot = 0;
        while (slot < CellLabels.SLOTS && labels.characters()[cell * CellLabels.SLOTS + slot] > 0) {
            slot++;
        }
        if (!told || slot == CellLabels.SLOTS) {
            crowded[cell] = true;
            overfull[cell] |= slot == CellLabels.SLOTS;
            return;
        }
        if (slot > 0 && Math.abs(mark.y() - lines[cell]) > ONE_LINE) {
            // Of two lines none is told.
            crowded[cell] = true;
            overfull[cell] = true;
            return;
        }
        lines[cell] = mark.y();
        labels.characters()[cell * CellLabels.SLOTS + slot] = Vocabulary.characterClass(mark.character());
        if (slot == 0) {
            int colour = known("colour", mark.key());
            labels.firstIndex()[cell] = mark.index();
            labels.roles()[cell] = mark.role();
            labels.colours()[cell] = colour;
            labels.owners()[cell] = owner(mark, colour);
        }
    }

    private int owner(Mark mark, int colour) {
        if (colour != CellLabels.NONE) {
            return colour;
        }
        String key =
                mark.role() == CellRole.KEY ? word(mark.word()) : mark.key().toLowerCase(Locale.ROOT);
        return isLetter(key) ? Vocabulary.id(key) : known("key", key);
    }

    private String word(int number) {
        StringBuilder word = new StringBuilder();
        page.marks().stream()
                .filter(mark -> mark.word() == number && mark.character() != ':')
                .forEach(mark -> word.append(mark.character()));
        return word.toString().toLowerCase(Locale.ROOT);
    }

    Optional<Question> question(Fact fact) {
        Optional<QuestionKind> kind = kind(fact);
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> places = places(fact);
        String text = text(fact, kind.get(), places);
        if (fact.outcome() != Fact.Outcome.ANSWERED) {
            return Optional.of(inVain(QuestionKind.UNANSWERABLE, text, places));
        }
        if (!kind.get().reads()) {
            return Optional.of(
                    Vocabulary.has(fact.answer())
                            ? new Question(kind.get(), text, places, fact.answer(), fact.evidence(), List.of())
                            : inVain(QuestionKind.UNANSWERABLE, text, places));
        }
        List<Question.Pointer> pointers = pointers(fact);
        return pointers.isEmpty()
                ? Optional.empty()
                : Optional.of(new Question(kind.get(), text, places, fact.answer(), fact.evidence(), pointers));
    }

    /** The question for what stands too small on the page to be read, with what is to be done about it as its answer. */
    Optional<Question> calling(Fact fact, String call) {
        return kind(fact).map(kind -> {
            Map<String, String> places = places(fact);
            return new Question(kind, text(fact, kind, places), places, call, fact.evidence(), List.of());
        });
    }

    /** Whether the characters of a fact's answer have room in their cells; only behind {@link #drawing}. */
    boolean tells(Fact fact) {
        return !pointers(fact).isEmpty();
    }

    private static Question inVain(QuestionKind kind, String text, Map<String, String> places) {
        return new Question(kind, text, places, Vocabulary.REFUSAL, List.of(), List.of());
    }

    /** What the first edition would call the question; none if it has no words for it. */
    private static Optional<QuestionKind> kind(Fact fact) {
        Map<String, String> asked = fact.places();
        boolean coloured = known("colour", asked.getOrDefault("colour", "")) != CellLabels.NONE;
        boolean shaped = known("shape", asked.getOrDefault("shape", "")) != CellLabels.NONE;
        return switch (fact.kind()) {
            // What is asked by a word that has to be spelled is not found; that it is not there can be told.
            case VALUE ->
                fact.outcome() != Fact.Outcome.ANSWERED
                                || known("key", asked.getOrDefault("key", "")) != CellLabels.NONE
                        ? Optional.of(QuestionKind.DOC)
                        : Optional.empty();
            case SIGN -> coloured ? Optional.of(QuestionKind.SIGN) : Optional.empty();
            case COLOUR -> shaped ? Optional.of(QuestionKind.COLOUR) : Optional.empty();
            case SHAPE -> coloured ? Optional.of(QuestionKind.SHAPE) : Optional.empty();
            case EXISTS -> coloured && shaped ? Optional.of(QuestionKind.EXISTS) : Optional.empty();
            case BAR -> isLetter(asked.getOrDefault("label", "")) ? Optional.of(QuestionKind.BAR) : Optional.empty();
            case HIGHEST -> isLetter(fact.answer()) ? Optional.of(QuestionKind.HIGHEST) : Optional.empty();
            case LOWEST -> isLetter(fact.answer()) ? Optional.of(QuestionKind.LOWEST) : Optional.empty();
            case SECTION_VALUE, CELL, HEADING, COUNT -> Optional.empty();
        };
    }

    /** Its bars have letters. */
    private static boolean isLetter(String text) {
        return text.length() == 1 && Character.isLetter(text.charAt(0));
    }

    private static Map<String, String> places(Fact fact) {
        String label = fact.places().get("label");
        return label == null ? fact.places() : Map.of("letter", label);
    }

    private String text(Fact fact, QuestionKind kind, Map<String, String> places) {
        return dice.chance(OWN_WORDS) ? Phrasebook.ask(fact, page.request().split(), dice) : wording.of(kind, places);
    }

    /** Where each character of the answer stands; empty if one of them cannot be told. */
    private List<Question.Pointer> pointers(Fact fact) {
        int[] cells = page.answerCells(fact);
        List<Question.Pointer> pointers = new ArrayList<>();
        for (int i = 0; i < cells.length; i++) {
            if (cells[i] < 0 || crowded[cells[i]]) {
                return List.of();
            }
            pointers.add(new Question.Pointer(fact.answer().charAt(i), cells[i]));
        }
        return pointers;
    }
}
