package io.github.glimpse.train;

import java.nio.file.Path;

/** Hears how a run goes on, on the thread that trains. An exception ends the run. */
public interface TrainingListener {

    /**
     * Before the first step, and after a resume.
     *
     * @param step steps that are done: what was heard of later ones is void
     */
    default void onStart(long step, long steps) {}

    /** After each step. */
    default void onStep(TrainingProgress progress) {}

    /** After a checkpoint was written. */
    default void onCheckpoint(long step, Path file) {}
}
