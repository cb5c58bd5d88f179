package io.github.glimpse.nn;

/**
 * Asked between layers and between tokens whether to go on. A native call cannot be stopped, so these are the places
 * where a cancelled or overdue request ends, and where one lets others compute.
 */
@FunctionalInterface
public interface CancellationPoint {

    /** Never stops. */
    CancellationPoint NONE = () -> {};

    /**
     * Returns if the work goes on.
     *
     * @throws io.github.glimpse.GenerationCancelledException if it was cancelled
     * @throws io.github.glimpse.DeadlineExceededException if its time is over
     */
    void check();
}
