package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Pictures of one size and questions about them, chosen by a number alone.
 *
 * @param drawings the pictures; behind them those that are seen before one of them and of which nothing is asked
 * @param batch the questions
 */
record ReadingData(List<Drawing> drawings, ReadingBatch batch) {

    /** Seeds that one batch may use. */
    static final int SEEDS_PER_BATCH = 64;

    /** Share of the records whose schema the system tells, as the library does; in the others the user does. */
    static final double DESCRIBED = 0.6;
    /** Share of the records that are one answer with its place on the page. */
    private static final double CITED = 0.25;
    /** Share of the questions with words around them that those words answer. */
    private static final double TOLD = 0.3;

    private static final int MOST_EARLIER_TURNS = 3;
    private static final int MOST_ABOUT_ANOTHER = 2;
    /** Most sentences of a long system message and of a long text, of some 25 ids each. */
    private static final int MOST_OF_A_SYSTEM = 40;

    private static final int MOST_OF_A_TEXT = 130;
    private static final int IDS_OF_A_SENTENCE = 25;
    /** Most rows of pictures, system messages and long texts of a batch. */
    private static final int MOST_ROWS = 7_000;

    private static final double SYSTEM = 0.3;
    private static final double LONG_SYSTEM = 0.5;
    private static final List<PageSize> VALIDATED =
            List.of(new PageSize(8, 12), new PageSize(12, 10), new PageSize(12, 12), new PageSize(14, 14));
    private static final int VALID_PICTURES = 20;
    private static final List<Family> FAMILIES = List.of(Family.DOC, Family.SIGN, Family.CHART, Family.SCENE);
    /** Of the validated pictures, as {@link DrawingRequest#nth} has them. */
    private static final List<Integer> ASKED = List.of(7, 4, 4, 5);

