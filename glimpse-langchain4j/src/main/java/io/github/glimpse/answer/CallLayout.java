package io.github.glimpse.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Grammar of the answers of a format that call tools, from which masks are compiled: literals and typed holes.
 *
 * @param markers texts after which a call has to follow wherever they occur in an answer; none where a call is the whole answer
 * @param sections alternative forms of all calls of an answer
 * @param messages forms of text, where a format marks it; none where text is not marked
 */
public record CallLayout(List<String> markers, List<Section> sections, List<Message> messages) {

    /** Copies the lists. */
    public CallLayout {
        markers = List.copyOf(markers);
        sections = List.copyOf(sections);
        messages = List.copyOf(messages);
    }

    /** Whether text and calls of an answer are told apart by what is before them, so that a mask may allow both. */
    public boolean tellsTextFromCalls() {
        return !markers.isEmpty() || !messages.isEmpty();
    }

    /**
     * The calls of an answer.
     *
     * @param open text before the first call
     * @param call one call
     * @param between text between two calls; null if there is only one
     * @param close text after the last call
     */
    public record Section(
            String open, List<Part> call, @Nullable String between, String close) {

        /** Copies the list. */
        public Section {
            call = List.copyOf(call);
        }
    }

    /**
     * A text for the user.
     *
     * @param open text before it
     * @param close text after it, before the next message or call; null if the answer ends with the text
     * @param ends texts that end it
     */
    public record Message(String open, @Nullable String close, List<String> ends) {

        /** Copies the list. */
        public Message {
            ends = List.copyOf(ends);
        }
    }

    /** Part of a call. */
    public sealed interface Part {}

    /** A text as it is. */
    public record Literal(String text) implements Part {}

    /** A text, and one optional blank after it. */
    public record Separator(String text) implements Part {}

    /** The name of a tool. */
    public record Name(Spelling spelling) implements Part {

        /** Spelling of a name. */
        public enum Spelling {
            /** As it is. */
            BARE,
            /** A JSON string. */
            QUOTED
        }
    }

    /** An id of nine letters or digits. */
    public record Id() implements Part {}

    /** A number of at most two digits. */
    public record Index() implements Part {}

    /** Parts that may be missing. */
    public record Maybe(List<Part> parts) implements Part {

        /** Copies the list. */
        public Maybe {
            parts = List.copyOf(parts);
        }
    }

    /** The arguments. */
    public record Arguments(ArgumentLayout layout) implements Part {}
}
