package io.github.glimpse.examples.tiny.drawing;

/**
 * Something coloured on a picture, for captions.
 *
 * @param colour its name
 * @param name what it is: a shape, or {@code sign}
 * @param box around it, in pixels
 */
public record Thing(String colour, String name, Box box) {}
