package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.List;
import java.util.Random;

/**
 * Pages as symbols, cell by cell in raster order: what the eye should see, before there is one.
 *
 * @param words {@code [cells, 2]}: tokens of owner and colour, -1 for none
 * @param characters {@code [cells, 3]}: tokens, -1 for none
 * @param roles {@code [cells]}
 * @param indices {@code [cells]}: 0 for none, then the index of the first character in its word
 */
record PageSymbols(long[] words, long[] characters, long[] roles, long[] indices) implements Symbols {

    private static final int LONGEST_INDEX = 11;

    /** What turns symbols into vectors, besides the table. */
    static final SymbolTensors TENSORS = new SymbolTensors(
            "symbols.slots",
            "symbols.roles",
            "symbols.indices",
            TinyShape.HIDDEN,
            CellLabels.SLOTS,
            DenseBatch.ROLES.size(),
            LONGEST_INDEX + 2);

    static PageSymbols of(List<Drawing> drawings) {
        int cells = drawings.stream()
                .mapToInt(drawing -> drawing.labels().cellCount())
                .sum();
        PageSymbols symbols = new PageSymbols(
                new long[2 * cells], new long[CellLabels.SLOTS * cells], new long[cells], new long[cells]);
        int at = 0;
        for (Drawing drawing : drawings) {
            for (int cell = 0; cell < drawing.labels().cellCount(); cell++) {
                symbols.enter(drawing.labels(), cell, at++);
            }
        }
        return symbols;
    }

    private void enter(CellLabels labels, int cell, int at) {
        words[2 * at] = labels.owners()[cell];
        words[2 * at + 1] = labels.colours()[cell];
        for (int slot = 0; slot < CellLabels.SLOTS; slot++) {
            int character = labels.characters()[cell * CellLabels.SLOTS + slot];
            characters[CellLabels.SLOTS * at + slot] = character == 0
                    ? CellLabels.NONE
                    : Vocabulary.id(String.valueOf(Vocabulary.DRAWN.charAt(character - 1)));
        }
        roles[at] = DenseBatch.ROLES.indexOf(labels.roles()[cell]);
        indices[at] = 1L + Math.min(LONGEST_INDEX, labels.firstIndex()[cell]);
    }

    /** The first edition's decoder reads keys from cells alone: they stay. */
    @Override
    public Symbols losingKeys(double share, Random random) {
        return this;
    }

    /** The tensors in the order of the text {@code symbols}. */
    @Override
    public List<NDArray> tensors(TensorScope scope) {
        int cells = roles.length;
        return List.of(
                scope.longs(words, cells, 2),
                scope.longs(characters, cells, CellLabels.SLOTS),
                scope.longs(roles, cells),
                scope.longs(indices, cells));
    }
}
