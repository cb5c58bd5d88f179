package io.github.glimpse.prefill;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.model.VisionFeatures;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the vision tower made of one unit of a picture or video, as it is remembered.
 *
 * @param features of the unit
 * @param decisions the cuts on the way to them, in order
 */
public record EncodedUnit(VisionFeatures features, List<TowerDecision> decisions) {

    /** Copies the list. */
    public EncodedUnit {
        decisions = List.copyOf(decisions);
    }

    /** Native memory of its tensors. */
    long bytes() {
        return Stream.concat(
                        Stream.of(features.rows()),
                        Stream.concat(features.additions().stream(), features.readouts().values().stream()))
                .mapToLong(HostValues::bytes)
                .sum();
    }
}
