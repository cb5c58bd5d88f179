package io.github.glimpse.model.llava;

/** What LLaVA-1.5 does with a picture that is not square. */
public enum LlavaAspect {

    /**
     * It is padded to a square with the mean colour: everything is seen, smaller. The authors train and evaluate so
     * ({@code image_aspect_ratio: pad}).
     */
    PAD,

    /** Its middle is cut out: what lies beyond is not seen. The processor files of converted models say this. */
    CROP
}
