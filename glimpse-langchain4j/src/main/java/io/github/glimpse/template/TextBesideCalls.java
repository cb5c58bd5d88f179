package io.github.glimpse.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ways to write a text that a template does not write beside the calls of its message, in the order in which they are tried.
 * Each is applied to all such messages at once.
 */
enum TextBesideCalls {

    /** Templates that write the text where the thought would be. */
    WITHOUT_THOUGHT(null, "thought beside text and a call") {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            return messages.stream()
                    .map(message -> isConcerned(message) ? message.withThinking(null) : message)
                    .toList();
        }
    },

    /** A message for the text, directly before that of the calls, which keeps the thought. */
    APART("text of a call apart", null) {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            List<TemplateMessage> all = new ArrayList<>();
            for (TemplateMessage message : messages) {
                if (isConcerned(message)) {
                    all.add(message.withCalls(List.of()).withThinking(null));
                    all.add(message.withContent(MessageContent.EMPTY));
                } else {
                    all.add(message);
                }
            }
            return all;
        }
    },

    LEFT_OUT(null, "assistant text beside a call") {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            return messages.stream()
                    .map(message -> isConcerned(message) ? message.withContent(media(message.content())) : message)
                    .toList();
        }
    };

    private final @Nullable String repair;
    private final @Nullable String leftOut;

    TextBesideCalls(@Nullable String repair, @Nullable String leftOut) {
        this.repair = repair;
        this.leftOut = leftOut;
    }

    /** Rewrites a conversation; returns an equal one if there is nothing to do. */
    abstract List<TemplateMessage> apply(List<TemplateMessage> messages);

    /** The repairs to report. */
    List<String> repairs() {
        return repair == null ? List.of() : List.of(repair);
    }

    /** The left-out content to report. */
    List<String> leftOut() {
        return leftOut == null ? List.of() : List.of(leftOut);
    }

    private static boolean isConcerned(TemplateMessage message) {
        return message.hasCalls() && message.hasText();
    }

    private static MessageContent media(@Nullable MessageContent content) {
        if (content == null || !content.hasMedia()) {
            return MessageContent.EMPTY;
        }
        return MessageContent.ofParts(content.parts().stream()
                .filter(Predicate.not(MessagePart::isText))
                .toList());
    }
}
