package io.github.glimpse.serve;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What somebody waits for and another may compute: nobody's, then taken, then done. All methods but {@link #result} are for whoever has the lock. */
class Awaited<R> {

    private boolean taken;
    private boolean done;
    private @Nullable R result;
    private @Nullable Throwable failure;

    /** It is being computed from now on. */
    void take() {
        taken = true;
    }

    boolean isTaken() {
        return taken;
    }

    boolean isDone() {
        return done;
    }

    /** It is computed: one of both is there. */
    void settle(@Nullable R made, @Nullable Throwable why) {
        done = true;
        result = made;
        failure = why;
    }

    /** What came of it, once it is done; throws what it failed by. */
    R result() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return Objects.requireNonNull(result, "computed without a result");
    }
}
