package io.github.glimpse.model;

/** How a family with square pictures treats others. */
public enum ImageAspect {
    /** What the family's reference evaluates with: padding in LLaVA-1.5. */
    AUTO,
    /** Bars of the mean colour make it square; nothing is lost. */
    PAD,
    /** The middle square is cut out. */
    CROP
}
