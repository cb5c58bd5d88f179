package io.github.glimpse.prefill;

/**
 * What the store of prompts' beginnings has done so far, and holds.
 *
 * @param hits prompts that took rows over
 * @param misses prompts that could have, and found none
 * @param rowsReused rows that were taken over
 * @param rowsComputed rows that ran through the first layers in requests that asked the store
 * @param prompts beginnings in it now
 * @param bytes native memory that it holds now
 */
public record PrefixUse(long hits, long misses, long rowsReused, long rowsComputed, int prompts, long bytes) {}
