package io.github.glimpse.model;

/**
 * The rows of one {@link TokenRun} in a prompt.
 *
 * @param start first row
 * @param count rows, newlines included
 */
public record ImageSpan(int start, int count) {}
