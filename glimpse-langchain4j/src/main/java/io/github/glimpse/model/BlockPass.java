package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.RowMixture;
import io.github.glimpse.nn.TowerReadout;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Pictures on their way through the blocks of a vision tower, all with as many image tokens. Between two blocks it can be asked what
 * the tower tells there, and tokens can be dropped; later blocks see what is left, each token at its own place in the picture. A
 * token is a patch, or a group of patches that go together.
 *
 * <p>Not safe for concurrent use. Owns native memory until it is closed; what its methods hand out belongs to the scope that is
 * given.
 */
public interface BlockPass extends AutoCloseable {

    /** Takes what was read: a key, and its value by picture. */
    @FunctionalInterface
    interface Taker extends BiConsumer<TowerReadout, List<NDArray>> {}

    /** Pictures on the way. */
    int pictures();

    /** Blocks that have run. */
    int blocks();

    /** Tokens of the whole picture that are still there, rising. */
    int[] alive(int picture);

    /** Tokens that each picture still has. */
    int patches();

    /**
     * Runs blocks until this many have run.
     *
     * @throws IllegalArgumentException if the tower has fewer, or more have run
     */
    void runTo(int blocks);

    /** The hidden rows that there are now, as the family counts them. */
    TowerReadout rowsHere();

    /**
     * What can be read here: {@link #rowsHere}, or something of the queries and keys of the block that comes next.
     *
     * @return by picture, as the key says
     */
    List<NDArray> read(TowerReadout key, TensorScope owner);

    /**
     * Runs blocks until this many have run, and reads on the way, here and there included, what is wanted.
     *
     * @param owner owns what is read
     */
    default void runTo(int blocks, Set<TowerReadout> wanted, TensorScope owner, Taker taker) {
        while (true) {
            for (TowerReadout key : wanted) {
                if (key.ofAttention() ? key.block() == blocks() : key.equals(rowsHere())) {
                    taker.accept(key, read(key, owner));
                }
            }
            if (blocks() >= blocks) {
                return;
            }
            runTo(blocks() + 1);
        }
    }

    /**
     * Drops tokens.
     *
     * @param kept of each picture the tokens that stay, as places in {@link #alive}, rising, as many of each
     */
    void keep(int[][] kept);

    /**
     * Drops tokens, runs the block that comes next, and has the numbers of a cut after that block. A tower may do so that attention and
     * MLP are computed for what stays alone.
     *
     * @param fusing weights of each token of each picture, {@code [pictures][tokens]}: what is dropped becomes one more row of the
     *     tower, which is no token; null fuses nothing
     */
    default void runKeeping(int[][] kept, float @Nullable [][] fusing) {
        if (fusing != null) {
            throw new IllegalStateException("This tower fuses no rows");
        }
        runTo(blocks() + 1);
        keep(kept);
    }

    /** Which rows stay, and which of them are mixed. */
    @FunctionalInterface
    interface Mixer {

        /**
         * Mixes.
         *
         * @param keptRows rows that stay, rising
         * @param tokenRows rows of the tokens, picture by picture
         */
        RowMixture mix(int[] keptRows, int[] tokenRows);
    }

    /** Like {@link #keep}, with some of the rows mixed. */
    default void keepMixed(int[][] kept, Mixer mixer) {
        throw new IllegalStateException("Rows inside this tower are not mixed");
    }

    /** Ends the tower once all blocks have run: rows are those behind its last norm from here on, if it has one of its own. */
    default void finish() {}

    /**
     * Some of the pictures on a way of their own from here; this pass stays where it is, open, until the
     * other has moved. A pass of one picture has no parts.
     *
     * @param pictures their numbers here, at least one
     * @return the caller closes it
     */
    default BlockPass part(int[] pictures, TensorScope owner) {
        throw new IllegalStateException("A pass of one picture has no parts");
    }

    /** The rows that a text sees, of a pass of one picture: as {@link VisionFeatures#rows}. */
    NDArray textRows(TensorScope owner);

    /**
     * The hidden rows of the patches that are left, of a pass of one picture, in the order of the pixels, {@code [patches, width]}
     * float32: how a tower is compared with its reference.
     */
    default NDArray patchesInOrder(TensorScope owner) {
        throw new UnsupportedOperationException("This tower does not tell its patches");
    }

    /**
     * What the decoder's layers add to those rows, of a pass of one picture whose blocks have all run: as {@link
     * VisionFeatures#additions}. Rows that were dropped on the way are missing in each.
     */
    default List<NDArray> additions(TensorScope owner) {
        return List.of();
    }

    @Override
    void close();
}
