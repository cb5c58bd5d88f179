package io.github.glimpse.model;

import io.github.glimpse.nn.FirstRowHead;

/**
 * What tells how well a text fits a picture.
 *
 * @param match from the first row of a text that attended to the picture to two logits: no, yes
 * @param picture from the class row to the space in which pictures and texts are compared
 * @param text from the first row of a text without cross-attention, to that space
 */
public record MatchingHeads(FirstRowHead match, FirstRowHead picture, FirstRowHead text) {}
