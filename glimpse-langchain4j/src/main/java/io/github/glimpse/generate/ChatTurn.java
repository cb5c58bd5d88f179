package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.VideoTimes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param parts text, pictures and the places of those that were left out, in order
 * @param calls tools that the assistant called
 * @param tool name of the tool whose result this is; null in all other roles
 * @param callId id of the call whose result this is; empty in all other roles
 * @param thinking reasoning of an earlier answer; null if there is none
 */
public record ChatTurn(
        Role role,
        List<Part> parts,
        List<Call> calls,
        @Nullable String tool,
        String callId,
        @Nullable String thinking) {

    /** Who speaks. */
    public enum Role {
        SYSTEM("system"),
        USER("user"),
        ASSISTANT("assistant"),
        /** The result of a call. */
        TOOL("tool");

        private final String label;

        Role(String label) {
            this.label = label;
        }

        /** The name that chat templates know. */
        public String label() {
            return label;
        }
    }

    /** Text, what can be seen, or the place where something was. */
    public sealed interface Part permits Text, Visual, LeftOut {}

    /** A picture or a video. */
    public sealed interface Visual extends Part permits Picture, Video {}

    /** Text, taken as it is: special tokens in it mean nothing. */
    public record Text(String text) implements Part {

        /** How long it is, and not what it says. */
        @Override
        public String toString() {
            return "Text[" + text.length() + " characters]";
        }
    }

    /**
     * A picture.
     *
     * @param bytes of the file; not copied, and not to be changed while the request runs
     * @param mostTokens image tokens that it may have at most: of more it is made smaller; null is as many as it has
     */
    public record Picture(byte[] bytes, @Nullable Integer mostTokens) implements Visual {

        /** A picture of any size. */
        public Picture(byte[] bytes) {
            this(bytes, null);
        }

        @Override
        public String toString() {
            return "Picture[" + bytes.length + " bytes]";
        }
    }

    /**
     * Frames of a video, taken as they are: none is left out.
     *
     * @param frames picture files of one size, in the order of time; the arrays are not copied and must not be changed while the
     *     request runs
     * @param times when they are from, one entry for each
     */
    public record Video(List<byte[]> frames, VideoTimes times) implements Visual {

        /**
         * Copies the list.
         *
         * @throws InvalidImageException if there are not as many times as frames
         */
        public Video {
            frames = List.copyOf(frames);
            if (frames.size() != times.count()) {
                throw new InvalidImageException("The video has " + frames.size() + " frames and " + times.count()
                        + " indices; say the index of each frame");
            }
        }

        @Override
        public String toString() {
            return "Video[" + frames.size() + " frames]";
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

    /**
     * The call of a tool.
     *
     * @param id that its result names; empty if there is none
     * @param name of the tool
     * @param arguments JSON text, as it was written
     */
    public record Call(String id, String name, String arguments) {

        /** A call without an id. */
        public Call(String name, String arguments) {
            this("", name, arguments);
        }

        /** Which tool, and not what it was asked. */
        @Override
        public String toString() {
            return "Call[" + name + ", " + arguments.length() + " characters]";
        }
    }

    /** Copies the lists. */
    public ChatTurn {
        parts = List.copyOf(parts);
        calls = List.copyOf(calls);
    }

    /** A message without calls. */
    public ChatTurn(Role role, List<Part> parts) {
        this(role, parts, List.of(), null);
    }

    /** A message without ids and without a thought. */
    public ChatTurn(Role role, List<Part> parts, List<Call> calls, @Nullable String tool) {
        this(role, parts, calls, tool, "", null);
    }

    /** The result of the only call before it, which has no id. */
    public static ChatTurn result(@Nullable String tool, List<Part> parts) {
        return result("", tool, parts);
    }

    /** The result of the call with this id. */
    public static ChatTurn result(String callId, @Nullable String tool, List<Part> parts) {
        return new ChatTurn(Role.TOOL, parts, List.of(), tool, callId, null);
    }

    /** An answer of the model. */
    public static ChatTurn answer(List<Part> parts, List<Call> calls, @Nullable String thinking) {
        return new ChatTurn(Role.ASSISTANT, parts, calls, null, "", thinking);
    }

    /** The same with other parts. */
    ChatTurn withParts(List<Part> other) {
        return new ChatTurn(role, other, calls, tool, callId, thinking);
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
