package io.github.glimpse.spring.autoconfigure;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Names as values of a tag: requests may bring any number of them, a tag may not have as many values. Safe for concurrent use. */
final class BoundedNames {

    /** Stands for all names that are too many, and for those that a model makes up. */
    static final String OTHER = "other";

    /** Names that are told apart. */
    static final int MOST = 50;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    /** The name, if it is one of the first. */
    String bounded(String name) {
        if (seen.contains(name)) {
            return name;
        }
        synchronized (seen) {
            return seen.size() < MOST && seen.add(name) ? name : OTHER;
        }
    }
}
