package io.github.glimpse.serve;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * A slice that several pieces of work can have in one, for less than one each.
 *
 * @param run computes it for all parts, in their order
 * @param joins whether two parts can be computed in one
 * @param size of a part
 * @param most of all sizes together, unless one is larger by itself
 * @param <T> what a piece of work brings
 * @param <U> what it gets
 */
public record JointSlice<T, U>(
        Function<List<T>, List<U>> run, BiPredicate<T, T> joins, ToIntFunction<T> size, int most) {}
