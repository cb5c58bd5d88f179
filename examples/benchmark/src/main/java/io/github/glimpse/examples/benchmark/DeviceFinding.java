package io.github.glimpse.examples.benchmark;

/**
 * One figure of the page.
 *
 * @param of what it is about: a shape, or the machine
 * @param item what was measured
 * @param value the figure
 * @param unit of the figure
 */
record DeviceFinding(String of, String item, double value, String unit) {}
