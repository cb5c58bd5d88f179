package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.ConversationMaker;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.training.ConversationBatch.Cut;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Lessons of the second edition: conversations about pages. */
final class PageLessons implements Lessons {

    private static final List<PageSize> SIZES = List.of(
            new PageSize(8, 8),
            new PageSize(8, 12),
            new PageSize(12, 8),
            new PageSize(10, 10),
            new PageSize(12, 12),
            new PageSize(9, 14),
            new PageSize(14, 9),
            new PageSize(12, 16),
            new PageSize(16, 12),
            new PageSize(14, 14),
            new PageSize(16, 16),
            new PageSize(20, 15),
            new PageSize(24, 24));
    /** Of ten samples four are single questions, six of them about a page. */
    private static final List<Form> FORMS = List.of(
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.LATER_TURN,
            Form.LATER_TURN,
            Form.TWO_PAGES,
            Form.RETRIEVED,
            Form.FORMAT,
            Form.RECORD,
            Form.RECORD,
            Form.OPTIONS,
            Form.CITATION);

    /** Rows of a batch; a page of 24 x 24 has 576. */
    private static final int ROWS = 1_500;

    private static final int WORDS = 150;
    private static final int QUESTIONS = 6;
    // A tool takes some 350 words to describe, and what it shows is another page. Such conversations have batches of
    // their own, so that no
    // other is padded to their length.
    private static final double ZOOMS = 0.12;
    private static final int ROWS_OF_A_ZOOM = 700;
    private static final int CELLS_OF_WRITING = 1_024;
    private static final int VALIDATED_OF_A_FORM = 6;
    private static final PageSize VALIDATED = new PageSize(12, 12);
    private static final int SEEDS_PER_BATCH = 64;

    private final long seed;
    private final PageMaker maker;
    private final ConversationMaker conversations;

    /** Pages are written in the faces of the folder of fonts, or in the own strokes, which is for tests. */
    PageLessons(StageOptions options) {
        seed = options.seed();
        maker = options.pageMaker();
        conversations = new ConversationMaker(maker);
    }

    @Override
    public List<String> kinds() {
        return Stream.of(Form.values()).map(Form::label).toList();
    }

    /** Conversations about pages of one size; every other batch is cut. */
    @Override
    public Lesson lesson(long number, boolean mayLose) {
        Random random = new Random(seed * 31 + number);
        PageSize page = SIZES.get(random.nextInt(SIZES.size()));
        boolean cut = random.nextBoolean() && mayLose;
        boolean zooms = random.nextDouble() < ZOOMS;
        List<ConversationRows> samples = new ArrayList<>();
        int count = Math.max(1, ROWS / (page.cellCount() + (zooms ? ROWS_OF_A_ZOOM : WORDS)));
        for (int i = 0; i < count; i++) {
            Form form = zooms ? Form.ZOOM : FORMS.get(random.nextInt(FORMS.size()));
            long chance = SEEDS_PER_BATCH * number + i;
            if (form == Form.QUESTION) {
                List<Conversation> questions = conversations.questions(Split.TRAIN, page, chance, QUESTIONS);
                samples.add(ConversationRows.ofQuestions(questions));
            } else {
                Conversation conversation = conversations.make(Split.TRAIN, form, page, chance);
                samples.add(ConversationRows.of(conversation, !zooms && (cut || random.nextBoolean())));
            }
        }
        return lesson(ConversationBatch.of(samples, cut ? Cut.TRAINED : Cut.NONE, random));
    }

    private static Lesson lesson(ConversationBatch batch) {
        return new Lesson(ShownPages.of(batch.pages()), batch);
    }

    @Override
    public ShownPages writing(long number, PageSize size) {
        return shown(PageRequest.Mix.TEXT, number, size, Math.max(1, CELLS_OF_WRITING / size.cellCount()));
    }

    @Override
    public ShownPages page(long number) {
        PageSize size = SIZES.get(new Random(seed * 31 + number).nextInt(SIZES.size()));
        return shown(PageRequest.Mix.PANELS, number, size, 1);
    }

    private ShownPages shown(PageRequest.Mix mix, long number, PageSize size, int count) {
        List<DrawnPage> pages = IntStream.range(0, count)
                .mapToObj(i -> maker.draw(new PageRequest(Split.TRAIN, mix, size, SEEDS_PER_BATCH * number + i)))
                .toList();
        return ShownPages.of(pages);
    }

    /** Conversations about pages, words and faces of the validation split, one by one. */
    @Override
    public Stream<Lesson> validation(Sight sight) {
        Cut left =
                switch (sight) {
                    case FULL -> Cut.NONE;
                    case CUT -> Cut.EVIDENCE;
                    case BLIND -> Cut.STRAYS;
                };
        return Stream.of(Form.values())
                .flatMap(form -> IntStream.range(0, VALIDATED_OF_A_FORM).mapToObj(i -> validated(form, i, left)));
    }

    private Lesson validated(Form form, int number, Cut left) {
        long chance = form.label().length() * 1_000L + number;
        // A call is an answer too.
        ConversationRows rows =
                ConversationRows.of(conversations.make(Split.VALIDATION, form, VALIDATED, chance), form != Form.ZOOM);
        return lesson(ConversationBatch.of(List.of(rows), left, new Random(chance)));
    }
}
