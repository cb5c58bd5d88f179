package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import io.github.glimpse.examples.tiny.pages.ConversationMaker;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import io.github.glimpse.examples.tiny.pages.Fact;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.examples.tiny.training.ConversationBatch.Cut;
import io.github.glimpse.train.GlimpseSample;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
    /** Of twenty samples ten are of single questions, several of them about a page; four of these ten are drawings of the first edition. */
    private static final List<Form> FORMS = List.of(
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.DRAWING,
            Form.DRAWING,
            Form.DRAWING,
            Form.DRAWING,
            Form.LATER_TURN,
            Form.LATER_TURN,
            Form.TWO_PAGES,
            Form.RETRIEVED,
            Form.RETRIEVED,
            Form.FORMAT,
            Form.RECORD,
            Form.RECORD,
            Form.OPTIONS,
            Form.CITATION);

    /** Rows of a batch; a page of 24 x 24 has 576. */
    private static final int ROWS = 1_600;

    private static final int WORDS = 200;
    private static final int QUESTIONS = 8;
    // A tool takes some 350 words to describe, and what it shows is another page. Such conversations have batches of
    // their own, so that no other is padded to their length.
    private static final double ZOOMS = 0.15;
    private static final int WORDS_OF_A_ZOOM = 450;
    private static final int ZOOMED_CELLS = 16 * 16;
    /** One batch of so many is of drawings of the first edition. */
    private static final int DRAWINGS = 5;

    private static final int CELLS_OF_PANELS = 512;
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
        maker = options.pageMaker(Repertoire.SECOND);
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
        int rows = zooms ? 2 * Math.min(ZOOMED_CELLS, page.cellCount()) + WORDS_OF_A_ZOOM : page.cellCount() + WORDS;
        int count = Math.max(1, ROWS / rows);
        for (int i = 0; i < count; i++) {
            Form form = zooms ? Form.ZOOM : form(random, page);
            long chance = SEEDS_PER_BATCH * number + i;
            SpelledWords spelled = SpelledWords.byChance(random);
            if (form == Form.QUESTION || form == Form.DRAWING) {
                List<Conversation> questions = form == Form.QUESTION
                        ? conversations.questions(Split.TRAIN, page, chance, QUESTIONS)
                        : conversations.drawings(Split.TRAIN, page, chance, QUESTIONS);
                samples.add(ConversationRows.ofQuestions(questions, spelled));
            } else {
                Conversation conversation = conversations.make(Split.TRAIN, form, page, chance);
                samples.add(
                        zooms && cut
                                ? callOrAnswer(conversation, random.nextBoolean(), spelled)
                                : ConversationRows.of(conversation, !zooms && (cut || random.nextBoolean()), spelled));
            }
        }
        return lesson(ConversationBatch.of(samples, cut ? Cut.TRAINED : Cut.NONE, random));
    }

    private static Form form(Random random, PageSize page) {
        Form form = FORMS.get(random.nextInt(FORMS.size()));
        return form == Form.DRAWING && !PageSize.ALL.contains(page) ? Form.QUESTION : form;
    }

    /** The call alone, or what follows it: who answers behind a cut has seen all of the history before it. */
    private static ConversationRows callOrAnswer(Conversation conversation, boolean call, SpelledWords spelled) {
        return ConversationRows.of(call ? conversation.opening() : conversation, true, spelled);
    }

    private static Lesson lesson(ConversationBatch batch) {
        return new Lesson(ShownPages.of(batch.pages()), batch);
    }

    @Override
    public ShownPages writing(long number, PageSize size) {
        int count = Math.max(1, CELLS_OF_WRITING / size.cellCount());
        return shown(number % 3 == 0 ? PageRequest.Mix.TEXT : PageRequest.Mix.SPECIMENS, number, size, count);
    }

    @Override
    public ShownPages panels(long number) {
        PageSize size = sizeOf(number);
        boolean drawings = number % DRAWINGS == 0 && PageSize.ALL.contains(size);
        PageRequest.Mix mix = drawings ? PageRequest.Mix.DRAWING : PageRequest.Mix.PANELS;
        return shown(mix, number, size, Math.max(1, CELLS_OF_PANELS / size.cellCount()));
    }

    @Override
    public ShownPages page(long number) {
        return shown(PageRequest.Mix.PANELS, number, sizeOf(number), 1);
    }

    private PageSize sizeOf(long number) {
        return SIZES.get(new Random(seed * 31 + number).nextInt(SIZES.size()));
    }

    private ShownPages shown(PageRequest.Mix mix, long number, PageSize size, int count) {
        List<DrawnPage> pages = IntStream.range(0, count)
                .mapToObj(i -> maker.draw(new PageRequest(Split.TRAIN, mix, size, SEEDS_PER_BATCH * number + i)))
                .toList();
        return ShownPages.of(pages);
    }

    /** Pages are painted when they are asked for. */
    @Override
    public List<GlimpseSample> samples(Split split, long first, int count, boolean evidenced) {
        return new AbstractList<>() {

            @Override
            public GlimpseSample get(int index) {
                return sample(split, first + index, evidenced);
            }

            @Override
            public int size() {
                return count;
            }
        };
    }

    private GlimpseSample sample(Split split, long number, boolean evidenced) {
        PageSize size = sizeOf(number);
        for (int tries = 0; ; tries++) {
            long chance = SEEDS_PER_BATCH * number + tries;
            Conversation asked = (number % DRAWINGS == 0 && PageSize.ALL.contains(size)
                            ? conversations.drawings(split, size, chance, 1)
                            : conversations.questions(split, size, chance, 1))
                    .get(0);
            List<Turn> turns = asked.turns();
            Turn answer = turns.get(turns.size() - 1);
            Fact fact = Objects.requireNonNull(answer.said().get(0).source()).fact();
            if (!evidenced || !fact.evidence().isEmpty()) {
                DrawnPage page = asked.pages().get(0);
                return new GlimpseSample(
                        turns.get(turns.size() - 2).text(),
                        answer.text(),
                        () -> PictureBytes.png(page),
                        size.width(),
                        size.height(),
                        fact.evidence().stream().map(GlimpseStage::inclusive).toList(),
                        null,
                        fact.kind().name().toLowerCase(Locale.ROOT));
            }
        }
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
        Conversation made = conversations.make(Split.VALIDATION, form, VALIDATED, chance);
        ConversationRows rows = callOrAnswer(made, form == Form.ZOOM && number % 2 == 0, SpelledWords.none());
        return lesson(ConversationBatch.of(List.of(rows), left, new Random(chance)));
    }
}
