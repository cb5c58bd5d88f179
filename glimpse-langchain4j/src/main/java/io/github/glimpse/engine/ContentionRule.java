package io.github.glimpse.engine;

/**
 * Rule that decides, with hysteresis, whether other processes compete with the threads of a native operation for cores.
 * One window of samples turns it on, {@value #LOW_WINDOWS} consecutive windows turn it off. Not safe for concurrent use.
 */
final class ContentionRule {

    /** Cores that other processes take from a native operation, from which on they compete with it. */
    static final double HIGH = 0.3;

    /** Below this, other processes compete no longer. The error of a window of half a second is about 0.1 cores. */
    static final double LOW = 0.15;

    /** Windows below {@link #LOW} until contention has ended. */
    static final int LOW_WINDOWS = 2;

    private boolean contended;
    private int lowWindows;

    /**
     * Adds a window.
     *
     * @param otherCores cores that other processes used, on average
     * @param cores cores that this process may use
     * @param threads threads of a native operation; other processes may use the remaining cores at no cost
     * @return whether other processes compete for cores now
     */
    boolean add(double otherCores, int cores, int threads) {
        double taken = otherCores - Math.max(0, cores - threads);
        lowWindows = taken < LOW ? lowWindows + 1 : 0;
        if (taken >= HIGH) {
            contended = true;
        } else if (lowWindows >= LOW_WINDOWS) {
            contended = false;
        }
        return contended;
    }
}
