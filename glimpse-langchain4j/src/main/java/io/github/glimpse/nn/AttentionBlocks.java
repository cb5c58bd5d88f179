package io.github.glimpse.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tokens that attend only to each other, ordered so that equally long blocks lie side by side and run as one batch.
 *
 * <p>The result of attention inside a block does not depend on where the block lies, so the order is free.
 *
 * @param order for each place the token that lies there: {@code [tokens]}
 * @param inverse for each token its place: {@code [tokens]}
 * @param runs start, number of blocks and block length of each run, one run after the other
 */
public record AttentionBlocks(int[] order, int[] inverse, long[] runs) {

    /**
     * Orders blocks by their length, inside each group.
     *
     * @param groups blocks that must stay together (those of one image), each a list of token indices; every token stands in
     *     exactly one block
     */
    public static AttentionBlocks of(List<List<int[]>> groups) {
        int tokens = groups.stream()
                .flatMap(List::stream)
                .mapToInt(block -> block.length)
                .sum();
        int[] order = new int[tokens];
        List<Long> runs = new ArrayList<>();
        int place = 0;
        for (List<int[]> group : groups) {
            List<int[]> sorted = new ArrayList<>(group);
            sorted.removeIf(block -> block.length == 0);
            sorted.sort(Comparator.comparingInt(block -> -block.length));
            for (int i = 0; i < sorted.size(); i++) {
                int[] block = sorted.get(i);
                if (i > 0 && sorted.get(i - 1).length == block.length) {
                    runs.set(runs.size() - 2, runs.get(runs.size() - 2) + 1);
                } else {
                    runs.addAll(List.of((long) place, 1L, (long) block.length));
                }
                System.arraycopy(block, 0, order, place, block.length);
                place += block.length;
            }
        }
        int[] inverse = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            inverse[order[i]] = i;
        }
        return new AttentionBlocks(
                order, inverse, runs.stream().mapToLong(Long::longValue).toArray());
    }

    /** One block per length, in the given order: {@code lengths[i]} neighbouring tokens. */
    public static AttentionBlocks consecutive(int... lengths) {
        List<List<int[]>> groups = new ArrayList<>();
        int next = 0;
        for (int length : lengths) {
            int[] block = new int[length];
            for (int i = 0; i < length; i++) {
                block[i] = next++;
            }
            groups.add(List.of(block));
        }
        return of(groups);
    }

    /** The same runs with every token standing for {@code factor} rows. */
    public long[] runsOfRows(int factor) {
        long[] scaled = runs.clone();
        for (int i = 0; i < scaled.length; i++) {
            if (i % 3 != 1) {
                scaled[i] = scaled[i] * factor;
            }
        }
        return scaled;
    }
}
