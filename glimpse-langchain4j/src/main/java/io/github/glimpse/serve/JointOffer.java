package io.github.glimpse.serve;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a slice that can be computed with others. */
final class JointOffer<T, U> extends Awaited<U> {

    private final JointSlice<T, U> slice;
    private final T part;

    JointOffer(JointSlice<T, U> slice, T part) {
        this.slice = slice;
        this.part = part;
    }

    /** This one and those of other work that join it and find room; whose these are is added to {@code others}. */
    List<JointOffer<T, U>> joined(List<Slices> work, List<Slices> others) {
        List<JointOffer<T, U>> joined = new ArrayList<>(List.of(this));
        int size = slice.size().applyAsInt(part);
        for (Slices one : work) {
            JointOffer<T, U> other = one.offers() ? ofSameSlice(one.offer()) : null;
            if (other != null
                    && other != this
                    && !other.isTaken()
                    && slice.joins().test(part, other.part)) {
                int more = slice.size().applyAsInt(other.part);
                if (size + more <= slice.most()) {
                    size += more;
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

    /** Computes these, whose owners wait for it. */
    List<U> compute(List<JointOffer<T, U>> joined) {
        return slice.run().apply(joined.stream().map(one -> one.part).toList());
    }
}
