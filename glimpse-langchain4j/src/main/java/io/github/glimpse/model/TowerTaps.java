package io.github.glimpse.model;

import java.util.Set;

/**
 * What is wanted of a vision tower besides the rows for the language model.
 *
 * @param layers layers whose rows are wanted, as {@link VisionTower#checkTap} counts them
 * @param cls blocks, from 0, of which the CLS row's attention is wanted
 * @param received blocks, from 0, of which the received attention is wanted
 * @param keys blocks, from 0, of which the keys are wanted
 * @param joinedCls blocks, from 0, of which the CLS row's attention is wanted as that of one head over the full width
 * @param receivedFromOthers blocks, from 0, of which the attention received from the other patches is wanted
 */
public record TowerTaps(
        Set<Integer> layers,
        Set<Integer> cls,
        Set<Integer> received,
        Set<Integer> keys,
        Set<Integer> joinedCls,
        Set<Integer> receivedFromOthers) {

    /** Nothing. */
    public static final TowerTaps NONE = new TowerTaps(Set.of(), Set.of(), Set.of(), Set.of());

    /** Copies the sets. */
    public TowerTaps {
        layers = Set.copyOf(layers);
        cls = Set.copyOf(cls);
        received = Set.copyOf(received);
        keys = Set.copyOf(keys);
        joinedCls = Set.copyOf(joinedCls);
        receivedFromOthers = Set.copyOf(receivedFromOthers);
    }

    /** Without the two rarer forms of attention. */
    public TowerTaps(Set<Integer> layers, Set<Integer> cls, Set<Integer> received, Set<Integer> keys) {
        this(layers, cls, received, keys, Set.of(), Set.of());
    }

    /** Whether a block's queries and keys are needed for anything. */
    public boolean attendsTo(int block) {
        return cls.contains(block)
                || received.contains(block)
                || keys.contains(block)
                || joinedCls.contains(block)
                || receivedFromOthers.contains(block);
    }

    /** Rows of layers only. */
    public static TowerTaps ofLayers(Set<Integer> layers) {
        return new TowerTaps(layers, Set.of(), Set.of(), Set.of());
    }
}
