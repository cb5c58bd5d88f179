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
    /** Of a page, as many as pay for the offer before it. */
    private static final int QUESTIONS = 8;

    private static final int MOST_OTHER_TOOLS = 4;
    private static final double SHOWN = 0.5;
    private static final double SMALL = 0.6;
    /** How often the tool is offered where it is needed; where it is not, that it cannot be read is all that can be said. */
    private static final double OFFERED = 0.7;

    /** How often what the tool shows is read behind its offer too, which is a question to each page. */
    private static final double SHOWN_BEHIND_THE_OFFER = 0.4;

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
        List<Front> fronts = new ArrayList<>();
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (int next = 0; drawings.size() < pictures(size); next++) {
            PageRequest request = request(size, number, next);
            List<Question> calls = new ArrayList<>();
            Drawing drawing;
            if (dice.chance(SMALL)) {
                ZoomedDrawing zoomed = ZoomedDrawing.of(pages, request, dice);
                drawing = zoomed.drawing();
                calls = new ArrayList<>(
                        zoomed.looks().stream().map(ZoomedDrawing.Look::call).toList());
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
                Collections.shuffle(calls, random);
                while (asked.size() < QUESTIONS) {
                    boolean calling = read.isEmpty() || (!calls.isEmpty() && !dice.chance(READ_ALL_THE_SAME));
                    asked.add(
                            calling
                                    ? small(drawing, calls.get(asked.size() % calls.size()), zoom, random)
                                    : AskedQuestion.of(
                                            drawing, dice.pick(read), AskedQuestion.Cut.TRAINED, cut, random));
                }
                questions.add(asked);
            }
        }
        return new ReadingData(drawings, ReadingBatch.of(size, fronts, questions, cut));
    }

    /** What stands before a picture: tools, or now and then none. */
    private static Front front(boolean zoom, Dice dice) {
        return Front.of(zoom || dice.chance(0.5) ? AskedQuestion.front(system(zoom, dice)) : AskedQuestion.FRONT);
    }

    private static AskedQuestion small(Drawing drawing, Question call, boolean zoom, Random random) {
        int[] said = zoom ? Vocabulary.question(call.answer()) : Vocabulary.spelled(Vocabulary.UNREADABLE);
        return AskedQuestion.ofSmall(drawing, call, said, AskedQuestion.Cut.TRAINED, random);
    }

    /**
     * A closer look at a page.
     *
     * @param page which is seen before it
     */
    private record Looked(Drawing page, ZoomedDrawing.Look look) {

        PageSize size() {
            return look.part().request().size();
        }

        /** What is asked is said before the page already, so that the turn of the tool has its result alone. */
        Question asked() {
            Question answer = look.answer();
            return new Question(
                    answer.kind(),
                    look.result(),
                    answer.places(),
                    answer.answer(),
                    answer.evidence(),
                    answer.pointers());
        }
    }

    /** What the tool showed, all of one size, behind the pages that it was called for. */
    private ReadingData shown(PageSize size, long number, boolean cut, Random random) {
        Dice dice = new Dice(random.nextLong());
        List<Looked> looks = new ArrayList<>();
        int first = 0;
        int most = pictures(size);
        for (int next = 0; looks.isEmpty() || (next < first + 2 * most && looks.size() < most); next++) {
            ZoomedDrawing zoomed = ZoomedDrawing.of(pages, request(size, number, next), dice);
            List<Looked> some = new ArrayList<>(zoomed.looks().stream()
                    .map(look -> new Looked(zoomed.drawing(), look))
                    .toList());
            Collections.shuffle(some, random);
            first = looks.isEmpty() ? next : first;
            some.stream()
                    .filter(look ->
                            looks.isEmpty() || look.size().equals(looks.get(0).size()))
                    .limit(2)
                    .forEach(looks::add);
        }
        PageSize part = looks.get(0).size();
        boolean offered = dice.chance(SHOWN_BEHIND_THE_OFFER);
        List<Drawing> drawings =
                new ArrayList<>(looks.stream().map(look -> look.look().part()).toList());
        List<Front> fronts = new ArrayList<>();
        List<List<AskedQuestion>> questions = new ArrayList<>();
        for (Looked looked : looks) {
            int page = drawings.subList(looks.size(), drawings.size()).indexOf(looked.page());
            if (page < 0) {
                page = drawings.size() - looks.size();
                drawings.add(looked.page());
            }
            int firstCell = looks.size() * part.cellCount() + page * size.cellCount();
            fronts.add(AskedQuestion.behind(
                    offered ? AskedQuestion.front(system(true, dice)) : AskedQuestion.FRONT,
                    Front.Earlier.of(size, firstCell, random),
                    List.of(looked.look().call())));
            questions.add(List.of(
                    AskedQuestion.of(looked.look().part(), looked.asked(), AskedQuestion.Cut.TRAINED, cut, random)));
        }
        return new ReadingData(drawings, ReadingBatch.of(part, fronts, questions, cut));
    }
}
