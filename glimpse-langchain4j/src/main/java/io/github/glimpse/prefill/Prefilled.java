package io.github.glimpse.prefill;

/**
 * A prompt that has run.
 *
 * @param sequence ready to be decoded
 * @param log what was kept
 * @param reuse what was taken over
 */
public record Prefilled(Sequence sequence, SelectionLog log, ReuseReport reuse) {}
