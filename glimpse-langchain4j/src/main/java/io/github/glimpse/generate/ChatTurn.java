package io.github.glimpse.generate;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param parts text and pictures in order
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

    /** Text or a picture. */
    public sealed interface Part permits Text, Picture {}

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

    /** Copies the list. */
    public ChatTurn {
        parts = List.copyOf(parts);
    }

    /** A message of the user: pictures first, then the question. */
    public static ChatTurn user(String text, byte[]... pictures) {
        List<Part> parts = new java.util.ArrayList<>();
        for (byte[] picture : pictures) {
            parts.add(new Picture(picture));
        }
        parts.add(new Text(text));
        return new ChatTurn(Role.USER, parts);
    }
}
