package io.github.glimpse.template;

import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidConversationException.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pairing of tool results with their calls, by id. Most templates write no id, so results are sorted into the order of the
 * calls. Where neither the calls of a message nor their results have ids, the order alone counts.
 */
final class ToolCallPairing {

    private ToolCallPairing() {}

    /**
     * Sorts results and gives each the name of its call.
     *
     * @throws InvalidConversationException for a result without its call, a call without its result, and an id that occurs
     *     twice among the calls of a message or among their results
     */
    static List<TemplateMessage> paired(List<TemplateMessage> messages) {
        List<TemplateMessage> paired = new ArrayList<>();
        int next = 0;
        while (next < messages.size()) {
            TemplateMessage message = messages.get(next++);
            if (message.isResult()) {
                throw refused(message, "is a tool result for no call: " + message.callId());
            }
            paired.add(message);
            if (message.hasCalls()) {
                int end = next;
                while (end < messages.size() && messages.get(end).isResult()) {
                    end++;
                }
                paired.addAll(results(message, messages.subList(next, end)));
                next = end;
            }
        }
        return paired;
    }

    private static List<TemplateMessage> results(TemplateMessage calling, List<TemplateMessage> results) {
        boolean hasIds = Stream.concat(
                        calling.calls().stream().map(MessageCall::id),
                        results.stream().map(TemplateMessage::callId))
                .anyMatch(id -> !id.isEmpty());
        if (!hasIds && results.size() >= calling.calls().size()) {
            return inOrder(calling.calls(), results);
        }
        Set<String> ids = new HashSet<>();
        for (MessageCall call : calling.calls()) {
            if (!ids.add(call.id())) {
                throw refused(calling, "has two calls with the id " + call.id());
            }
        }
        Map<String, TemplateMessage> byId = new LinkedHashMap<>();
        for (TemplateMessage result : results) {
            if (!ids.contains(result.callId())) {
                throw refused(result, "is a tool result for no call: " + result.callId());
            }
            if (byId.put(result.callId(), result) != null) {
                throw refused(result, "is a second tool result for one call: " + result.callId());
            }
        }
        List<TemplateMessage> sorted = new ArrayList<>();
        for (MessageCall call : calling.calls()) {
            TemplateMessage result = byId.get(call.id());
            if (result == null) {
                throw refused(calling, "has a call without a result: " + call.id());
            }
            sorted.add(result.withTool(call.name()));
        }
        return sorted;
    }

    /** A result beyond the calls is one more of the last call. */
    private static List<TemplateMessage> inOrder(List<MessageCall> calls, List<TemplateMessage> results) {
        List<TemplateMessage> named = new ArrayList<>();
        for (TemplateMessage result : results) {
            MessageCall call = calls.get(Math.min(named.size(), calls.size() - 1));
            named.add(result.withTool(call.name()));
        }
        return named;
    }

    private static InvalidConversationException refused(TemplateMessage message, String fault) {
        return new InvalidConversationException(
                Check.PAIRING,
                "Message " + message.index() + " " + fault
                        + "; send one result for each call, directly after the message" + " that has the calls");
    }
}
