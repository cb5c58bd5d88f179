package io.github.glimpse.template;

/**
 * Text, or the place of an image or a video, in the content of a message.
 *
 * @param kind of the part
 * @param text of a text part; empty for media
 */
public record MessagePart(Kind kind, String text) {

    /** The part of an image. */
    public static final MessagePart IMAGE = new MessagePart(Kind.IMAGE, "");

    /** The part of a video. */
    public static final MessagePart VIDEO = new MessagePart(Kind.VIDEO, "");

    /** Kinds of parts that chat templates know. */
    public enum Kind {
        TEXT,
        IMAGE,
        VIDEO
    }

    /** The part of a text. */
    public static MessagePart ofText(String text) {
        return new MessagePart(Kind.TEXT, text);
    }

    boolean isText() {
        return kind == Kind.TEXT;
    }
}
