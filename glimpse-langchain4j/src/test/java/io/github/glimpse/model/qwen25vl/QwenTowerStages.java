package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.VisionTower;
import java.util.ArrayList;
import java.util.List;

/** Opens the inside of the tower to tests in other rooms. */
public final class QwenTowerStages {

    private QwenTowerStages() {}

    /** The reference's names for the windows of a prompt: order of tokens, running sums of patches per window and image. */
    public record Windows(int[] index, int[] lengths, int[] images) {}

    /** The windows of all images of a prompt. */
    public static Windows windows(VisionTower tower, List<ImageGrid> grids) {
        List<Integer> index = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>(List.of(0));
        List<Integer> images = new ArrayList<>(List.of(0));
        int first = 0;
        for (ImageGrid grid : grids) {
            int group = grid.mergeSize() * grid.mergeSize();
            for (int[] window : tower.windows(grid)) {
                for (int token : window) {
                    index.add(first + token);
                }
                lengths.add(lengths.get(lengths.size() - 1) + window.length * group);
            }
            first += grid.tokenCount();
            images.add(first * group);
        }
        return new Windows(ints(index), ints(lengths), ints(images));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
