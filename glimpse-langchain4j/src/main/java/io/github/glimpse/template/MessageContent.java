package io.github.glimpse.template;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Content of a message.
 *
 * @param parts in order; neighboring texts are joined without a separator, since templates trim or separate parts
 * @param listed whether the caller wrote a list of parts; false for a string
 */
public record MessageContent(List<MessagePart> parts, boolean listed) {

    /** An empty string. */
    public static final MessageContent EMPTY = ofText("");

    private static final String BLANK_LINE = "\n\n";

    /** Joins neighboring texts. */
    public MessageContent {
        parts = joined(parts);
    }

    /** A string. */
    public static MessageContent ofText(String text) {
        return new MessageContent(List.of(MessagePart.ofText(text)), false);
    }

    /** A list of parts. */
    public static MessageContent ofParts(List<MessagePart> parts) {
        return new MessageContent(parts, true);
    }

    private static List<MessagePart> joined(List<MessagePart> parts) {
        List<MessagePart> joined = new ArrayList<>();
        for (MessagePart part : parts) {
            int last = joined.size() - 1;
            if (last >= 0 && part.isText() && joined.get(last).isText()) {
                joined.set(last, MessagePart.ofText(joined.get(last).text() + part.text()));
            } else {
                joined.add(part);
            }
        }
        return List.copyOf(joined);
    }

    /** All texts, joined without a separator. */
    public String text() {
        return parts.stream().map(MessagePart::text).collect(Collectors.joining());
    }

    boolean isBlank() {
        return text().isBlank() && !hasMedia();
    }

    boolean hasText() {
        return !text().isBlank();
    }

    boolean hasMedia() {
        return parts.stream().anyMatch(part -> !part.isText());
    }

    long count(MessagePart.Kind kind) {
        return parts.stream().filter(part -> part.kind() == kind).count();
    }

    /** This and another content with an empty line between them. */
    MessageContent then(MessageContent next) {
        List<MessagePart> all = new ArrayList<>(parts);
        all.add(MessagePart.ofText(BLANK_LINE));
        all.addAll(next.parts);
        return new MessageContent(all, listed || next.listed);
    }
}
