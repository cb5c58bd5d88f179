package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;

/**
 * Keys and values of a layer apart from any sequence, not to be changed: what {@link KvCache#copy} gives and {@link KvCache#begin}
 * takes.
 *
 * @param keys rotated, {@code [kvHeads, rows, headDim]}
 * @param values {@code [kvHeads, rows, headDim]}
 * @param rows rows that there are
 */
public record KeyValueRows(NDArray keys, NDArray values, int rows) {}
