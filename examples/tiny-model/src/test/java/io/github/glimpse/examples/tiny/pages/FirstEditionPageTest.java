package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FirstEditionPageTest {

    private static final PageSize SIZE = new PageSize(12, 16);
    private static final List<FirstEditionPage> DRAWN = IntStream.range(0, 40)
            .mapToObj(seed -> FirstEditionPage.draw(new PageRequest(Split.TRAIN, PageRequest.Mix.DRAWING, SIZE, seed)))
            .toList();

    private static Stream<Fact> facts(DrawnPage page, Fact.Kind kind) {
        return page.facts().stream().filter(fact -> fact.kind() == kind && fact.outcome() == Fact.Outcome.ANSWERED);
    }

    @Test
    void allFourFamiliesAreDrawn() {
        assertThat(DRAWN).flatExtracting(drawn -> drawn.page().kinds()).contains("doc", "sign", "chart", "scene");
    }

    @Test
    void whatIsReadStandsInTheCellsThatTellIt() {
        for (Fact.Kind kind :
                List.of(Fact.Kind.VALUE, Fact.Kind.SIGN, Fact.Kind.BAR, Fact.Kind.HIGHEST, Fact.Kind.LOWEST)) {
            int read = 0;
            for (FirstEditionPage drawn : DRAWN) {
                DrawnPage page = drawn.page();
                for (Fact fact : facts(page, kind).toList()) {
                    int[] cells = page.answerCells(fact);
                    assertThat(cells).as(fact.toString()).hasSize(fact.answer().length());
                    for (int i = 0; i < cells.length; i++) {
                        assertThat(page.evidenceCells(fact).get(cells[i])).isTrue();
                        assertThat(IntStream.range(0, PageCells.SLOTS).mapToLong(slotOf(page, cells[i])::characterAt))
                                .contains((long)
                                        PageCells.characterClass(fact.answer().charAt(i)));
                    }
                    read++;
                }
            }
            assertThat(read).as(kind.toString()).isPositive();
        }
    }

    private interface Slots {
        long characterAt(int slot);
    }

    private static Slots slotOf(DrawnPage page, int cell) {
        return slot -> page.cells().characters()[cell * PageCells.SLOTS + slot];
    }

    @Test
    void valuesTellWhatTheyAreTheValueOf() {
        for (FirstEditionPage drawn : DRAWN) {
            DrawnPage page = drawn.page();
            facts(page, Fact.Kind.VALUE).forEach(fact -> {
                int cell = page.answerCells(fact)[0];
                String key = fact.places().getOrDefault("key", "").toLowerCase(Locale.ROOT);
                assertThat(page.cells().keys()[cell * PageCells.KEY_SLOTS])
                        .isEqualTo(PageCells.characterClass(key.charAt(0)));
                assertThat(page.cells().roles()[cell] / 2).isEqualTo(PageCells.ROLES.indexOf(CellRole.VALUE));
            });
        }
    }

    @Test
    void shapesTellTheirColourInTheirEvidence() {
        int told = 0;
        for (FirstEditionPage drawn : DRAWN) {
            DrawnPage page = drawn.page();
            for (Fact fact : facts(page, Fact.Kind.COLOUR).toList()) {
                assertThat(page.evidenceCells(fact).stream()
                                .mapToLong(cell -> page.cells().colours()[cell]))
                        .contains(Shades.NAMES.indexOf(fact.answer()) + 1L);
                told++;
            }
        }
        assertThat(told).isPositive();
    }

    @Test
    void conversationsAskInTheWordsOfTheFirstEditionAndRefuseInThoseOfTheSecond() {
        ConversationMaker maker = new ConversationMaker(Pages.maker());
        List<Conversation> all = IntStream.range(0, 20)
                .boxed()
                .flatMap(seed -> maker.drawings(Split.TRAIN, SIZE, seed, 8).stream())
                .toList();
        assertThat(all).allSatisfy(conversation -> {
            assertThat(conversation.form()).isEqualTo(Form.DRAWING);
            List<Turn> turns = conversation.turns();
            assertThat(turns).hasSize(2);
            assertThat(turns.get(1).text()).doesNotContain("I cannot tell");
        });
        assertThat(all)
                .extracting(conversation -> conversation.turns().get(1).text())
                .contains("yes", "no", Phrasebook.ABSENT);
    }
}
