package io.github.glimpse.prune;

import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers that a user set for all requests and that no cut looks at. They are not refused, since a request that names another
 * strategy may need them; but nothing else would tell that they do nothing to the rest.
 */
public final class UnreadNumbers {

    private UnreadNumbers() {}

    /**
     * What to say of each of them.
     *
     * @param given the model's options as the user wrote them
     * @param schedule what they come to
     */
    public static List<String> of(PruningOptions given, PruningSchedule schedule) {
        List<Cut> cuts = schedule.cuts();
        boolean settles = given.retentionRatio() != null && cuts.stream().noneMatch(UnreadNumbers::takesACount);
        boolean counts = cuts.stream().allMatch(UnreadNumbers::takesACountAlone);
        if (cuts.isEmpty()) {
            boolean meant =
                    Boolean.FALSE.equals(given.enabled()) || given.strategy() != null || given.profile() != null;
            List<String> numbers = numbers(given);
            return meant || !given.schedule().isEmpty() || numbers.isEmpty()
                    ? List.of()
                    : List.of(
                            String.join(", ", numbers)
                                    + ": no effect by default, nothing is pruned; the model has no pruning module and no strategy is named");
        }
        List<String> unread = new ArrayList<>();
        if (settles) {
            unread.add("retention-ratio " + given.retentionRatio() + ": no effect by default, " + names(cuts)
                    + " settles by itself how many tokens stay; use max-retention-ratio for a cap");
        }
        if (counts && given.threshold() != null) {
            unread.add("threshold " + given.threshold() + ": no effect by default, " + names(cuts)
                    + " keeps the share that retention-ratio says");
        }
        return unread;
    }

    /** Pixels: there a ratio may tell what has been done to the picture. */
    private static boolean takesACount(Cut cut) {
        return takesACountAlone(cut) || cut.at().stage() == Stage.PIXELS || cut.strategy() instanceof TwoScaleStrategy;
    }

    private static boolean takesACountAlone(Cut cut) {
        return cut.strategy().traits(cut.at()).contains(StrategyTrait.USES_BUDGET);
    }

    private static String names(List<Cut> cuts) {
        return String.join(", ", cuts.stream().map(Cut::name).toList());
    }

    private static List<String> numbers(PruningOptions given) {
        List<String> numbers = new ArrayList<>();
        if (given.retentionRatio() != null) {
            numbers.add("retention-ratio " + given.retentionRatio());
        }
        if (given.maxRetentionRatio() != null) {
            numbers.add("max-retention-ratio " + given.maxRetentionRatio());
        }
        if (given.threshold() != null) {
            numbers.add("threshold " + given.threshold());
        }
        if (given.minTokens() != null) {
            numbers.add("min-tokens " + given.minTokens());
        }
        return numbers;
    }
}
