package io.github.glimpse.nn;

import java.util.Set;

/**
 * What a vision tower can tell of its attention.
 *
 * @param hasCls whether it has a row that stands for the whole picture
 * @param blocks transformer blocks
 * @param fullAttentionBlocks blocks, from 0, in which every patch sees every other
 * @param featureBlock the block, from 0, whose rows go to the language model
 * @param fixedGrid whether every picture has the same number of tokens, whatever its size
 */
public record TowerAbilities(
        boolean hasCls, int blocks, Set<Integer> fullAttentionBlocks, int featureBlock, boolean fixedGrid) {

    /** Copies the set. */
    public TowerAbilities {
        fullAttentionBlocks = Set.copyOf(fullAttentionBlocks);
    }

    /** A tower whose grid follows the picture. */
    public TowerAbilities(boolean hasCls, int blocks, Set<Integer> fullAttentionBlocks, int featureBlock) {
        this(hasCls, blocks, fullAttentionBlocks, featureBlock, false);
    }

    /**
     * A block counted from 0.
     *
     * @param block from 0, or from the end if negative
     * @throws IllegalArgumentException if there is none
     */
    public int block(int block) {
        int index = block < 0 ? blocks + block : block;
        if (index < 0 || index >= blocks) {
            throw new IllegalArgumentException(
                    "The vision tower has no block " + block + "; it has blocks 0 to " + (blocks - 1));
        }
        return index;
    }
}
