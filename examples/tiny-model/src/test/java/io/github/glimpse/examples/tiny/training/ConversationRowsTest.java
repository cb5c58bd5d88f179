package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.ConversationMaker;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageCells;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.examples.tiny.pages.TrainedWords;
import io.github.glimpse.examples.tiny.training.ConversationBatch.Cut;
import io.github.glimpse.examples.tiny.training.ConversationRows.Answer;
import io.github.glimpse.examples.tiny.training.ConversationRows.Row;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversationRowsTest {

    private static final PageSize SIZE = new PageSize(12, 12);
    private static final ConversationMaker MAKER =
            new ConversationMaker(new PageMaker(FontRegistry.strokes(), Repertoire.SECOND));

    @ParameterizedTest
    @EnumSource(Form.class)
    void theRowsSayWhatTheTurnsSay(Form form) {
        for (int seed = 0; seed < 5; seed++) {
            Conversation conversation = MAKER.make(Split.TRAIN, form, SIZE, seed);
            ConversationRows rows = ConversationRows.of(conversation, false, SpelledWords.byChance(new Random(seed)));

            StringBuilder expected = new StringBuilder();
            for (Conversation.Turn turn : conversation.turns()) {
                expected.append("<|im_start|>")
                        .append(turn.role().name().toLowerCase(Locale.ROOT))
                        .append('\n')
                        .append(turn.front());
                turn.pages().forEach(page -> expected.append("<|vision_start|>")
                        .append("#"
                                .repeat(conversation
                                        .pages()
                                        .get(page)
                                        .request()
                                        .size()
                                        .cellCount()))
                        .append("<|vision_end|>"));
                expected.append(turn.text()).append("<|im_end|>\n");
            }
            assertThat(text(rows.rows())).isEqualTo(expected.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void eachCharacterThatIsReadStandsInItsCell(Form form) {
        int found = 0;
        for (int seed = 0; seed < 10; seed++) {
            ConversationRows rows =
                    ConversationRows.of(MAKER.make(Split.TRAIN, form, SIZE, seed), false, SpelledWords.none());
            for (Answer answer : rows.answers()) {
                for (int i = 0; i < answer.words().length; i++) {
                    Integer read = answer.read().get(i);
                    if (read != null) {
                        Row row = rows.rows().get(read);
                        PageCells cells = rows.pages().get(row.page()).cells();
                        String shown = shown(cells, row.cell());
                        assertThat(shown.isEmpty() ? Pieces.list().get(answer.words()[i]) : shown)
                                .containsIgnoringCase(Pieces.list().get(answer.words()[i]));
                        found++;
                    }
                }
            }
        }
        assertThat(found).isPositive();
    }

    @Test
    void everyQuestionBeginsBehindThePageAndSeesNoOther() {
        List<Conversation> questions = MAKER.questions(Split.TRAIN, SIZE, 3, 4);
        ConversationRows rows = ConversationRows.ofQuestions(questions, SpelledWords.none());

        int common = (int) rows.rows().stream().filter(row -> row.branch() == 0).count();
        int behind = rows.rows().get(common - 1).time() + 1;
        for (int branch = 1; branch <= questions.size(); branch++) {
            int number = branch;
            List<Row> own =
                    rows.rows().stream().filter(row -> row.branch() == number).toList();
            assertThat(own.get(0).time()).isEqualTo(behind);
            assertThat(text(rows.rows().subList(0, common)) + text(own))
                    .isEqualTo(text(ConversationRows.of(questions.get(branch - 1), false, SpelledWords.none())
                            .rows()));
        }
    }

    @Test
    void positionsAreThoseOfTheLibrary() {
        ConversationRows rows =
                ConversationRows.of(MAKER.make(Split.TRAIN, Form.QUESTION, SIZE, 1), false, SpelledWords.none());

        List<Row> cells = rows.rows().stream().filter(Row::isCell).toList();
        Row before = rows.rows().get(rows.rows().indexOf(cells.get(0)) - 1);
        assertThat(cells.get(0).time()).isEqualTo(before.time() + 1);
        assertThat(cells.get(13).down()).isEqualTo(cells.get(0).time() + 1);
        assertThat(cells.get(13).across()).isEqualTo(cells.get(0).time() + 1);
        assertThat(cells).allSatisfy(cell -> assertThat(cell.time())
                .isEqualTo(cells.get(0).time()));
        Row behind = rows.rows().get(rows.rows().indexOf(cells.get(cells.size() - 1)) + 1);
        assertThat(behind.time()).isEqualTo(cells.get(0).time() + 12);
    }

    @Test
    void aTrainedCutKeepsTheEvidenceOrAsksForTheRefusal() {
        int blind = 0;
        for (int seed = 0; seed < 20; seed++) {
            ConversationRows rows =
                    ConversationRows.ofQuestions(MAKER.questions(Split.TRAIN, SIZE, seed, 6), SpelledWords.none());
            ConversationBatch batch = ConversationBatch.of(List.of(rows), Cut.TRAINED, new Random(seed));
            for (ConversationBatch.Asked asked : batch.asked()) {
                if (asked.isBlind()) {
                    blind++;
                    assertThat(asked.kept().intersects(asked.answer().allEvidence()))
                            .isFalse();
                } else {
                    BitSet lost = asked.answer().allEvidence();
                    lost.andNot(asked.kept());
                    assertThat(lost.isEmpty()).isTrue();
                }
            }
        }
        assertThat(blind).isPositive();
    }

    private static String text(List<Row> rows) {
        return rows.stream()
                .map(row -> row.isCell() ? "#" : Pieces.list().get(row.word()))
                .collect(Collectors.joining());
    }

    private static String shown(PageCells cells, int cell) {
        StringBuilder shown = new StringBuilder();
        for (int slot = 0; slot < PageCells.SLOTS; slot++) {
            long character = cells.characters()[cell * PageCells.SLOTS + slot];
            if (character > 0) {
                shown.append((char) ('!' + character - 1));
            }
        }
        return shown.toString();
    }

    @Test
    void aWordIsAPieceOrSpelledThroughoutAConversation() {
        SpelledWords spelled = SpelledWords.byChance(new Random(3));
        String names = String.join(" ", TrainedWords.all());
        int[] once = Pieces.of(names, spelled);

        assertThat(Pieces.of(names, spelled)).isEqualTo(once);
        assertThat(once).hasSizeGreaterThan(Pieces.of(names).length);
        assertThat(IntStream.of(once).mapToObj(Pieces.list()::get).collect(Collectors.joining()))
                .isEqualTo(names);
        assertThat(Pieces.of("Total total TOTAL", word -> word.equals("total")))
                .containsExactly(Pieces.spelled("Total total TOTAL"));
    }

    @Tag("thorough")
    @Tag("reference")
    @ParameterizedTest
    @EnumSource(Form.class)
    void whatAQuestionIsAboutIsFoundInItsWords(Form form) {
        for (int seed = 0; seed < 20; seed++) {
            Conversation conversation = MAKER.make(Split.TRAIN, form, SIZE, seed);
            ConversationRows rows = ConversationRows.of(conversation, true, SpelledWords.none());
            Answer answer = rows.answers().get(0);
            List<Conversation.Turn> turns = conversation.turns();
            int word = 0;
            for (Conversation.Said said : turns.get(turns.size() - 1).said()) {
                if (said.source() != null && said.read()) {
                    BitSet named = answer.named().get(word);
                    String text = text(named.stream().mapToObj(rows.rows()::get).toList());
                    said.source().fact().places().values().forEach(place -> assertThat(text.replace('_', ' '))
                            .containsIgnoringCase(place));
                }
                word += said.read() ? Pieces.spelled(said.text()).length : Pieces.of(said.text()).length;
            }
        }
    }
}
