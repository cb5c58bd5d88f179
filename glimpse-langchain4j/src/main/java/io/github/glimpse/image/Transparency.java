package io.github.glimpse.image;

/** What becomes of the transparent parts of a picture, since the models see three colours only. */
public enum Transparency {

    /**
     * The picture is laid on white, as a viewer shows it. The default, and what the usual pre-step of Qwen2.5-VL does.
     */
    WHITE,

    /**
     * Transparency is forgotten: the colour under a transparent pixel counts, whatever it is (often black). The image
     * processors of the reference do this; for comparisons with it.
     */
    DROP
}
