package io.github.glimpse.prune.attention;

import io.github.glimpse.prune.PruningPoint;

/** Places inside a decoder of any depth. */
final class Depths {

    /** Why not elsewhere. */
    static final String BETWEEN_LAYERS =
            "it reads the attention of a decoder layer, so it needs a place between two of them,"
                    + " 'layer k' or a share of the depth";

    private Depths() {}

    /** The place after so many layers, moved inside a shallower decoder. */
    static PruningPoint point(int depth, int layers) {
        return PruningPoint.afterLayers(Math.max(1, Math.min(layers, depth - 1)));
    }

    /** The place at a share of the depth. */
    static PruningPoint share(int depth, double share) {
        return point(depth, (int) Math.rint(depth * share));
    }
}
