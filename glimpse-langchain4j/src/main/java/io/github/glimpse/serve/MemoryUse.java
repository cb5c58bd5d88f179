package io.github.glimpse.serve;

/**
 * What a memory budget is used for now, in bytes.
 *
 * @param budget all there is
 * @param reserved for requests that run: an upper bound of what they may come to hold
 * @param used of that, the keys and values that answers hold already
 * @param remembered pictures and beginnings that are kept for later requests, and give way to running ones
 * @param waiting requests that wait for room
 */
public record MemoryUse(long budget, long reserved, long used, long remembered, int waiting) {}
