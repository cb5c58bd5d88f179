package io.github.glimpse.generate;

/**
 * The stages of a request, in the order in which it goes through them. {@link #PRUNING} and {@link #PREFILL_AFTER_CUT} come
 * again for a further cut; the strategy {@code foveate} comes back to {@link #IMAGES} and {@link #VISION} after {@link
 * #PRUNING}, for what it kept.
 */
public enum Stage {
    /** Waits for a free place, and for the model if that is still loading. */
    WAITING,
    /** Pictures are decoded and resized, the prompt is put together. */
    IMAGES,
    /** The vision tower runs; left out without pictures. */
    VISION,
    /** Layers on the whole prompt; all of them if nothing is cut. */
    PREFILL_BEFORE_CUT,
    /** Image tokens are chosen and cut. */
    PRUNING,
    /** The other layers, on what is left. */
    PREFILL_AFTER_CUT,
    /** The answer is made, token by token. */
    DECODING
}
