package io.github.glimpse.generate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log of changed conversations at WARN: once per kind for rewritings, once per conversation for history that was left out. Safe
 * for concurrent use.
 */
final class HistoryLog {

    private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);
    private static final int MAX_CONVERSATIONS = 1024;

    private final Set<String> kinds = ConcurrentHashMap.newKeySet();
    private final Set<Integer> conversations =
            Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                    return size() > MAX_CONVERSATIONS;
                }
            }));

    void report(GenerationRequest request, HistoryReport history) {
        Stream.concat(
                        history.repairs().stream(),
                        history.leftOutTexts().stream().map(text -> text + " left out"))
                .filter(kinds::add)
                .forEach(kind -> LOG.warn(
                        "The model's chat template does not write a conversation as it was sent; changed: {}. Each"
                                + " response says so (history), this is logged once",
                        kind));
        int left = history.leftOutPictures() + history.leftOutAttachments() + history.leftOutMessages();
        if (left > 0 && conversations.add(key(request))) {
            LOG.warn(
                    "A conversation is answered without a part of its history: {} images, {} attachments, {} messages."
                            + " Shorten it, or set glimpse.images.history=refuse; logged once per conversation",
                    history.leftOutPictures(),
                    history.leftOutAttachments(),
                    history.leftOutMessages());
        }
    }

    /** A conversation is known by its session and the text of its first question. */
    private static int key(GenerationRequest request) {
        List<ChatTurn.Part> question = request.turns().stream()
                .filter(turn -> turn.role() == ChatTurn.Role.USER)
                .findFirst()
                .map(ChatTurn::parts)
                .orElse(List.of());
        return Objects.hash(
                request.session(),
                request.cacheScope(),
                question.stream().filter(ChatTurn.Text.class::isInstance).toList());
    }
}
