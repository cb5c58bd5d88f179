package io.github.glimpse.serve;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What somebody waits for and another may compute: nobody's, then taken, then done. All methods but {@link #await} are for whoever has the
 * lock.
 */
abstract class Awaited<R> {

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

    /** Waits for a while, computes if it is time, and says whether it is done. */
    abstract boolean isDoneSoon();

    /** Takes it back, unless somebody is computing it; whether nobody is. */
    abstract boolean withdraw();

    /**
     * Waits until it is done. Whatever fails meanwhile, a full heap too, ends that only once nobody can compute it any more: what it is of is
     * freed then.
     *
     * @param check throws if there is to be no more waiting
     * @return what came of it; throws what it failed by
     */
    final R await(Runnable check) {
        boolean over = false;
        while (!over) {
            over = isOver(check);
        }
        return result();
    }

    private boolean isOver(Runnable check) {
        try {
            if (isDoneSoon()) {
                return true;
            }
            check.run();
        } catch (RuntimeException | Error e) {
            if (withdraw()) {
                throw e;
            }
        }
        return false;
    }

    private R result() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return Objects.requireNonNull(result, "computed without a result");
    }
}
