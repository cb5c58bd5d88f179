package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PageMakerTest {

    private static final int LEAST_CONTRAST = 20;

    @Test
    void theSameRequestGivesTheSamePage() {
        PageRequest request = new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, new PageSize(12, 12), 5);
        DrawnPage first = Pages.maker().draw(request);
        DrawnPage second = Pages.maker().draw(request);
        assertThat(first.rgb()).isEqualTo(second.rgb());
        assertThat(first.marks()).isEqualTo(second.marks());
        assertThat(first.facts()).isEqualTo(second.facts()).isNotEmpty();
    }

    @Test
    void splitMixSizeAndSeedGiveOtherPages() {
        Set<List<Byte>> seen = Pages.all()
                .map(page -> {
                    byte[] rgb = page.rgb();
                    return List.of(rgb[0], rgb[1], rgb[rgb.length / 2], rgb[rgb.length / 3], rgb[rgb.length - 1]);
                })
                .collect(Collectors.toSet());
        assertThat(seen).hasSizeGreaterThan(40);
    }

    @Test
    void writingIsThereWhereItsMarksAre() {
        assertThat(Pages.all()).allSatisfy(page -> assertThat(page.marks())
                .filteredOn(mark -> isOn(page, mark))
                .allSatisfy(
                        mark -> assertThat(contrast(page, mark)).as("%s", mark).isGreaterThan(LEAST_CONTRAST)));
    }

    /** A page that was turned may have lost a letter at its edge. */
    private static boolean isOn(DrawnPage page, Mark mark) {
        PageSize size = page.request().size();
        return mark.x() >= 0 && mark.y() >= 0 && mark.x() < size.width() && mark.y() < size.height();
    }

    /** Largest less smallest lightness in a strip of the width of a letter. */
    private static int contrast(DrawnPage page, Mark mark) {
        PageSize size = page.request().size();
        int least = 255;
        int most = 0;
        for (int y = (int) mark.y() - 20; y <= mark.y() + 20; y++) {
            for (int x = (int) mark.x() - 4; x <= mark.x() + 4; x++) {
                if (x >= 0 && y >= 0 && x < size.width() && y < size.height()) {
                    int at = 3 * (y * size.width() + x);
                    int light = Shades.lightness(((page.rgb()[at] & 0xFF) << 16)
                            | ((page.rgb()[at + 1] & 0xFF) << 8)
                            | (page.rgb()[at + 2] & 0xFF));
                    least = Math.min(least, light);
                    most = Math.max(most, light);
                }
            }
        }
        return most - least;
    }

    @Test
    void cellsTellTheMarksThatLieInThem() {
        assertThat(Pages.all()).allSatisfy(page -> {
            PageSize size = page.request().size();
            Map<Integer, List<Mark>> byCell = page.marks().stream()
                    .filter(mark -> isOn(page, mark))
                    .collect(Collectors.groupingBy(mark -> size.cellAt((int) mark.x(), (int) mark.y())));
            for (int cell = 0; cell < size.cellCount(); cell++) {
                List<Mark> marks = byCell.getOrDefault(cell, List.of());
                List<Long> told = told(page.cells(), cell);
                if (marks.size() > PageCells.SLOTS) {
                    assertThat(told).containsOnly(PageCells.CROWDED).hasSize(PageCells.SLOTS);
                } else {
                    assertThat(told)
                            .containsExactlyInAnyOrderElementsOf(marks.stream()
                                    .map(mark -> (long) PageCells.characterClass(mark.character()))
                                    .toList());
                }
            }
        });
    }

    private static List<Long> told(PageCells cells, int cell) {
        return IntStream.range(0, PageCells.SLOTS)
                .mapToObj(slot -> cells.characters()[cell * PageCells.SLOTS + slot])
                .filter(character -> character != 0)
                .toList();
    }

    @Test
    void answersThatAreReadAreWhatTheirWordsSpell() {
        assertThat(facts().filter(fact -> !fact.fact.words().isEmpty()))
                .isNotEmpty()
                .allSatisfy(asked -> {
                    String spelled = asked.page.marks().stream()
                            .filter(mark -> asked.fact.words().contains(mark.word()))
                            .map(mark -> String.valueOf(mark.character()))
                            .collect(Collectors.joining());
                    assertThat(spelled).isEqualTo(asked.fact.answer().replace(" ", ""));
                });
    }

    @Test
    void oneQuestionHasOneAnswer() {
        assertThat(Pages.all()).allSatisfy(page -> assertThat(page.facts())
                .extracting(fact -> fact.kind() + " " + new TreeMap<>(fact.places()))
                .doesNotHaveDuplicates());
    }

    @Test
    void keysThatAreAbsentHaveNoValue() {
        assertThat(Pages.panels(Split.TRAIN, 60)).allSatisfy(page -> {
            Set<String> there = page.facts().stream()
                    .filter(fact -> fact.outcome() == Fact.Outcome.ANSWERED
                            && fact.places().containsKey("key"))
                    .map(fact -> fact.places().get("key"))
                    .collect(Collectors.toSet());
            assertThat(page.facts())
                    .filteredOn(fact -> fact.kind() == Fact.Kind.VALUE && fact.outcome() == Fact.Outcome.ABSENT)
                    .allSatisfy(fact ->
                            assertThat(there).doesNotContain(fact.places().get("key")));
        });
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void aKeyThatStandsTwiceIsAskedForWithItsSection() {
        List<Fact> facts = Pages.panels(Split.TRAIN, 150)
                .flatMap(page -> page.facts().stream())
                .filter(fact -> fact.kind() == Fact.Kind.SECTION_VALUE)
                .toList();
        assertThat(facts)
                .hasSizeGreaterThan(3)
                .allSatisfy(fact -> assertThat(fact.places().get("section")).isNotEmpty());
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void absentKeysOftenLookLikeOnesThatAreThere() {
        long alike = Pages.panels(Split.TRAIN, 60)
                .filter(page -> page.facts().stream()
                        .filter(fact -> fact.kind() == Fact.Kind.VALUE && fact.outcome() == Fact.Outcome.ABSENT)
                        .anyMatch(absent -> page.facts().stream()
                                .filter(fact -> fact.outcome() == Fact.Outcome.ANSWERED
                                        && fact.places().containsKey("key"))
                                .anyMatch(fact -> Decoys.alike(
                                        fact.places().getOrDefault("key", ""),
                                        absent.places().getOrDefault("key", "")))))
                .count();
        assertThat(alike).isGreaterThan(8);
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void whatHasNoKnownNameCannotBeTold() {
        List<Fact> facts = Pages.panels(Split.TRAIN, 150)
                .flatMap(page -> page.facts().stream())
                .filter(fact -> fact.kind() == Fact.Kind.COLOUR)
                .toList();
        assertThat(facts)
                .filteredOn(fact -> fact.outcome() == Fact.Outcome.UNREADABLE)
                .hasSizeGreaterThan(3);
        Set<String> unknown =
                Outline.unknown(Split.TRAIN).stream().map(Outline::word).collect(Collectors.toSet());
        assertThat(facts)
                .filteredOn(fact -> unknown.contains(fact.places().get("shape")))
                .isNotEmpty()
                .allSatisfy(fact -> assertThat(fact.outcome()).isEqualTo(Fact.Outcome.UNREADABLE));
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void whatHasNoNameAtAllIsNeverAskedFor() {
        assertThat(Pages.panels(Split.TRAIN, 150).flatMap(page -> page.facts().stream()))
                .noneMatch(fact -> fact.places().containsValue(Outline.IRREGULAR.word()));
        assertThat(Outline.unknown(Split.VALIDATION)).doesNotContain(Outline.IRREGULAR);
    }

    @Test
    void irregularFormsStayWithinTheirRadiusAndDiffer() {
        Dice dice = new Dice(5);
        Set<Rectangle2D> bounds = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Rectangle2D box = new Area(Outline.IRREGULAR.at(0, 0, 10, 0, dice)).getBounds2D();
            assertThat(box.getWidth()).isBetween(3.0, 20.01);
            assertThat(box.getHeight()).isBetween(3.0, 20.01);
            bounds.add(box);
        }
        assertThat(bounds).hasSizeGreaterThan(50);
    }

    @Test
    void coloursWithoutANameAreFarFromAllThatHaveOne() {
        Dice dice = new Dice(6);
        Set<Integer> colours = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            int colour = Shades.unnamed(Split.TRAIN, dice);
            colours.add(colour);
            for (String name : Shades.NAMES) {
                int named = Shades.of(name, dice);
                int apart = 0;
                for (int shift = 0; shift <= 16; shift += 8) {
                    apart = Math.max(apart, Math.abs(((colour >> shift) & 0xFF) - ((named >> shift) & 0xFF)));
                }
                assertThat(apart).as("%06x and %s", colour, name).isGreaterThan(15);
            }
        }
        assertThat(colours).hasSizeGreaterThan(400);
    }

    @Test
    void pagesHaveOneToThreeKindsAndReachTheLargestSize() {
        List<DrawnPage> pages = Pages.panels(Split.TRAIN, 60).toList();
        assertThat(pages)
                .extracting(page -> page.kinds().size())
                .contains(1, 2, 3)
                .doesNotContain(0, 4);
        assertThat(pages).flatExtracting(DrawnPage::kinds).contains("form", "table", "signs", "bars", "shapes", "text");
        assertThat(Pages.all()).anyMatch(page -> page.request().size().width() == 672);
    }

    @Test
    void valuesReachTenCharactersOfManyKinds() {
        Dice dice = new Dice(3);
        List<String> values = Stream.generate(() -> Words.value(Split.TRAIN, dice))
                .limit(2000)
                .toList();
        assertThat(values).allSatisfy(value -> assertThat(value).hasSizeBetween(1, Words.LONGEST_VALUE));
        assertThat(values).filteredOn(value -> value.length() > 5).hasSizeGreaterThan(700);
        assertThat(values)
                .anyMatch(value -> value.contains("#"))
                .anyMatch(value -> value.contains("("))
                .anyMatch(value -> value.contains("%"))
                .anyMatch(value -> value.contains(","));
    }

    @Test
    void lettersAreFrom11To34PixelsHigh() {
        Dice dice = new Dice(4);
        Sheet sheet = new Sheet(
                300,
                300,
                0xFFFFFF,
                Split.TRAIN,
                Repertoire.SECOND,
                FontRegistry.strokes().of(Split.TRAIN),
                dice);
        double[] caps = DoubleStream.generate(() -> sheet.cap(40)).limit(1000).toArray();
        assertThat(DoubleStream.of(caps).min().orElse(0)).isBetween(11.0, 11.5);
        assertThat(DoubleStream.of(caps).max().orElse(0)).isBetween(32.0, 34.0);
    }

    @Test
    void specimensShowManyFacesAndManyGroundsOnOnePage() {
        PageRequest request = new PageRequest(Split.TRAIN, PageRequest.Mix.SPECIMENS, new PageSize(14, 14), 3);
        DrawnPage page = Pages.maker().draw(request);
        assertThat(page.families()).hasSizeGreaterThan(5);
        assertThat(page.marks()).hasSizeGreaterThan(80);
        assertThat(page.facts()).isEmpty();
        Set<Integer> grounds = new HashSet<>();
        for (int at = 0; at < page.rgb().length; at += 3 * 28) {
            grounds.add((page.rgb()[at] & 0xE0) << 16 | (page.rgb()[at + 1] & 0xE0) << 8 | (page.rgb()[at + 2] & 0xE0));
        }
        assertThat(grounds).hasSizeGreaterThan(12);
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void somePagesAreDark() {
        assertThat(Pages.panels(Split.TRAIN, 60)
                        .filter(page -> Shades.lightness(((page.rgb()[0] & 0xFF) << 16)
                                        | ((page.rgb()[1] & 0xFF) << 8)
                                        | (page.rgb()[2] & 0xFF))
                                < 80))
                .hasSizeBetween(2, 20);
    }

    @Test
    void refusesASeedThatWouldRunIntoTheSplit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PageRequest(Split.TRAIN, PageRequest.Mix.TEXT, new PageSize(8, 8), 1L << 60))
                .withMessageContaining("2^60");
    }

    @Test
    void valuesTellTheFirstLettersOfTheirKeyAndFormsThoseOfTheirName() {
        assertThat(Pages.all()).allSatisfy(page -> {
            for (int cell = 0; cell < page.cells().roles().length; cell++) {
                if (page.cells().keys()[cell * PageCells.KEY_SLOTS] != 0) {
                    assertThat(role(page, cell)).isIn(CellRole.VALUE, CellRole.SHAPE);
                }
            }
            page.facts().stream()
                    .filter(fact -> fact.kind() == Fact.Kind.SHAPE && fact.outcome() == Fact.Outcome.ANSWERED)
                    .forEach(fact -> assertThat(page.evidenceCells(fact).stream()
                                    .filter(cell -> role(page, cell) == CellRole.SHAPE)
                                    .mapToObj(cell -> key(page, cell)))
                            .contains(fact.answer().substring(0, PageCells.KEY_SLOTS)));
        });
    }

    @Test
    void aCellTellsThatWritingBeginsInIt() {
        assertThat(Pages.all()).allSatisfy(page -> {
            for (Mark mark : page.marks()) {
                PageSize size = page.request().size();
                boolean there = mark.x() >= 0 && mark.y() >= 0 && mark.x() < size.width() && mark.y() < size.height();
                if (there && mark.index() == 0) {
                    assertThat(page.cells().roles()[size.cellAt((int) mark.x(), (int) mark.y())] % 2)
                            .isEqualTo(1);
                }
            }
        });
    }

    private static CellRole role(DrawnPage page, int cell) {
        return PageCells.ROLES.get((int) page.cells().roles()[cell] / 2);
    }

    private static String key(DrawnPage page, int cell) {
        StringBuilder letters = new StringBuilder();
        for (int slot = 0; slot < PageCells.KEY_SLOTS; slot++) {
            long letter = page.cells().keys()[cell * PageCells.KEY_SLOTS + slot];
            letters.append(letter == 0 ? "" : (char) ('!' + letter - 1));
        }
        return letters.toString();
    }

    private record Asked(DrawnPage page, Fact fact) {}

    private static Stream<Asked> facts() {
        return Pages.all().flatMap(page -> page.facts().stream().map(fact -> new Asked(page, fact)));
    }
}
