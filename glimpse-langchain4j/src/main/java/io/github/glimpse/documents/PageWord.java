package io.github.glimpse.documents;

/**
 * A word of a page's text layer.
 *
 * @param text without blanks
 * @param box where it stands
 */
public record PageWord(String text, PageBox box) {}
