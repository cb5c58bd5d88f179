package io.github.glimpse.prefill;

import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;

/**
 * A cut inside the vision tower or behind it, remembered with the picture.
 *
 * @param alive patches that were there, which the selection numbers
 * @param selection what stayed of them
 * @param verdicts what the guard thought of it; none if there was nothing to choose
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record TowerDecision(int[] alive, TokenSelection selection, List<GuardedSelection> verdicts) {

    /** Patches that stayed, in the numbering of the whole picture. */
    public int[] kept() {
        return Selections.pick(alive, selection.kept());
    }
}
