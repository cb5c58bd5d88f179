package io.github.glimpse.embedding;

import java.util.Arrays;
import java.util.Locale;

/** By what patches are ranked inside the tower. */
public enum PatchEvidence {
    /** Attention of the class row, mean of the heads: EViT's measure, and the default where there is a class row. */
    CLS,
    /** Attention that a patch receives from all rows, mean of heads and rows; for towers without a class row, such as SigLIP's. */
    RECEIVED,
    /** Likeness to the text that is nearest; only when texts are known, and only CLIP. Not measured with trained weights. */
    TEXT,
    /** {@link #TEXT} and {@link #CLS}, each brought to 0..1, weighted. Not measured with trained weights. */
    MIXED;

    /** The name in properties and labels: {@code cls}, {@code received}, {@code text}, {@code mixed}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The evidence of a label.
     *
     * @throws IllegalArgumentException if there is none; the message names those that there are
     */
    public static PatchEvidence of(String label) {
        return Arrays.stream(values())
                .filter(evidence -> evidence.label().equals(label.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "The evidence '" + label + "' is not known; use cls, received, text or mixed"));
    }

    /** Whether texts have to be known. */
    public boolean needsText() {
        return this == TEXT || this == MIXED;
    }
}
