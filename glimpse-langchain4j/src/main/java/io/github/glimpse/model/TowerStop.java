package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.nn.TowerReadout;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A place between two blocks of a vision tower at which tokens of a picture may be dropped.
 *
 * @param blocks blocks that have run there
 * @param wanted what is to be read for the choice, of those blocks
 * @param choice chooses
 */
public record TowerStop(int blocks, Set<TowerReadout> wanted, Choice choice) {

    /** Chooses the tokens with which the tower goes on. */
    @FunctionalInterface
    public interface Choice {

        /**
         * Chooses; called once for a picture.
         *
         * @param seen what was wanted, of the tokens that are left; lent for the time of the call
         * @return places among the tokens that are left, rising; at least one
         */
        int[] keep(Map<TowerReadout, NDArray> seen);
    }

    /** Copies the set. */
    public TowerStop {
        wanted = Set.copyOf(wanted);
    }

    /** What is wanted in the end and at the stops. */
    public static Set<TowerReadout> allWanted(Set<TowerReadout> inTheEnd, List<TowerStop> stops) {
        Set<TowerReadout> all = new LinkedHashSet<>(inTheEnd);
        stops.forEach(stop -> all.addAll(stop.wanted()));
        return all;
    }
}
