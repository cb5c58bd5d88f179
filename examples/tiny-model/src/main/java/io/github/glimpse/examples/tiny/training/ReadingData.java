package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Pictures of one size and questions about them, chosen by a number alone.
 *
 * @param drawings the pictures
 * @param batch the questions
 */
record ReadingData(List<Drawing> drawings, ReadingBatch batch) {

    /** Seeds that one batch may use. */
    static final int SEEDS_PER_BATCH = 64;

    private static final int QUESTIONS = 6;
    private static final List<PageSize> VALIDATED =
            List.of(new PageSize(8, 12), new PageSize(12, 10), new PageSize(12, 12), new PageSize(14, 14));
    private static final int VALID_PICTURES = 20;

    /** The training batch of a number: every other one is cut. */
    static ReadingData training(
            List<PageSize> sizes,
            Function<DrawingRequest, Drawing> painter,
            long seed,
            long number,
            int cells,
            boolean mayBlind) {
        // Mixed: seeds in a row would choose the same of sixteen sizes.
        Random random = new Random(Dice.mix(seed * 31 + number));
        PageSize size = sizes.get(random.nextInt(sizes.size()));
        List<Drawing> drawings = new ArrayList<>();
        for (int i = 0; i < Math.max(1, cells / size.cellCount()); i++) {
            Family family = trained(random.nextInt(20));
            drawings.add(painter.apply(
                    new DrawingRequest(Split.TRAIN, FacePool.SEEN, family, size, SEEDS_PER_BATCH * number + i)));
        }
        return of(
                drawings,
                random.nextBoolean(),
                AskedQuestion.Cut.TRAINED,
                mayBlind,
                random,
                drawing -> trained(drawing.questions(), random));
    }

    /** What is no promise half as often, and existence, whose sentences vary most, twice. */
    private static List<Question> trained(List<Question> all, Random random) {
        List<Question> trained = new ArrayList<>();
        for (Question question : all) {
            if (question.kind().promised() || random.nextBoolean()) {
                trained.add(question);
            }
            if (question.kind() == QuestionKind.EXISTS) {
                trained.add(question);
            }
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
                        Split.VALIDATION, FacePool.SEEN, asked(i), size, 1_000L * size.cellCount() + i)));
            }
            all.add(of(drawings, cut, left, false, new Random(size.cellCount())));
        }
        return all;
    }

    static ReadingData of(
            List<Drawing> drawings, boolean cut, AskedQuestion.Cut left, boolean mayBlind, Random random) {
        return of(drawings, cut, left, mayBlind, random, Drawing::questions);
    }

    private static ReadingData of(
            List<Drawing> drawings,
            boolean cut,
            AskedQuestion.Cut left,
            boolean mayBlind,
            Random random,
            Function<Drawing, List<Question>> candidates) {
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (Drawing drawing : drawings) {
            List<Question> known = new ArrayList<>(candidates.apply(drawing));
            Collections.shuffle(known, random);
            List<AskedQuestion> asked = new ArrayList<>();
            for (int i = 0; i < QUESTIONS; i++) {
                asked.add(AskedQuestion.of(drawing, known.get(i % known.size()), left, cut && mayBlind, random));
            }
            questions.add(asked);
        }
        return new ReadingData(
                drawings, ReadingBatch.of(drawings.get(0).request().size(), questions, cut));
    }

    /** Of twenty trained pictures eight documents, five signs, three charts and four scenes: what must be read is learned last. */
    private static Family trained(int share) {
        return family(share, 8, 13, 16);
    }

    /** Of twenty asked pictures seven documents, four signs, four charts and five scenes, as {@link DrawingRequest#nth}. */
    private static Family asked(int share) {
        return family(share, 7, 11, 15);
    }

    private static Family family(int share, int signs, int charts, int scenes) {
        if (share < signs) {
            return Family.DOC;
        }
        if (share < charts) {
            return Family.SIGN;
        }
        return share < scenes ? Family.CHART : Family.SCENE;
    }
}
