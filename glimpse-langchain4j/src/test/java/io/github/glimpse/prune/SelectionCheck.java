package io.github.glimpse.prune;

/** Selects by a case's evidence and compares all of its outputs. */
@FunctionalInterface
public interface SelectionCheck {

    void check(SelectionCase given);
}
