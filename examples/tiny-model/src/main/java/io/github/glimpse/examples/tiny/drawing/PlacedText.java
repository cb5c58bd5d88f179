package io.github.glimpse.examples.tiny.drawing;

/**
 * Writing on a page.
 *
 * @param text what it says
 * @param box its ink, exactly
 * @param centreX middle of each character
 * @param centreY middle of a capital of the line
 */
record PlacedText(String text, Box box, double[] centreX, int centreY) {}
