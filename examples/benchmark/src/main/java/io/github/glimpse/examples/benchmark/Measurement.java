package io.github.glimpse.examples.benchmark;

import org.jspecify.annotations.Nullable;

/**
 * One measured value: a line of the raw results, and what a rival's process prints.
 *
 * @param rival who
 * @param item what: {@code load}, {@code resident}, {@code vision}, {@code prefill}, {@code ttft}, {@code decode}, …
 * @param dtype the type that was computed in
 * @param imageTokens tokens of the picture, 0 where none took part
 * @param kept image tokens after the cut, equal to {@code imageTokens} where nothing was cut
 * @param value in {@code unit}
 * @param unit {@code s}, {@code bytes} or {@code bytes/s}
 * @param round of the run, set by the one who collects
 */
record Measurement(
        String rival,
        String item,
        String dtype,
        int imageTokens,
        int kept,
        double value,
        String unit,
        @Nullable Integer round) {

    Measurement inRound(int number) {
        return new Measurement(rival, item, dtype, imageTokens, kept, value, unit, number);
    }

    Measurement named(String before) {
        return new Measurement(rival, before + item, dtype, imageTokens, kept, value, unit, round);
    }

    boolean pruned() {
        return kept < imageTokens;
    }
}
