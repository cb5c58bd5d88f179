package io.github.glimpse.text;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the ids of stretches of prompts, between added tokens, that hold a text which comes again and again. Keeps those that
 * were used last. Safe for concurrent use.
 */
public final class SectionMemory {

    private static final int MOST = 8;

    private final String text;
    private final Map<String, int[]> ids = new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, int[]> eldest) {
            return size() > MOST;
        }
    };

    /**
     * Remembers nothing yet.
     *
     * @param text that a stretch has to hold, to be remembered
     */
    public SectionMemory(String text) {
        this.text = text;
    }

    /** Whether a stretch is worth it. */
    boolean holds(String section) {
        return section.contains(text);
    }

    synchronized int @Nullable [] get(String section) {
        return ids.get(section);
    }

    synchronized void put(String section, int[] made) {
        ids.put(section, made);
    }
}
