package io.github.glimpse.examples.benchmark;

import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A schedule that is timed, by the text that names it: steps {@code strategy=ratio@place}, joined by {@code +}, such as {@code
 * div-prune=0.333@vision + glimpse=0.333}. Without a ratio the strategy's own numbers hold, without a place it works at its
 * own. Glimpse is told its ratio as a cap without a threshold, since with random weights a threshold would say nothing: it is a
 * share of the tokens alive at its step, those of all others are shares of the picture's tokens.
 *
 * @param name the text
 * @param pruning what a request says
 */
record ScheduleRow(String name, PruningOptions pruning) {

    /** What all others are compared with: nothing is said of pruning but that there is none. */
    static final ScheduleRow UNPRUNED =
            new ScheduleRow("unpruned", PruningOptions.builder().enabled(false).build());

    private static final List<String> EVERYWHERE = List.of(
            "none",
            "glimpse=0.111",
            "fastv=0.5@layer 3",
            "pyramid-drop=0.5@25 % + pyramid-drop=0.25@50 % + pyramid-drop=0.125@75 %",
            "div-prune=0.111@vision",
            "div-prune=0.333@vision + glimpse=0.333");

    private static final Pattern STEP = Pattern.compile("([a-z][a-z0-9-]*)(?:=(\\d+(?:\\.\\d+)?))?(?:\\s*@\\s*(.+))?");

    /** What is timed where the user names nothing: places that are not possible in a family are left out. */
    static List<ScheduleRow> usual(String family) {
        List<String> before = family.startsWith("qwen")
                ? List.of("down-sample=0.333@pixels", TwoScaleWork.NAME + "=0.111@pixels")
                : List.of("cls-attention=0.111@vision", "grid=0.333@pixels");
        return Stream.concat(EVERYWHERE.stream(), before.stream())
                .map(ScheduleRow::parse)
                .toList();
    }

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException if it is none; the message shows the form
     */
    static ScheduleRow parse(String text) {
        List<PruningStep> steps = Arrays.stream(text.split("\\+", -1))
                .map(step -> step(step.strip(), text))
                .toList();
        return new ScheduleRow(
                text.strip(), PruningOptions.builder().schedule(steps).build());
    }

    private static PruningStep step(String step, String text) {
        Matcher matcher = STEP.matcher(step);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "The step '" + step + "' of '" + text
                            + "' is not understood; write strategy=ratio@place, such as div-prune=0.111@vision, and join steps by +");
        }
        String strategy = matcher.group(1);
        PruningStep.Builder builder = PruningStep.builder(strategy).at(matcher.group(3));
        if (matcher.group(2) != null) {
            double ratio = Double.parseDouble(matcher.group(2));
            if (strategy.equals(PruningOptions.GLIMPSE)) {
                builder.threshold(0.0).maxRetentionRatio(ratio);
            } else {
                builder.retentionRatio(ratio);
            }
        }
        return builder.build();
    }
}
