package io.github.glimpse;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collector of the warnings of one request: parts of it that were accepted and have no effect, or another one than asked for. Keeps
 * each text once and counts those above {@value #MOST}. Not safe for concurrent use.
 */
public final class Warnings {

    /** Most texts of one request. */
    static final int MOST = 32;

    private final Set<String> texts = new LinkedHashSet<>();
    private int omitted;

    /** Adds a warning; must hold neither prompt text nor image data. */
    public void add(String text) {
        if (texts.contains(text)) {
            return;
        }
        if (texts.size() == MOST) {
            omitted++;
        } else {
            texts.add(text);
        }
    }

    /** Adds several warnings. */
    public void addAll(List<String> others) {
        others.forEach(this::add);
    }

    /** The warnings in the order in which they were added, with a last one for those that were omitted. */
    public List<String> list() {
        List<String> all = new ArrayList<>(texts);
        if (omitted > 0) {
            all.add(omitted + " more warnings are omitted");
        }
        return List.copyOf(all);
    }
}
