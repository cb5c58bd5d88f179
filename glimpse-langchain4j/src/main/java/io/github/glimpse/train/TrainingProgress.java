package io.github.glimpse.train;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a run stands after a step.
 *
 * @param step steps done, 1 after the first
 * @param steps of the whole run
 * @param loss of this step, averaged over its samples
 * @param rate learning rate of this step
 * @param gradientNorm length of all gradients before clipping
 * @param figures further averages of this step
 * @param stepsPerSecond over the last steps
 * @param remaining what is left at this speed
 */
public record TrainingProgress(
        long step,
        long steps,
        double loss,
        double rate,
        double gradientNorm,
        Map<String, Double> figures,
        double stepsPerSecond,
        Duration remaining) {

    /** Copies the map; its order stays. */
    public TrainingProgress {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }
}
