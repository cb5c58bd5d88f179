package io.github.glimpse.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a glimpse module is trained.
 *
 * @param design shape of a new module; null goes by {@code module}, and without one by the recipe
 * @param module directory of a module to go on from, or null for first values
 * @param epochs times that every sample is seen
 * @param accumulation samples per step
 * @param rate highest learning rate
 * @param warmUpRatio share of the steps in which the rate rises
 * @param weightDecay of matrices
 * @param longestGradient gradients are shortened to this; 0 never
 * @param maskWeight of dice and cross entropy of the mask
 * @param crossEntropyWeight of the mask's cross entropy beside its dice. Dice alone decides each token for good; the more cross
 *     entropy, the more a probability tells how likely a token is wanted, and the more a low threshold can find
 * @param languageWeight of the answer's cross entropy; 0 leaves the layers behind the cut out, which is much cheaper
 * @param dropout share of the glimpse vectors' numbers that are dropped in training
 * @param seed of first values, order and dropout
 * @param folder of checkpoints and curves, null for none
 * @param checkpointEvery steps between two checkpoints
 * @param listeners hear how it goes on
 */
public record GlimpseTrainingOptions(
        @Nullable GlimpseModuleDesign design,
        @Nullable Path module,
        int epochs,
        int accumulation,
        double rate,
        double warmUpRatio,
        double weightDecay,
        double longestGradient,
        double maskWeight,
        double crossEntropyWeight,
        double languageWeight,
        double dropout,
        long seed,
        @Nullable Path folder,
        long checkpointEvery,
        List<TrainingListener> listeners) {

    /** The published recipe's rate. */
    public static final double DEFAULT_RATE = 1e-4;

    /** The published recipe's warm-up. */
    public static final double DEFAULT_WARM_UP_RATIO = 0.1;

    /** The published recipe's weight of the mask's cross entropy. */
    public static final double DEFAULT_CROSS_ENTROPY_WEIGHT = 0.1;

    /** The published recipe's samples per step, per process. */
    public static final int DEFAULT_ACCUMULATION = 8;

    /** Checks the numbers and copies the list. */
    public GlimpseTrainingOptions {
        boolean weights =
                maskWeight >= 0 && crossEntropyWeight >= 0 && languageWeight >= 0 && maskWeight + languageWeight > 0;
        if (epochs < 1 || accumulation < 1 || !(rate > 0) || !weights || !(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("Cannot train for " + epochs + " epochs of steps of " + accumulation
                    + " samples with rate " + rate + ", mask weight " + maskWeight + ", cross entropy weight "
                    + crossEntropyWeight + ", language weight " + languageWeight + ", dropout " + dropout);
        }
        listeners = List.copyOf(listeners);
    }

    /** Starts with the recipe: one epoch, no language loss, no dropout. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {

        private @Nullable GlimpseModuleDesign design;
        private @Nullable Path module;
        private int epochs = 1;
        private int accumulation = DEFAULT_ACCUMULATION;
        private double rate = DEFAULT_RATE;
        private double warmUpRatio = DEFAULT_WARM_UP_RATIO;
        private double weightDecay;
        private double longestGradient = TrainingOptions.DEFAULT_LONGEST_GRADIENT;
        private double maskWeight = 1;
        private double crossEntropyWeight = DEFAULT_CROSS_ENTROPY_WEIGHT;
        private double languageWeight;
        private double dropout;
        private long seed;
        private @Nullable Path folder;
        private long checkpointEvery = TrainingOptions.DEFAULT_CHECKPOINT_EVERY;
        private final List<TrainingListener> listeners = new ArrayList<>();

        private Builder() {}

        /** Shape of a new module. */
        public Builder design(@Nullable GlimpseModuleDesign value) {
            design = value;
            return this;
        }

        /** A module to go on from. */
        public Builder module(@Nullable Path value) {
            module = value;
            return this;
        }

        /** Times that every sample is seen. */
        public Builder epochs(int value) {
            epochs = value;
            return this;
        }

        /** Samples per step. */
        public Builder accumulation(int value) {
            accumulation = value;
            return this;
        }

        /** Highest learning rate. */
        public Builder rate(double value) {
            rate = value;
            return this;
        }

        /** Share of the steps in which the rate rises. */
        public Builder warmUpRatio(double value) {
            warmUpRatio = value;
            return this;
        }

        /** Of matrices. */
        public Builder weightDecay(double value) {
            weightDecay = value;
            return this;
        }

        /** Longest gradient; 0 leaves it alone. */
        public Builder longestGradient(double value) {
            longestGradient = value;
            return this;
        }

        /** Weights of the two losses. */
        public Builder lossWeights(double mask, double language) {
            maskWeight = mask;
            languageWeight = language;
            return this;
        }

        /** Of the mask's cross entropy beside its dice. */
        public Builder crossEntropyWeight(double value) {
            crossEntropyWeight = value;
            return this;
        }

        /** Share of the glimpse vectors' numbers that are dropped in training. */
        public Builder dropout(double value) {
            dropout = value;
            return this;
        }

        /** Of first values, order and dropout. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Folder of checkpoints and curves, and how often the state is kept. */
        public Builder folder(@Nullable Path value, long every) {
            folder = value;
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
        public GlimpseTrainingOptions build() {
            return new GlimpseTrainingOptions(
                    design,
                    module,
                    epochs,
                    accumulation,
                    rate,
                    warmUpRatio,
                    weightDecay,
                    longestGradient,
                    maskWeight,
                    crossEntropyWeight,
                    languageWeight,
                    dropout,
                    seed,
                    folder,
                    checkpointEvery,
                    listeners);
        }
    }
}
