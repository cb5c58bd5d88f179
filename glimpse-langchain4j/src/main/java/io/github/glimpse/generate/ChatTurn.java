package io.github.glimpse.generate;

import java.util.ArrayList;
import java.util.List;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param parts text, pictures and the places of those that were left out, in order
 */
public record ChatTurn(Role role, List<Part> parts) {

    /** Who speaks. */
    public enum Role {
        SYSTEM("system"),
        USER("user"),
        ASSISTANT("assistant");

        private final String label;

        Role(String label) {
            this.label = label;
        }

        /** The name that chat templates know. */
        public String label() {
            return label;
        }
    }

    /** Text, a picture, or the place where something was. */
    public sealed interface Part permits Text, Picture, LeftOut {}

    /** Text, taken as it is: special tokens in it mean nothing. */
    public record Text(String text) implements Part {

        /** How long it is, and not what it says. */
        @Override
        public String toString() {
            return "Text[" + text.length() + " characters]";
        }
    }

    /** The bytes of a picture file. The array is not copied and must not be changed while the request runs. */
    public record Picture(byte[] bytes) implements Part {

        @Override
        public String toString() {
            return "Picture[" + bytes.length + " bytes]";
        }
    }

    /** Stands in an earlier message where something of it was left out; the model reads a note. */
    public enum LeftOut implements Part {
        /** A picture above the limits, or one that cannot be read. */
        PICTURE("[an earlier picture is left out]"),
        /** What is neither text nor picture. */
        ATTACHMENT("[an earlier attachment is left out]");

        private final String note;

        LeftOut(String note) {
            this.note = note;
        }

        /** What the model reads. */
        public String note() {
            return note;
        }
    }

    /** Copies the list. */
    public ChatTurn {
        parts = List.copyOf(parts);
    }

    /** A message of the user: pictures first, then the question. */
    public static ChatTurn user(String text, byte[]... pictures) {
        List<Part> parts = new ArrayList<>();
        for (byte[] picture : pictures) {
            parts.add(new Picture(picture));
        }
        parts.add(new Text(text));
        return new ChatTurn(Role.USER, parts);
    }
}
