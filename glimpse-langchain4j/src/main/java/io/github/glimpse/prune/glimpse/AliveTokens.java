package io.github.glimpse.prune.glimpse;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens that are alive, seen image by image: rows and columns are those of the full grid, indices are local (0 is the
 * first token alive).
 */
record AliveTokens(List<ImageGrid> grids, int[] alive, int[] imageOf, int[] tokenOf, long[] countsPerImage) {

    static AliveTokens of(List<ImageGrid> grids, int[] alive) {
        int[] imageOf = new int[alive.length];
        int[] tokenOf = new int[alive.length];
        long[] counts = new long[grids.size()];
        int image = 0;
        int first = 0;
        for (int i = 0; i < alive.length; i++) {
            while (alive[i] - first >= grids.get(image).tokenCount()) {
                first += grids.get(image).tokenCount();
                image++;
            }
            imageOf[i] = image;
            tokenOf[i] = alive[i] - first;
            counts[image]++;
        }
        return new AliveTokens(grids, alive, imageOf, tokenOf, counts);
    }

    /** One block per image. */
    List<List<int[]>> images() {
        List<List<int[]>> blocks = new ArrayList<>();
        int first = 0;
        for (long count : countsPerImage) {
            int[] block = new int[(int) count];
            for (int i = 0; i < block.length; i++) {
                block[i] = first + i;
            }
            first += block.length;
            blocks.add(List.of(block));
        }
        return blocks;
    }

    /** One block per window, with the members that are alive. */
    List<List<int[]>> windows(List<List<int[]>> windows) {
        List<int[]> localOf = new ArrayList<>();
        grids.forEach(grid -> {
            int[] none = new int[grid.tokenCount()];
            java.util.Arrays.fill(none, -1);
            localOf.add(none);
        });
        for (int i = 0; i < alive.length; i++) {
            localOf.get(imageOf[i])[tokenOf[i]] = i;
        }
        List<List<int[]>> blocks = new ArrayList<>();
        for (int image = 0; image < windows.size(); image++) {
            int[] local = localOf.get(image);
            List<int[]> ofImage = new ArrayList<>();
            for (int[] window : windows.get(image)) {
                ofImage.add(java.util.Arrays.stream(window)
                        .map(token -> local[token])
                        .filter(token -> token >= 0)
                        .toArray());
            }
            blocks.add(ofImage);
        }
        return blocks;
    }

    /** Row and column of each token in the given order: {@code [2, tokens]}. */
    NDArray positions(int[] order, TensorScope scope) {
        long[] positions = new long[2 * order.length];
        for (int i = 0; i < order.length; i++) {
            int columns = grids.get(imageOf[order[i]]).columns();
            positions[i] = tokenOf[order[i]] / columns;
            positions[order.length + i] = tokenOf[order[i]] % columns;
        }
        return scope.longs(positions, 2, order.length);
    }
}
