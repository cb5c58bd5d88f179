package io.github.glimpse.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A text on its way through a tokenizer's normaliser, and for each of its characters the stretch of the prompt that it
 * stands for. Places are kept only where somebody asks for them: they take four times the memory of the text.
 *
 * @param text   the text as it is now
 * @param starts for each unit of it the first unit of the prompt that it stands for; null where nobody asks
 * @param ends   one behind the last
 */
record AlignedText(String text, int @Nullable [] starts, int @Nullable [] ends) {

    /** A text without places. */
    static AlignedText of(String text) {
        return new AlignedText(text, null, null);
    }

    /** A stretch of a prompt: each character stands for itself. */
    static AlignedText ofPrompt(String prompt, int from, int to) {
        int[] starts = new int[to - from];
        int[] ends = new int[to - from];
        for (int index = from; index < to; ) {
            int next = index + Character.charCount(prompt.codePointAt(index));
            Arrays.fill(starts, index - from, next - from, index);
            Arrays.fill(ends, index - from, next - from, next);
            index = next;
        }
        return new AlignedText(prompt.substring(from, to), starts, ends);
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    /** Part of it. */
    AlignedText part(int from, int to) {
        if (from == 0 && to == text.length()) {
            return this;
        }
        return new AlignedText(
                text.substring(from, to),
                starts == null ? null : Arrays.copyOfRange(starts, from, to),
                ends == null ? null : Arrays.copyOfRange(ends, from, to));
    }

    /** The same with a text before it that stands for its first character. An empty text stays empty. */
    AlignedText prepend(String prefix) {
        if (isEmpty()) {
            return this;
        }
        Builder builder = new Builder(this);
        prefix.codePoints().forEach(point -> builder.addFor(point, 0));
        builder.keep(0, text.length());
        return builder.build();
    }

    /** Writes the text that follows from another. */
    static final class Builder {

        private final AlignedText old;
        private final StringBuilder text;
        private int @Nullable [] starts;
        private int @Nullable [] ends;
        private int next;

        Builder(AlignedText old) {
            this.old = old;
            text = new StringBuilder(old.text.length() + 16);
            if (old.starts != null) {
                starts = new int[old.text.length() + 16];
                ends = new int[starts.length];
            }
        }

        /** Adds a character that stands for what a unit of the old text stands for. */
        void addFor(int codePoint, int oldUnit) {
            int from = text.length();
            text.appendCodePoint(codePoint);
            if (starts == null || ends == null || old.starts == null || old.ends == null) {
                return;
            }
            if (text.length() > starts.length) {
                starts = Arrays.copyOf(starts, 2 * text.length());
                ends = Arrays.copyOf(ends, 2 * text.length());
            }
            // Before the first character stands nothing.
            int start = oldUnit < 0 ? startOfAll() : old.starts[Math.min(oldUnit, old.starts.length - 1)];
            int end = oldUnit < 0 ? start : old.ends[Math.min(oldUnit, old.ends.length - 1)];
            Arrays.fill(starts, from, text.length(), start);
            Arrays.fill(ends, from, text.length(), end);
        }

        private int startOfAll() {
            return old.starts == null || old.starts.length == 0 ? 0 : old.starts[0];
        }

        /** Takes units of the old text as they are. */
        void keep(int from, int to) {
            int at = text.length();
            text.append(old.text, from, to);
            if (starts == null || ends == null || old.starts == null || old.ends == null) {
                return;
            }
            if (text.length() > starts.length) {
                starts = Arrays.copyOf(starts, 2 * text.length());
                ends = Arrays.copyOf(ends, 2 * text.length());
            }
            System.arraycopy(old.starts, from, starts, at, to - from);
            System.arraycopy(old.ends, from, ends, at, to - from);
        }

        /** Adds a character that replaces the next old one (0), that and {@code n} more ({@code -n}), or none (1). */
        void change(int codePoint, int change) {
            if (change > 0) {
                addFor(codePoint, next - 1);
                return;
            }
            addFor(codePoint, next);
            for (int passed = 0; passed <= -change && next < old.text.length(); passed++) {
                next += Character.charCount(old.text.codePointAt(next));
            }
        }

        AlignedText build() {
            int length = text.length();
            return new AlignedText(
                    text.toString(),
                    starts == null ? null : Arrays.copyOf(starts, length),
                    ends == null ? null : Arrays.copyOf(ends, length));
        }
    }
}
