package io.github.glimpse.testing;

/** The ways in which releases of the reference library name tensors and nest settings. */
public enum KeyLayout {
    /** As the released checkpoints: {@code visual.…}, {@code language_model.model.…}; old, flat settings. */
    RELEASED,
    /** All below {@code model.}: {@code model.visual.…}, {@code model.language_model.…}; {@code text_config}. */
    NEWER,
    /**
     * As release 5 writes them: released names again, but a CLIP tower without {@code vision_model.}, and settings with
     * {@code rope_parameters} and {@code dtype}.
     */
    NEWEST
}
