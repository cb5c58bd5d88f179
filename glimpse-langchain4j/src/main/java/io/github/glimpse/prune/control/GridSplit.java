package io.github.glimpse.prune.control;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.PruningEvidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tokens alive, image by image. Before the decoder there is one image; between its layers all are joined, and a strategy that
 * works on one picture at a time gives each image its part of the budget, in proportion to its tokens alive.
 */
final class GridSplit {

    /** A choice on one picture. */
    @FunctionalInterface
    interface Choice {

        /**
         * Chooses.
         *
         * @param tokens tokens of the image that are alive, rising
         * @return places in {@code tokens}, rising
         */
        int[] choose(ImageGrid grid, int[] tokens, int count);
    }

    private GridSplit() {}

    /** Chooses on each picture. */
    static int[] choose(PruningEvidence evidence, int count, Choice choice) {
        List<int[]> tokens = tokens(evidence.images(), evidence.alive());
        int[] shares = shares(count, tokens.stream().mapToInt(of -> of.length).toArray());
        IntStream.Builder kept = IntStream.builder();
        int first = 0;
        for (int image = 0; image < shares.length; image++) {
            for (int place : choice.choose(evidence.images().get(image), tokens.get(image), shares[image])) {
                kept.add(first + place);
            }
            first += tokens.get(image).length;
        }
        return kept.build().toArray();
    }

    /** Per image its tokens alive, counted from 0 in each. */
    static List<int[]> tokens(List<ImageGrid> grids, int[] alive) {
        List<int[]> tokens = new ArrayList<>();
        int first = 0;
        for (ImageGrid grid : grids) {
            int from = first;
            int to = first + grid.tokenCount();
            tokens.add(Arrays.stream(alive)
                    .filter(token -> token >= from && token < to)
                    .map(token -> token - from)
                    .toArray());
            first = to;
        }
        return tokens;
    }

    /** Parts in proportion to the sizes, that sum to {@code count}; what rounding leaves goes to the largest remainders. */
    static int[] shares(int count, int[] sizes) {
        long all = Arrays.stream(sizes).asLongStream().sum();
        int[] shares = new int[sizes.length];
        if (all == 0) {
            return shares;
        }
        int left = (int) Math.min(count, all);
        long wanted = left;
        long[] remainders = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            shares[i] = (int) (wanted * sizes[i] / all);
            remainders[i] = wanted * sizes[i] % all;
            left -= shares[i];
        }
        IntStream.range(0, sizes.length)
                .boxed()
                .sorted(Comparator.comparingLong(i -> -remainders[i]))
                .limit(left)
                .forEach(i -> shares[i]++);
        return shares;
    }
}
