package io.github.glimpse.generate;

/**
 * What the cache of vision features has done so far.
 *
 * @param hits pictures that were found
 * @param misses pictures that had to be encoded
 * @param pictures in it now
 * @param bytes native memory that it holds now
 */
public record VisionCacheUse(long hits, long misses, int pictures, long bytes) {}
