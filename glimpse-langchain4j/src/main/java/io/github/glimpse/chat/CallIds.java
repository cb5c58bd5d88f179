package io.github.glimpse.chat;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ids of an answer's calls: {@code call_} and 24 random characters. One per answer; not safe for concurrent use. */
final class CallIds {

    private static final String CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<Integer, String> ids = new HashMap<>();
    private final List<String> whole = new ArrayList<>();

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
            whole.add(next());
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
