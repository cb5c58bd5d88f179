package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.CellRole;
import io.github.glimpse.examples.tiny.pages.PageCells;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Pages of the second edition as symbols, cell by cell in raster order: what the eye should see, before it does.
 *
 * @param characters {@code [cells, 9]}: pieces of six characters and of three of the key, -1 for none
 * @param roles {@code [cells]}; one more than there are for a cell with more characters than can be told
 * @param colours {@code [cells]}
 */
record CellSymbols(long[] characters, long[] roles, long[] colours) implements Symbols {

    private static final int SLOTS = PageCells.SLOTS + PageCells.KEY_SLOTS;
    private static final long SHAPE = PageCells.role(CellRole.SHAPE, false);
    // Pieces of the characters that are written on pages: one after the other in the vocabulary.
    private static final int[] WRITTEN = IntStream.rangeClosed('!', '~')
            .map(character -> Pieces.id(Character.toString(character)))
            .toArray();

    /** What turns symbols into vectors, besides the table. */
    static final SymbolTensors TENSORS = new SymbolTensors(
            "cells.slots",
            "cells.roles",
            "cells.colours",
            DecoderSize.second().hidden(),
            SLOTS,
            PageCells.ROLE_CLASSES + 1,
            PageCells.COLOUR_CLASSES);

    static CellSymbols of(List<PageCells> pages) {
        int cells = pages.stream().mapToInt(page -> page.roles().length).sum();
        CellSymbols symbols = new CellSymbols(new long[cells * SLOTS], new long[cells], new long[cells]);
        Arrays.fill(symbols.characters, -1);
        int at = 0;
        for (PageCells page : pages) {
            for (int cell = 0; cell < page.roles().length; cell++) {
                symbols.enter(page, cell, at++);
            }
        }
        return symbols;
    }

    private void enter(PageCells page, int cell, int at) {
        roles[at] = page.roles()[cell];
        colours[at] = page.colours()[cell];
        if (page.characters()[cell * PageCells.SLOTS] == PageCells.CROWDED) {
            roles[at] = PageCells.ROLE_CLASSES;
        } else {
            spell(page.characters(), cell * PageCells.SLOTS, PageCells.SLOTS, at * SLOTS);
        }
        spell(page.keys(), cell * PageCells.KEY_SLOTS, PageCells.KEY_SLOTS, at * SLOTS + PageCells.SLOTS);
    }

    private void spell(long[] classes, int from, int count, int to) {
        for (int i = 0; i < count; i++) {
            long found = classes[from + i];
            characters[to + i] = found == 0 ? -1 : Pieces.id(String.valueOf((char) ('!' + found - 1)));
        }
    }

    @Override
    public Symbols losingKeys(double share, Random random) {
        long[] left = characters.clone();
        for (int cell = 0; cell < roles.length; cell++) {
            // What names a form is not a key: without it the form would look like one that has no known name.
            boolean shape = roles[cell] == SHAPE;
            if (!shape && random.nextDouble() < share) {
                Arrays.fill(left, cell * SLOTS + PageCells.SLOTS, (cell + 1) * SLOTS, -1);
            }
        }
        return new CellSymbols(left, roles, colours);
    }

    /** The tensors in the order of the text {@code converse}. */
    @Override
    public List<NDArray> tensors(TensorScope scope) {
        int cells = roles.length;
        return List.of(
                scope.longs(characters, cells, SLOTS),
                scope.longs(roles, cells),
                scope.longs(colours, cells),
                scope.indices(WRITTEN));
    }
}
