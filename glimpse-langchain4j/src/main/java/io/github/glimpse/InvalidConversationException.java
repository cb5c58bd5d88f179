package io.github.glimpse;

import org.jspecify.annotations.Nullable;

/** A conversation that the chat template of the loaded model cannot express. The caller has to change the messages. */
public final class InvalidConversationException extends GlimpseException {

    private static final long serialVersionUID = 1L;

    private final Check check;
    private final String words;

    /** Checks of a conversation, in their order. */
    public enum Check {
        /** Tool calls and results that do not belong together. */
        PAIRING,
        /** Content that the template has no place for: images, videos, tools or calls. */
        FEATURES,
        /** Tools whose calls the model writes in a format that is not supported. */
        TOOLS,
        /** Rendering: the template refuses or loses a message, and no repair helps. */
        TEMPLATE
    }

    /** Makes the error of a check that needs no rendering. */
    public InvalidConversationException(Check check, String message) {
        super(message, null);
        this.check = check;
        this.words = message;
    }

    /**
     * Makes the error of {@link Check#TEMPLATE}.
     *
     * @param words of the template, or which message it loses
     * @param cause the template's refusal; null if it loses a message
     */
    public InvalidConversationException(String words, @Nullable Throwable cause) {
        super(
                "The model's chat template cannot write the conversation: " + words
                        + "; change the messages, no known repair helps",
                cause);
        this.check = Check.TEMPLATE;
        this.words = words;
    }

    /** The check that failed. */
    public Check check() {
        return check;
    }

    /** The template's own words where it refused; which message it loses; else the message of this error. */
    public String words() {
        return words;
    }
}
