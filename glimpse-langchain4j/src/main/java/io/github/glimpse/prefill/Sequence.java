package io.github.glimpse.prefill;

import io.github.glimpse.nn.LayerState;
import java.util.List;

/**
 * A prompt that has run through the model, ready to be decoded. The caches belong to the request's scope.
 *
 * @param caches one per layer, all of the same length unless a schedule left them ragged
 * @param nextPositions position id of the first new token, by layer: they differ where a schedule renumbers
 * @param logits raw logits after the prompt
 * @param rows rows of the prompt that are left
 */
public record Sequence(List<LayerState> caches, long[] nextPositions, float[] logits, int rows) {}
