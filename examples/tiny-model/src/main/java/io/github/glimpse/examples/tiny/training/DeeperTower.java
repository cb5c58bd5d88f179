package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the weights of a tower of four blocks into one of six. The new blocks stand behind those that see windows and add nothing
 * at first, so the deeper tower sees what the other saw. What two more blocks are for: a letter whose middle lies on the border of two patches
 * is misread four times as often as one in the middle of a patch, and only attention can put its halves together.
 */
final class DeeperTower {

    /** Where the blocks of the smaller tower go. */
    private static final List<Integer> PLACES = List.of(0, 2, 3, 5);

    private static final Pattern BLOCK = Pattern.compile("visual\\.blocks\\.(\\d+)\\.(.*)");

    private DeeperTower() {}

    /** Overwrites all tensors but those of the new blocks, of which what they add to the rows is made zero. */
    static void copyInto(TrainableParameters parameters, Path source) {
        RunFolder.copyInto(parameters, source, DeeperTower::inFile);
        for (String name : parameters.names()) {
            Matcher block = BLOCK.matcher(name);
            if (block.matches() && added(Integer.parseInt(block.group(1))) && adds(block.group(2))) {
                parameters.set(name, new float[(int) parameters.get(name).size()]);
            }
        }
    }

    /** Whether the smaller tower did not have the block. */
    static boolean added(int block) {
        return !PLACES.contains(block);
    }

    private static boolean adds(String tensor) {
        return tensor.startsWith("attn.proj.") || tensor.startsWith("mlp.down_proj.");
    }

    private static String inFile(String name) {
        Matcher block = BLOCK.matcher(name);
        if (!block.matches()) {
            return name;
        }
        int from = PLACES.indexOf(Integer.valueOf(block.group(1)));
        return from < 0 ? "a new block's " + block.group(2) : "visual.blocks." + from + "." + block.group(2);
    }
}
