package io.github.glimpse.answer;

import java.util.function.Consumer;

/**
 * Output of text: blanks wait until text follows them. They are dropped before a call, and at both ends once {@link #trim} was
 * called. Delivered in batches by {@link #flush}.
 */
final class TrimmedText {

    private final Consumer<String> target;
    private final StringBuilder blanks = new StringBuilder();
    private final StringBuilder ready = new StringBuilder();
    private boolean started;
    private boolean dropsLeading;
    private boolean dropsTrailing;

    TrimmedText(Consumer<String> target) {
        this.target = target;
    }

    void append(char unit) {
        if (Blanks.isBlank(unit)) {
            blanks.append(unit);
            return;
        }
        if (started || !dropsLeading) {
            ready.append(blanks);
        }
        started = true;
        ready.append(unit);
        blanks.setLength(0);
    }

    void append(CharSequence text) {
        for (int index = 0; index < text.length(); index++) {
            append(text.charAt(index));
        }
    }

    /** Blanks at both ends of the text belong to tags from now on; drops those that wait for text. */
    void trim() {
        dropsLeading = true;
        dropBlanks();
    }

    /** Drops the blanks that wait for text, since a call follows, and those at the end of the text. */
    void dropBlanks() {
        dropsTrailing = true;
        blanks.setLength(0);
    }

    /** Whether there is any text so far. */
    boolean isStarted() {
        return started;
    }

    /** Delivers what is ready, except for the first half of a surrogate pair. */
    void flush() {
        int length = ready.length();
        if (length > 0 && Character.isHighSurrogate(ready.charAt(length - 1))) {
            length--;
        }
        deliver(length);
    }

    /** Delivers the rest. */
    void finish() {
        if (!dropsTrailing) {
            ready.append(blanks);
        }
        blanks.setLength(0);
        deliver(ready.length());
    }

    private void deliver(int length) {
        if (length > 0) {
            String piece = ready.substring(0, length);
            ready.delete(0, length);
            target.accept(piece);
        }
    }
}
