package io.github.glimpse.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run goes.
 *
 * @param steps changes of the tensors
 * @param accumulation losses per step; their gradients are averaged
 * @param schedule learning rate of each step
 * @param optimizer numbers of AdamW
 * @param longestGradient gradients, as one vector, are shortened to this; 0 never
 * @param checkpoints folder of the checkpoints, null for none
 * @param checkpointEvery steps between two checkpoints; the last step has one besides
 * @param listeners hear how the run goes on
 */
public record TrainingOptions(
        long steps,
        int accumulation,
        RateSchedule schedule,
        AdamW.Options optimizer,
        double longestGradient,
        @Nullable Path checkpoints,
        long checkpointEvery,
        List<TrainingListener> listeners) {

    /** Gradients are shortened to this length. */
    public static final double DEFAULT_LONGEST_GRADIENT = 1.0;

    /** Steps between two checkpoints. */
    public static final long DEFAULT_CHECKPOINT_EVERY = 200;

    /** Checks the numbers and copies the list. */
    public TrainingOptions {
        positive("steps", steps);
        positive("accumulation", accumulation);
        positive("checkpointEvery", checkpointEvery);
        if (!(longestGradient >= 0)) {
            throw new IllegalArgumentException("longestGradient is " + longestGradient + ", it must be at least 0");
        }
        listeners = List.copyOf(listeners);
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be at least 1");
        }
    }

    /** Starts with the defaults: AdamW as in torch, gradients shortened to 1, no checkpoints. */
    public static Builder builder(long steps, RateSchedule schedule) {
        return new Builder(steps, schedule);
    }

    /** Collects options. */
    public static final class Builder {

        private final long steps;
        private final RateSchedule schedule;
        private int accumulation = 1;
        private AdamW.Options optimizer = AdamW.Options.DEFAULTS;
        private double longestGradient = DEFAULT_LONGEST_GRADIENT;
        private @Nullable Path checkpoints;
        private long checkpointEvery = DEFAULT_CHECKPOINT_EVERY;
        private final List<TrainingListener> listeners = new ArrayList<>();

        private Builder(long steps, RateSchedule schedule) {
            this.steps = steps;
            this.schedule = schedule;
        }

        /** Losses per step. */
        public Builder accumulation(int value) {
            accumulation = value;
            return this;
        }

        /** Numbers of AdamW. */
        public Builder optimizer(AdamW.Options value) {
            optimizer = value;
            return this;
        }

        /** Longest gradient; 0 leaves it alone. */
        public Builder longestGradient(double value) {
            longestGradient = value;
            return this;
        }

        /** Where and how often the state is kept. */
        public Builder checkpoints(Path folder, long every) {
            checkpoints = folder;
            checkpointEvery = every;
            return this;
        }

        /** One more listener. */
        public Builder listener(TrainingListener value) {
            listeners.add(value);
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public TrainingOptions build() {
            return new TrainingOptions(
                    steps, accumulation, schedule, optimizer, longestGradient, checkpoints, checkpointEvery, listeners);
        }
    }
}
