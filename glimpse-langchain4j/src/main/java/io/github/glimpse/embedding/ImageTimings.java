package io.github.glimpse.embedding;

import java.time.Duration;

/**
 * Where the time of pictures went, without waiting for a free place.
 *
 * @param images decoding and resizing
 * @param vision the vision tower with its cuts, and the projection
 */
public record ImageTimings(Duration images, Duration vision) {}
