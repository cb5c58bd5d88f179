package io.github.glimpse.text.jinja;

import java.util.Map;

/** The one thing a template may change after it was made: {@code {% set ns.name = value %}}. */
record JinjaNamespace(Map<String, Object> attributes) {

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "namespace";
    }
}
