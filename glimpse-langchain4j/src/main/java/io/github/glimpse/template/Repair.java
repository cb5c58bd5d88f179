package io.github.glimpse.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rewritings of a conversation for a template that refuses or loses a message, in the order in which they are applied. */
enum Repair {

    /** An answer without content gets an empty one. */
    EMPTY_CONTENT {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            return each(
                    messages,
                    message -> message.is(TemplateMessage.ASSISTANT) && message.content() == null
                            ? message.withContent(MessageContent.EMPTY)
                            : message);
        }
    },

    /** Arguments that are no JSON object. */
    UNREADABLE_ARGUMENTS_AS_AN_EMPTY_MAPPING {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            return each(
                    messages,
                    message -> message.withCalls(message.calls().stream()
                            .map(call -> call.arguments() instanceof Map<?, ?> ? call : call.withArguments(Map.of()))
                            .toList()));
        }
    },

    /** Ids of nine ASCII letters and digits. */
    IDS_REWRITTEN {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            Map<String, String> ids = new ShortIds().of(messages);
            return each(messages, message -> message.withCallId(ids.getOrDefault(message.callId(), message.callId()))
                    .withCalls(message.calls().stream()
                            .map(call -> call.withId(ids.getOrDefault(call.id(), call.id())))
                            .toList()));
        }
    },

    DEVELOPER_AS_SYSTEM {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            return developerAsSystem(messages);
        }
    },

    /** One system message at the front, with an empty line between the texts. */
    SYSTEM_TEXTS_TO_THE_FRONT {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            List<TemplateMessage> system = messages.stream()
                    .filter(message -> message.is(TemplateMessage.SYSTEM))
                    .toList();
            if (system.isEmpty()) {
                return messages;
            }
            TemplateMessage merged = system.stream().reduce(Repair::merged).orElseThrow();
            return Stream.concat(
                            Stream.of(merged), messages.stream().filter(message -> !message.is(TemplateMessage.SYSTEM)))
                    .toList();
        }
    },

    EMPTY_ASSISTANT_MESSAGES_LEFT_OUT {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            return messages.stream()
                    .filter(message -> !message.is(TemplateMessage.ASSISTANT)
                            || message.hasText()
                            || message.hasMedia()
                            || message.hasCalls())
                    .toList();
        }
    },

    /** Neighboring messages of the user, or of the assistant without calls. */
    EQUAL_ROLES_MERGED {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            List<TemplateMessage> all = new ArrayList<>();
            for (TemplateMessage message : messages) {
                int last = all.size() - 1;
                if (last >= 0 && mayMerge(all.get(last), message)) {
                    all.set(last, merged(all.get(last), message));
                } else {
                    all.add(message);
                }
            }
            return all;
        }
    },

    /** Each call with its result; text and thought stay with the first. */
    PARALLEL_CALLS_ONE_BY_ONE {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            List<TemplateMessage> all = new ArrayList<>();
            for (int position = 0; position < messages.size(); position++) {
                TemplateMessage message = messages.get(position);
                all.add(message.hasCalls() ? message.withCalls(message.calls().subList(0, 1)) : message);
                for (int call = 1; call < message.calls().size(); call++) {
                    all.add(messages.get(position + call));
                    all.add(TemplateMessage.assistant(
                            message.index(),
                            MessageContent.EMPTY,
                            null,
                            message.calls().subList(call, call + 1)));
                }
                position += Math.max(0, message.calls().size() - 1);
            }
            return all;
        }
    },

    /** At the head of the first message of the user, with an empty line after it. */
    SYSTEM_TEXT_INTO_THE_FIRST_USER_MESSAGE {
        @Override
        List<TemplateMessage> apply(List<TemplateMessage> messages) {
            int user = 0;
            while (user < messages.size() && !messages.get(user).is(TemplateMessage.USER)) {
                user++;
            }
            if (user == messages.size() || !messages.get(0).is(TemplateMessage.SYSTEM)) {
                return messages;
            }
            List<TemplateMessage> all = new ArrayList<>(messages);
            all.set(user, merged(messages.get(0), messages.get(user)).withRole(TemplateMessage.USER));
            all.remove(0);
            return all;
        }
    };

    /** Rewrites a conversation whose results are paired; returns an equal one if there is nothing to do. */
    abstract List<TemplateMessage> apply(List<TemplateMessage> messages);

    /** The name under which a repair is reported. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static List<TemplateMessage> developerAsSystem(List<TemplateMessage> messages) {
        return each(
                messages,
                message -> message.is(TemplateMessage.DEVELOPER) ? message.withRole(TemplateMessage.SYSTEM) : message);
    }

    private interface Rewriting {

        TemplateMessage of(TemplateMessage message);
    }

    private static List<TemplateMessage> each(List<TemplateMessage> messages, Rewriting rewriting) {
        return messages.stream().map(rewriting::of).toList();
    }

    private static boolean mayMerge(TemplateMessage message, TemplateMessage next) {
        return (message.is(TemplateMessage.USER) && next.is(TemplateMessage.USER))
                || (message.is(TemplateMessage.ASSISTANT)
                        && next.is(TemplateMessage.ASSISTANT)
                        && !message.hasCalls()
                        && !next.hasCalls());
    }

    /** The first message with the contents and thoughts of both. */
    private static TemplateMessage merged(TemplateMessage message, TemplateMessage next) {
        String thinking = Stream.of(message.thinking(), next.thinking())
                .filter(Objects::nonNull)
                .reduce((first, second) -> first + "\n\n" + second)
                .orElse(null);
        return message.withContent(merged(message.content(), next.content())).withThinking(thinking);
    }

    private static @Nullable MessageContent merged(@Nullable MessageContent content, @Nullable MessageContent next) {
        if (content == null || content.isBlank()) {
            return next == null ? content : next;
        }
        return next == null || next.isBlank() ? content : content.then(next);
    }

    /** Ids by those of the caller. */
    private static final class ShortIds {

        private static final int LENGTH = 9;

        private final Map<String, String> ids = new HashMap<>();
        private final Set<String> taken = new LinkedHashSet<>();

        Map<String, String> of(List<TemplateMessage> messages) {
            messages.forEach(message -> message.calls().forEach(call -> ids.computeIfAbsent(call.id(), this::next)));
            return ids;
        }

        private String next(String id) {
            String letters = id.replaceAll("[^A-Za-z0-9]", "");
            String end = letters.substring(Math.max(0, letters.length() - LENGTH));
            String made = "0".repeat(LENGTH - end.length()) + end;
            for (int number = taken.size(); !taken.add(made); number++) {
                made = String.format(Locale.ROOT, "%09d", number);
            }
            return made;
        }
    }
}
