package io.github.glimpse.prefill;

import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStrategy;
import java.util.List;
import java.util.function.ToIntFunction;

/** All that decides what cuts of a picture keep, in words: part of the key under which the picture is remembered. */
public final class CutSetting {

    private CutSetting() {}

    /**
     * Describes cuts.
     *
     * @param schedule all steps: anchors and floor of every step hold at each, and so does the guard
     * @param cuts those of them that are remembered with the picture
     * @param numbers tells strategies apart, and the same one with other options
     * @return empty if there are no cuts
     */
    static String of(PruningSchedule schedule, List<Cut> cuts, ToIntFunction<PruningStrategy> numbers) {
        if (cuts.isEmpty()) {
            return "";
        }
        StringBuilder setting = new StringBuilder(
                " " + schedule.everywhere() + " " + schedule.guard().options());
        for (Cut cut : cuts) {
            setting.append(' ')
                    .append(cut.at())
                    .append(' ')
                    .append(numbers.applyAsInt(cut.strategy()))
                    .append(' ')
                    .append(cut.budget());
        }
        return setting.toString();
    }
}
