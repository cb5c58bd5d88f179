package io.github.glimpse.serve;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a slice that can be computed with others. */
final class JointOffer<T, U> extends Awaited<U> {

    private final Slices owner;
    private final JointSlice<T, U> slice;
    private final T part;

    JointOffer(Slices owner, JointSlice<T, U> slice, T part) {
        this.owner = owner;
        this.slice = slice;
        this.part = part;
    }

    /** This one, and behind it those of other work that join it and find room. */
    List<JointOffer<T, U>> joined(List<Slices> work) {
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
                }
            }
        }
        return joined;
    }

    @SuppressWarnings("unchecked") // one slice has parts of one type, and results of one
    private @Nullable JointOffer<T, U> ofSameSlice(@Nullable JointOffer<?, ?> other) {
        return other != null && other.slice.equals(slice) ? (JointOffer<T, U>) other : null;
    }

    /** Whose it is. */
    Slices owner() {
        return owner;
    }

    @Override
    boolean isDoneSoon() {
        return owner.wasComputedSoon(this);
    }

    @Override
    boolean withdraw() {
        return owner.withdrawn(this);
    }

    /** Computes these, whose owners wait for it. */
    List<U> compute(List<JointOffer<T, U>> joined) {
        return slice.run().apply(joined.stream().map(one -> one.part).toList());
    }
}
