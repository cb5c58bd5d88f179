package io.github.glimpse.text.jinja;

import io.github.glimpse.UnsupportedContentException;

/** Refusal or failure of a chat template. */
public final class TemplateException extends UnsupportedContentException {

    private static final long serialVersionUID = 1L;

    private final String words;

    TemplateException(String message, String words) {
        super(message);
        this.words = words;
    }

    /** What the template raised, or the reason of its failure. */
    public String words() {
        return words;
    }
}
