package io.github.glimpse.examples.tiny.drawing;

/**
 * A word as it stands in a picture. The array is not copied; do not change it.
 *
 * @param text what it says
 * @param centreX middle of each character
 * @param centreY middle of a capital of the line
 * @param role what it is part of
 */
public record WrittenWord(String text, double[] centreX, int centreY, CellRole role) {}
