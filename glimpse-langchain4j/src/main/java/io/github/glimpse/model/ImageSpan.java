package io.github.glimpse.model;

/**
 * The rows of one image in a prompt.
 *
 * @param start first row
 * @param count rows, one per image token
 */
public record ImageSpan(int start, int count) {}
