package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.PageDrawing;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Surroundings;
import io.github.glimpse.examples.tiny.pages.ZoomedDrawing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Batches in which tools are offered: {@code zoom} is called for what is too small to be read, all else is answered at once, and so is what
 * that tool then shows. Others are never called. An offer takes some 800 ids, so there are few pictures in a batch.
 *
 * @param pages paints
 * @param sizes of pages
 * @param seed of the choice
 */
record ZoomLessons(PageMaker pages, List<PageSize> sizes, long seed) {

    private static final int MOST_PICTURES = 4;
    private static final int CELLS = 800;
    private static final int QUESTIONS = 2;
    private static final int MOST_OTHER_TOOLS = 4;
    private static final double SHOWN = 0.35;
    private static final double SMALL = 0.6;
    /** How often the tool is offered where it is needed; where it is not, that it cannot be read is all that can be said. */
    private static final double OFFERED = 0.7;

    private static final double READ_ALL_THE_SAME = 0.2;
    private static final String PLAIN_SYSTEM = "You are a helpful assistant.";

    /** The batch of a number; every other one is cut. */
    ReadingData batch(long number) {
        Random random = new Random(Dice.mix(seed * 37 + number));
        PageSize size = sizes.get(random.nextInt(sizes.size()));
        boolean cut = random.nextBoolean();
        return random.nextDouble() < SHOWN ? shown(size, number, cut, random) : asked(size, number, cut, random);
    }

    private int pictures(PageSize size) {
        return Math.max(1, Math.min(MOST_PICTURES, CELLS / size.cellCount()));
    }

    private static PageRequest request(PageSize size, long number, int next) {
        return new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, size, ReadingData.SEEDS_PER_BATCH * number + next);
    }

    /** What the system says: who answers, and which tools there are. */
    private static String system(boolean zoom, Dice dice) {
        int others = zoom && dice.chance(0.6) ? 0 : dice.between(1, MOST_OTHER_TOOLS);
        return ZoomedDrawing.offering(
                dice.chance(0.5) ? PLAIN_SYSTEM : Surroundings.system(1, dice), zoom, others, dice);
    }

    /** Questions of which some need a closer look. */
    private ReadingData asked(PageSize size, long number, boolean cut, Random random) {
        Dice dice = new Dice(random.nextLong());
        List<Drawing> drawings = new ArrayList<>();
        List<int[]> fronts = new ArrayList<>();
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (int next = 0; drawings.size() < pictures(size); next++) {
            PageRequest request = request(size, number, next);
            List<Question> calls = List.of();
            Drawing drawing;
            if (dice.chance(SMALL)) {
                ZoomedDrawing zoomed = ZoomedDrawing.of(pages, request, dice);
                drawing = zoomed.drawing();
                calls = zoomed.looks().stream().map(ZoomedDrawing.Look::call).toList();
            } else {
                drawing = PageDrawing.of(pages.draw(request));
            }
            List<Question> read = new ArrayList<>(drawing.questions());
            if (!calls.isEmpty()) {
                read.removeIf(question -> question.evidence().isEmpty());
            }
            if (!read.isEmpty() || !calls.isEmpty()) {
                drawings.add(drawing);
                boolean zoom = dice.chance(calls.isEmpty() ? 0.5 : OFFERED);
                fronts.add(front(zoom, dice));
                List<AskedQuestion> asked = new ArrayList<>();
                while (asked.size() < QUESTIONS) {
                    boolean calling = read.isEmpty() || (!calls.isEmpty() && !dice.chance(READ_ALL_THE_SAME));
                    asked.add(
                            calling
                                    ? small(drawing, dice.pick(calls), zoom, random)
                                    : AskedQuestion.of(
                                            drawing, dice.pick(read), AskedQuestion.Cut.TRAINED, cut, random));
                }
                questions.add(asked);
            }
        }
        return new ReadingData(drawings, ReadingBatch.of(size, fronts, questions, cut));
    }

    /** What stands before a picture: tools, or now and then none. */
    private static int[] front(boolean zoom, Dice dice) {
        return zoom || dice.chance(0.5) ? AskedQuestion.front(system(zoom, dice)) : AskedQuestion.FRONT;
    }

    private static AskedQuestion small(Drawing drawing, Question call, boolean zoom, Random random) {
        int[] said = zoom ? Vocabulary.question(call.answer()) : Vocabulary.spelled(Vocabulary.UNREADABLE);
        return AskedQuestion.ofSmall(drawing, call, said, AskedQuestion.Cut.TRAINED, random);
    }

    /** What the tool showed, all of one size. */
    private ReadingData shown(PageSize size, long number, boolean cut, Random random) {
        Dice dice = new Dice(random.nextLong());
        List<ZoomedDrawing.Look> looks = new ArrayList<>();
        int first = 0;
        int most = pictures(size);
        for (int next = 0; looks.isEmpty() || (next < first + 2 * most && looks.size() < most); next++) {
            List<ZoomedDrawing.Look> some = new ArrayList<>(
                    ZoomedDrawing.of(pages, request(size, number, next), dice).looks());
            Collections.shuffle(some, random);
            first = looks.isEmpty() ? next : first;
            some.stream()
                    .filter(look -> looks.isEmpty() || size(look).equals(size(looks.get(0))))
                    .limit(2)
                    .forEach(looks::add);
        }
        List<int[]> fronts = new ArrayList<>();
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (ZoomedDrawing.Look look : looks) {
            fronts.add(AskedQuestion.calledFront(system(true, dice), look.call()));
            Question answer = look.answer();
            Question behind = new Question(
                    answer.kind(),
                    look.result(),
                    answer.places(),
                    answer.answer(),
                    answer.evidence(),
                    answer.pointers());
            questions.add(List.of(AskedQuestion.of(look.part(), behind, AskedQuestion.Cut.TRAINED, cut, random)));
        }
        return new ReadingData(
                looks.stream().map(ZoomedDrawing.Look::part).toList(),
                ReadingBatch.of(size(looks.get(0)), fronts, questions, cut));
    }

    private static PageSize size(ZoomedDrawing.Look look) {
        return look.part().request().size();
    }
}
