package io.github.glimpse.train;

/**
 * Tensors that are trained in the same way.
 *
 * @param name for messages
 * @param rateFactor times the schedule's rate; 0 freezes the group: no gradients, no memory for moments
 * @param weightDecay share by which matrices shrink per step, times the rate; tensors with one axis or none never shrink
 * @param orthogonal whether matrices take Muon's steps in place of AdamW's; learns faster where weights multiply
 *     hidden rows
 */
public record ParameterGroup(String name, double rateFactor, double weightDecay, boolean orthogonal) {

    /** The weight decay of torch's AdamW. */
    public static final double DEFAULT_WEIGHT_DECAY = 0.01;

    /** Checks the numbers. */
    public ParameterGroup {
        if (!(rateFactor >= 0) || !(weightDecay >= 0) || Double.isInfinite(rateFactor) || !(weightDecay < 1)) {
            throw new IllegalArgumentException("The group '" + name + "' has rate factor " + rateFactor
                    + " and weight decay " + weightDecay + "; at least 0 is needed, the decay below 1");
        }
    }

    /** A group that learns at the schedule's rate with the usual weight decay. */
    public static ParameterGroup named(String name) {
        return new ParameterGroup(name, 1, DEFAULT_WEIGHT_DECAY, false);
    }

    /** A group that does not learn. */
    public static ParameterGroup frozen(String name) {
        return new ParameterGroup(name, 0, 0, false);
    }

    /** The same group with another rate. */
    public ParameterGroup withRateFactor(double factor) {
        return new ParameterGroup(name, factor, weightDecay, orthogonal);
    }

    /** The same group with another weight decay. */
    public ParameterGroup withWeightDecay(double decay) {
        return new ParameterGroup(name, rateFactor, decay, orthogonal);
    }

    /** The same group with Muon's steps for its matrices. */
    public ParameterGroup withOrthogonalSteps() {
        return new ParameterGroup(name, rateFactor, weightDecay, true);
    }

    /** Whether it does not learn. */
    public boolean isFrozen() {
        return rateFactor == 0;
    }
}
