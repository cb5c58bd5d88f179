package io.github.glimpse.prune;

import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.TokenUnit.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Sees to it that of each slice of a video some tokens stay. It comes last: a slice with too few gets its best dropped ones, nothing
 * is taken elsewhere, so the result may be above count and cap.
 */
public final class SliceFloor {

    private SliceFloor() {}

    /**
     * Adds to a choice.
     *
     * @param selection what stays, with a score for each token where a slice may lack some
     * @param units all units that were decided together
     * @param alive rising numbers, among the units' tokens, of those that were there to choose from
     * @param floor least tokens of each slice, or all that were there of it if that is fewer
     */
    public static TokenSelection apply(TokenSelection selection, List<TokenUnit> units, int[] alive, int floor) {
        BitSet kept = new BitSet();
        for (int place : selection.kept()) {
            kept.set(place);
        }
        int before = kept.cardinality();
        int from = 0;
        int end = 0;
        for (TokenUnit unit : units) {
            int first = from;
            end += unit.grid().tokenCount();
            while (from < alive.length && alive[from] < end) {
                from++;
            }
            if (unit.kind() == Kind.VIDEO) {
                fill(kept, selection, first, from, floor);
            }
        }
        return kept.cardinality() == before
                ? selection
                : selection.withKept(kept.stream().toArray()).withReason(RatioReason.FLOOR);
    }

    private static void fill(BitSet kept, TokenSelection selection, int first, int end, int floor) {
        int missing = Math.min(floor, end - first) - kept.get(first, end).cardinality();
        if (missing <= 0) {
            return;
        }
        float[] scores = Objects.requireNonNull(selection.scores(), "a floor per slice needs scores");
        List<Integer> dropped = new ArrayList<>(IntStream.range(first, end)
                .filter(place -> !kept.get(place))
                .boxed()
                .toList());
        // The sort is stable: of equal scores the lower index.
        dropped.sort((one, other) -> Float.compare(scores[other], scores[one]));
        dropped.subList(0, missing).forEach(kept::set);
    }
}
