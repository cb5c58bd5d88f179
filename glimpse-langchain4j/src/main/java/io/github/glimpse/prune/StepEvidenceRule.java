package io.github.glimpse.prune;

import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.Collections;

/** Refuses a step at whose place there is not yet, or no longer, what its strategy looks at. */
final class StepEvidenceRule {

    private StepEvidenceRule() {}

    /**
     * Checks a step.
     *
     * @throws IllegalArgumentException if its strategy cannot see there what it needs
     */
    static void check(Cut cut) {
        for (EvidenceRequest need : cut.strategy().needs(cut.at())) {
            EvidenceRequest.Kind kind = need.kind();
            require(cut, kind.place().isAt(cut.at()), kind.what(), kind.place().advice());
            int last = need.layersOfText().isEmpty() ? -1 : Collections.max(need.layersOfText());
            if (cut.at().stage() == Stage.LAYER) {
                require(
                        cut,
                        last < cut.at().layers(),
                        "attention of layer " + last,
                        "use 'layer " + (last + 1) + "' or a later one");
            }
        }
    }

    private static void require(Cut cut, boolean there, String what, String instead) {
        if (!there) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name() + "' looks at " + what
                    + ", which is not there at '" + cut.at() + "'; " + instead);
        }
    }
}
