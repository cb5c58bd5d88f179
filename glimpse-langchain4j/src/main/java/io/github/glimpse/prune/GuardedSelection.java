package io.github.glimpse.prune;

import org.jspecify.annotations.Nullable;

/**
 * A choice that {@link SelectionGuard} has looked at.
 *
 * @param selection what stays now
 * @param confidence how sure that is, null for strategies that know nothing of the question
 * @param guard what the guard did
 */
public record GuardedSelection(
        TokenSelection selection, @Nullable Confidence confidence, GuardReport guard) {}
