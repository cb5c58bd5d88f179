package io.github.glimpse.model;

/**
 * Rows that were dropped inside the vision tower, or behind it.
 *
 * @param kept indices of the image tokens that stayed, among those that were there, rising
 * @param scores by which they were chosen, one for each that was there; null if there are none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; equality is that of the object
public record TowerCut(int[] kept, float @org.jspecify.annotations.Nullable [] scores) {}
