package io.github.glimpse.chat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ids of an answer's calls: those that the model wrote, where they are not in use already, else {@code call_} and 24 random
 * characters. One per answer; not safe for concurrent use.
 */
final class CallIds {

    private static final String CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<Integer, String> ids = new HashMap<>();
    private final List<String> whole = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    CallIds() {}

    /** Ids of an answer to messages whose calls have ids too. */
    CallIds(List<? extends ChatMessage> messages) {
        for (ChatMessage message : messages) {
            if (message instanceof AiMessage answer) {
                answer.toolExecutionRequests().forEach(call -> used.add(String.valueOf(call.id())));
            }
        }
    }

    /** The model wrote an id for the call with this index. */
    void written(int index, String id) {
        if (used.add(id)) {
            ids.putIfAbsent(index, id);
        }
    }

    /** The id of the call with this index, whole or not. */
    String of(int index) {
        return ids.computeIfAbsent(index, unseen -> next());
    }

    /** The call with this index is whole. */
    String completed(int index) {
        String id = of(index);
        whole.add(id);
        return id;
    }

    /** The id of the whole call at this place. */
    String whole(int place) {
        while (whole.size() <= place) {
            whole.add(of(whole.size()));
        }
        return whole.get(place);
    }

    private static String next() {
        StringBuilder id = new StringBuilder("call_");
        for (int index = 0; index < LENGTH; index++) {
            id.append(CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length())));
        }
        return id.toString();
    }
}
