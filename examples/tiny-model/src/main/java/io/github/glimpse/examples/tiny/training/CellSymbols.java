package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.pages.PageCells;
import io.github.glimpse.train.Initializer;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.Arrays;
import java.util.List;

/**
 * Pages of the second edition as symbols, cell by cell in raster order: what the eye should see, before it does.
 *
 * @param characters {@code [cells, 9]}: pieces of six characters and of three of the key, -1 for none
 * @param roles {@code [cells]}; one more than there are for a cell with more characters than can be told
 * @param colours {@code [cells]}
 */
record CellSymbols(long[] characters, long[] roles, long[] colours) {

    private static final int SLOTS = PageCells.SLOTS + PageCells.KEY_SLOTS;
    private static final String SPELLED = "cells.slots";
    private static final String ROLES = "cells.roles";
    private static final String COLOURS = "cells.colours";

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

    /** The tensors in the order of the text {@code converse}. */
    List<NDArray> tensors(TensorScope scope) {
        int cells = roles.length;
        return List.of(scope.longs(characters, cells, SLOTS), scope.longs(roles, cells), scope.longs(colours, cells));
    }

    /** Adds what turns symbols into vectors, besides the table. */
    static void addTo(TrainableParameters parameters, ParameterGroup group, int width) {
        Initializer slots =
                (shape, random) -> Initializer.normal(1 / Math.sqrt(width)).values(shape, random);
        parameters.add(SPELLED, group, slots, width, (long) SLOTS * width);
        parameters.add(ROLES, group, Initializer.normal(0.1), PageCells.ROLE_CLASSES + 1, width);
        parameters.add(COLOURS, group, Initializer.normal(0.1), PageCells.COLOUR_CLASSES, width);
    }

    /** Those tensors in the order of the text. */
    static List<NDArray> parameters(TrainableParameters parameters) {
        return List.of(parameters.get(SPELLED), parameters.get(ROLES), parameters.get(COLOURS));
    }
}
