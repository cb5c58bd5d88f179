package io.github.glimpse.model;

import java.util.Locale;

/** The first id of a text that attends to a picture, for families where library and training differ. */
public enum FirstToken {
    /** What the tokenizer puts there: the library's habit. */
    CLS,
    /** BLIP's {@code [ENC]}, the id behind its start id: the habit of the original training. */
    ENC;

    /** The name in properties. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