    /**
     * The training batch of a number: every other one is cut.
     *
     * @param shares how many drawings are documents, signs, charts and scenes, of as many as they are together
     * @param talks whether some questions stand in chats: behind earlier turns or a system message, with words around them, as records
     */
    static ReadingData training(
            List<PageSize> sizes,
            Function<DrawingRequest, Drawing> painter,
            long seed,
            long number,
            int cells,
            List<Integer> shares,
            boolean mayBlind,
            boolean talks) {
        // Mixed: seeds in a row would choose the same of sixteen sizes.
        Random random = new Random(Dice.mix(seed * 31 + number));
        PageSize size = sizes.get(random.nextInt(sizes.size()));
        boolean cut = random.nextBoolean();
        Dice dice = new Dice(random.nextLong());
        Setting setting = talks ? Setting.any(dice) : Setting.ALONE;
        String system = talks && dice.chance(SYSTEM)
                ? Surroundings.system(dice.chance(LONG_SYSTEM) ? sentences(MOST_OF_A_SYSTEM, dice) : 1, dice)
                : "";
        int sentences = sentences(MOST_OF_A_TEXT, dice);
        int rows = size.cellCount() * (setting == Setting.OTHER_PICTURE ? 2 : 1)
                + front(system).length
                + (setting == Setting.LONG_TEXT ? IDS_OF_A_SENTENCE * sentences : 0);
        int count = Math.max(1, Math.min(cells / size.cellCount(), MOST_ROWS / rows));
        List<Drawing> drawings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Family family = family(shares, random);
            drawings.add(painter.apply(
                    new DrawingRequest(Split.TRAIN, FacePool.SEEN, family, size, SEEDS_PER_BATCH * number + i)));
        }
        List<Front> fronts = new ArrayList<>();
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (Drawing drawing : drawings) {
            List<Question> known = trained(drawing.questions());
            Collections.shuffle(known, random);
            boolean cites = setting == Setting.RECORD && dice.chance(CITED);
            Optional<Formed> formed = setting != Setting.RECORD
                    ? Optional.empty()
                    : cites ? cited(drawing, known, dice) : record(drawing, dice);
            if (formed.isPresent()) {
                Formed asked = formed.get();
                fronts.add(Front.of(
                        front(asked.described() ? system + "\n\n" + Surroundings.described(asked.schema()) : system)));
                questions.add(Stream.generate(() -> AskedQuestion.ofForm(
                                asked.form(), asked.text(), drawing, AskedQuestion.Cut.TRAINED, random))
                        .limit(Setting.RECORD.questions)
                        .toList());
            } else {
                fronts.add(
                        setting == Setting.OTHER_PICTURE && count > 1
                                ? behindAnother(front(system), drawings, (fronts.size() + 1) % count, random)
                                : Front.of(front(system)));
                questions.add(
                        setting.ask(drawing, known, sentences, AskedQuestion.Cut.TRAINED, cut && mayBlind, random));
            }
        }
        return new ReadingData(drawings, ReadingBatch.of(size, fronts, questions, cut));
    }

    /** The front of a picture that is shown after another of the batch. */
    private static Front behindAnother(int[] first, List<Drawing> drawings, int other, Random random) {
        Drawing drawing = drawings.get(other);
        PageSize size = drawing.request().size();
        List<Question> known = new ArrayList<>(drawing.questions());
        Collections.shuffle(known, random);
        return AskedQuestion.behind(
                first,
                Front.Earlier.of(size, other * size.cellCount(), random),
                known.subList(0, Math.min(known.size(), 1 + random.nextInt(MOST_ABOUT_ANOTHER))));
    }

    /** Of a long text, from 3: half as many is as likely as twice as many. */
    private static int sentences(int most, Dice dice) {
        return (int) Math.pow(most, dice.uniform(Math.log(3.01) / Math.log(most), 1));
    }

    /**
     * An answer that has a form.
     *
     * @param described whether the system tells the schema; else the user does
     */
    private record Formed(AskedForm form, String text, String schema, boolean described) {}

    private static Optional<Formed> record(Drawing drawing, Dice dice) {
        return AskedRecord.of(drawing, dice).map(record -> {
            String schema = record.schema(dice);
            boolean described = dice.chance(DESCRIBED);
            String text = described ? Surroundings.record(dice) : Surroundings.record(schema, dice);
            return new Formed(record.form(drawing), text, schema, described);
        });
    }

    /** Of the first question that can be cited. */
    private static Optional<Formed> cited(Drawing drawing, List<Question> known, Dice dice) {
        return known.stream()
                .flatMap(question -> AskedCitation.of(drawing, question, dice).stream())
                .findFirst()
                .map(citation -> new Formed(citation.form(), citation.text(), Surroundings.CITATION_SCHEMA, true));
    }

    private static int[] front(String system) {
        return system.isBlank() ? AskedQuestion.FRONT : AskedQuestion.front(system);
    }

    /** What stands around the questions of a batch. What is long is asked of fewer, no other is padded to it then. */
    private enum Setting {
        ALONE(6),
        LATER_TURN(3),
        /** Behind turns about another picture. */
        OTHER_PICTURE(3),
        WORDS_AROUND(3),
        /** Behind a long text. */
        LONG_TEXT(1),
        /** Fields of a schema, where a drawing has some. */
        RECORD(2);

        private final int questions;

        Setting(int questions) {
            this.questions = questions;
        }

        static Setting any(Dice dice) {
            int share = dice.below(23);
            if (share < 6) {
                return ALONE;
            }
            if (share < 9) {
                return LATER_TURN;
            }
            return share < 12 ? WORDS_AROUND : share < 16 ? LONG_TEXT : share < 20 ? RECORD : OTHER_PICTURE;
        }

        /** Questions about a drawing, behind texts of so many sentences where they stand behind long ones. */
        List<AskedQuestion> ask(
                Drawing drawing,
                List<Question> known,
                int sentences,
                AskedQuestion.Cut left,
                boolean mayBlind,
                Random random) {
            List<AskedQuestion> asked = new ArrayList<>();
            for (int i = 0; i < questions; i++) {
                Question question = known.get(i % known.size());
                Dice dice = new Dice(random.nextLong());
                List<Question> others = known.stream()
                        .filter(other -> !other.equals(question))
                        .distinct()
                        .toList();
                Question worded = worded(drawing, question, others, sentences, dice);
                int earlier = this == LATER_TURN ? Math.min(others.size(), dice.between(1, MOST_EARLIER_TURNS)) : 0;
                int first = dice.below(others.size() - earlier + 1);
                asked.add(AskedQuestion.of(
                        drawing, worded, others.subList(first, first + earlier), left, mayBlind, random));
            }
            return asked;
        }

        private Question worded(Drawing drawing, Question question, List<Question> others, int sentences, Dice dice) {
            return switch (this) {
                case ALONE, LATER_TURN, OTHER_PICTURE, RECORD -> question;
                case WORDS_AROUND ->
                    dice.chance(TOLD)
                            ? Surroundings.told(drawing, 2, dice)
                            : Surroundings.around(question, others, dice);
                case LONG_TEXT ->
                    dice.chance(TOLD)
                            ? Surroundings.told(drawing, sentences, dice)
                            : Surroundings.behind(question, sentences, dice);
            };
        }
    }

    /** Existence, whose sentences vary most, twice, and oftener what is to be compared: there are few such questions of a picture. */
    private static List<Question> trained(List<Question> all) {
        List<Question> trained = new ArrayList<>();
        for (Question question : all) {
            int times =
                    switch (question.kind()) {
                        case EXISTS, COUNT -> 2;
                        case RELATION -> 8;
                        case HIGHEST, LOWEST -> 6;
                        case DOC, SIGN, BAR, COLOUR, SHAPE, UNANSWERABLE -> 1;
                    };
            trained.addAll(Collections.nCopies(times, question));
        }
        return trained;
    }

    /** Pages full of writing, to go with the training batch of a number. */
    static List<Drawing> dense(Function<DrawingRequest, Drawing> painter, long number, PageSize size, int cells) {
        List<Drawing> drawings = new ArrayList<>();
        for (int i = 0; i < Math.max(1, cells / size.cellCount()); i++) {
            drawings.add(painter.apply(
                    new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DENSE, size, SEEDS_PER_BATCH * number + i)));
        }
        return drawings;
    }

    /** Batches of pictures that are not trained, each with all pages of a size. */
    static List<ReadingData> validation(boolean cut, AskedQuestion.Cut left) {
        List<ReadingData> all = new ArrayList<>();
        for (PageSize size : VALIDATED) {
            List<Drawing> drawings = new ArrayList<>();
            for (int i = 0; i < VALID_PICTURES; i++) {
                drawings.add(Studio.draw(new DrawingRequest(
                        Split.VALIDATION, FacePool.SEEN, family(ASKED, i), size, 1_000L * size.cellCount() + i)));
            }
            all.add(of(drawings, cut, left, false, new Random(size.cellCount())));
        }
        return all;
    }

    static ReadingData of(
            List<Drawing> drawings, boolean cut, AskedQuestion.Cut left, boolean mayBlind, Random random) {
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (Drawing drawing : drawings) {
            List<Question> known = new ArrayList<>(drawing.questions());
            Collections.shuffle(known, random);
            questions.add(Setting.ALONE.ask(drawing, known, 0, left, cut && mayBlind, random));
        }
        return new ReadingData(
                drawings, ReadingBatch.of(drawings.get(0).request().size(), questions, cut));
    }

    /** What a picture shows, of documents, signs, charts and scenes. */
    private static Family family(List<Integer> shares, Random random) {
        return family(
                shares,
                random.nextInt(shares.stream().mapToInt(Integer::intValue).sum()));
    }

    private static Family family(List<Integer> shares, int number) {
        int left = number;
        int family = 0;
        while (left >= shares.get(family)) {
            left -= shares.get(family);
            family++;
        }
        return FAMILIES.get(family);
    }
}
