package io.github.glimpse.train;

/** The learning rate of each step. */
@FunctionalInterface
public interface RateSchedule {

    /**
     * The rate of a step.
     *
     * @param step 0 for the first
     */
    double rate(long step);

    /** The same rate throughout. */
    static RateSchedule constant(double rate) {
        return step -> rate;
    }

    /**
     * Rises evenly from 0 to {@code peak} over the first steps, then falls to {@code last} along half a cosine.
     *
     * @param steps of the whole run
     * @param warmUpRatio share of the steps that rise, rounded up
     * @throws IllegalArgumentException if a number makes no sense
     */
    static RateSchedule cosine(double peak, double last, long steps, double warmUpRatio) {
        if (!(peak > 0) || !(last >= 0) || steps < 1 || !(warmUpRatio >= 0 && warmUpRatio < 1)) {
            throw new IllegalArgumentException("No cosine from " + peak + " to " + last + " over " + steps
                    + " steps with warm-up ratio " + warmUpRatio);
        }
        long warmUp = (long) Math.ceil((double) steps * warmUpRatio);
        return step -> {
            if (step < warmUp) {
                return peak * ((double) step / (double) warmUp);
            }
            double progress = Math.min(1, (double) (step - warmUp) / (double) Math.max(1, steps - warmUp));
            return last + (peak - last) * 0.5 * (1 + Math.cos(Math.PI * progress));
        };
    }
}
