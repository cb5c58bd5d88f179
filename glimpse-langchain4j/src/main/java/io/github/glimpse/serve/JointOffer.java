package io.github.glimpse.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A part of a slice that can be computed with others; what it has become belongs to the lock of the order. */
final class JointOffer<T, U> {

    private final JointSlice<T, U> slice;
    private final T part;
    private boolean taken;
    private boolean done;
    private @Nullable U result;
    private @Nullable Throwable failure;

    JointOffer(JointSlice<T, U> slice, T part) {
        this.slice = slice;
        this.part = part;
    }

    boolean isTaken() {
        return taken;
    }

    boolean isDone() {
        return done;
    }

    /** This one and those of other work that join it and find room; whose these are is added to {@code others}. */
    List<JointOffer<T, U>> take(List<Slices> work, List<Slices> others) {
        taken = true;
        List<JointOffer<T, U>> joined = new ArrayList<>(List.of(this));
        int size = slice.size().applyAsInt(part);
        for (Slices one : work) {
            JointOffer<T, U> other = one.offers() ? ofSameSlice(one.offer()) : null;
            if (other != null && !other.taken && slice.joins().test(part, other.part)) {
                int more = slice.size().applyAsInt(other.part);
                if (size + more <= slice.most()) {
                    size += more;
                    other.taken = true;
                    joined.add(other);
                    others.add(one);
                }
            }
        }
        return joined;
    }

    @SuppressWarnings("unchecked") // one slice has parts of one type, and results of one
    private @Nullable JointOffer<T, U> ofSameSlice(@Nullable JointOffer<?, ?> other) {
        return other != null && other.slice.equals(slice) ? (JointOffer<T, U>) other : null;
    }

    /** Computes these, whose owners wait for it. A failure is everybody's. */
    void compute(List<JointOffer<T, U>> joined) {
        try {
            List<U> results =
                    slice.run().apply(joined.stream().map(one -> one.part).toList());
            for (int i = 0; i < joined.size(); i++) {
                joined.get(i).result = results.get(i);
            }
        } catch (RuntimeException | Error e) {
            joined.forEach(one -> one.failure = e);
        }
    }

    void done() {
        done = true;
    }

    U result() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return Objects.requireNonNull(result, "a slice without a result");
    }
}
