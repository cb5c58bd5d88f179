package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageCells;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.PageRequest;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CellSymbolsTest {

    private static final int SLOTS = PageCells.SLOTS + PageCells.KEY_SLOTS;

    private final CellSymbols page = CellSymbols.of(List.of(new PageMaker(FontRegistry.strokes(), Repertoire.SECOND)
            .draw(new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, new PageSize(14, 14), 5))
            .cells()));

    @Test
    void cellsThatLoseTheirKeysTellTheirCharactersAllTheSame() {
        CellSymbols none = (CellSymbols) page.losingKeys(1, new Random(1));
        CellSymbols some = (CellSymbols) page.losingKeys(0.5, new Random(1));

        assertThat(keys(page)).isGreaterThan(5);
        assertThat(keys(none)).isZero();
        assertThat(keys(some)).isBetween(1L, keys(page) - 1);
        assertThat(keys((CellSymbols) page.losingKeys(0, new Random(1)))).isEqualTo(keys(page));
        assertThat(written(none)).isEqualTo(written(page));
        assertThat(none.roles()).isEqualTo(page.roles());
    }

    @Test
    void whatNamesAFormIsNeverLost() {
        CellSymbols shapes = CellSymbols.of(IntStream.range(0, 20)
                .mapToObj(i -> new PageMaker(FontRegistry.strokes(), Repertoire.SECOND)
                        .draw(new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, new PageSize(10, 10), i))
                        .cells())
                .toList());
        CellSymbols lost = (CellSymbols) shapes.losingKeys(1, new Random(1));
        long role = 2L * PageCells.ROLES.indexOf(CellRole.SHAPE);

        assertThat(keys(lost)).isPositive();
        assertThat(IntStream.range(0, lost.roles().length)).allSatisfy(cell -> assertThat(
                        lost.characters()[cell * SLOTS + PageCells.SLOTS])
                .isEqualTo(shapes.roles()[cell] == role ? shapes.characters()[cell * SLOTS + PageCells.SLOTS] : -1));
    }

    private static long keys(CellSymbols symbols) {
        return IntStream.range(0, symbols.characters().length)
                .filter(i -> i % SLOTS >= PageCells.SLOTS && symbols.characters()[i] >= 0)
                .count();
    }

    private static List<Long> written(CellSymbols symbols) {
        return IntStream.range(0, symbols.characters().length)
                .filter(i -> i % SLOTS < PageCells.SLOTS)
                .mapToObj(i -> symbols.characters()[i])
                .toList();
    }
}
