package io.github.glimpse.spring.openai;

import java.util.HashMap;
import java.util.Map;

/** Paths of a request's fields by those of its translation into another API. Belongs to one request. */
final class FieldPaths {

    private final Map<String, String> originals = new HashMap<>();

    void put(String translated, String original) {
        originals.put(translated, original);
    }

    /** The path in the request: that of the longest known beginning, and the rest as it is. */
    String original(String translated) {
        String head = translated;
        while (!head.isEmpty()) {
            String original = originals.get(head);
            if (original != null) {
                return original + translated.substring(head.length());
            }
            head = head.substring(0, Math.max(0, Math.max(head.lastIndexOf('.'), head.lastIndexOf('['))));
        }
        return translated;
    }
}
