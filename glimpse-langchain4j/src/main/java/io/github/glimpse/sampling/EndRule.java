package io.github.glimpse.sampling;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Rule for the tokens that end an answer: the model's and those of the request. Before the least number of tokens none of them is
 * chosen. Immutable.
 */
public final class EndRule {

    private final Set<Integer> ends;
    private final Set<Integer> stops;
    private final boolean ignoresEnds;
    private final int least;
    private final boolean includesStop;

    private EndRule(Set<Integer> ends, Set<Integer> stops, boolean ignoresEnds, int least, boolean includesStop) {
        this.ends = ends;
        this.stops = stops;
        this.ignoresEnds = ignoresEnds;
        this.least = least;
        this.includesStop = includesStop;
    }

    /**
     * The rule of an answer.
     *
     * @param ends ids that end the model's turn
     * @param isFree whether the answer is free text; elsewhere its form says where it ends
     */
    public static EndRule of(GenerationOptions options, Set<Integer> ends, boolean isFree) {
        EndOptions ending = options.ending();
        Set<Integer> stops =
                isFree ? Set.copyOf(Objects.requireNonNullElse(ending.stopTokenIds(), List.of())) : Set.of();
        return new EndRule(
                Set.copyOf(ends),
                stops,
                isFree && Boolean.TRUE.equals(ending.ignoreEos()),
                isFree ? Objects.requireNonNullElse(options.minOutputTokens(), 0) : 0,
                Boolean.TRUE.equals(ending.includeStop()));
    }

    /** Whether an id ends the model's turn. */
    public boolean ends(int id) {
        return ends.contains(id);
    }

    /** Whether the request names an id as the end of the answer. */
    public boolean stops(int id) {
        return stops.contains(id);
    }

    /** Whether the stop that ended an answer is part of its text. */
    public boolean includesStop() {
        return includesStop;
    }

    /** Whether scores have to be changed at any step. */
    public boolean forbids() {
        return least > 0 || ignoresEnds;
    }

    /**
     * Takes the ids that must not end the answer yet out of the choice.
     *
     * @param step tokens of the answer so far
     * @param logits scores, changed by this call
     * @return whether any was taken out
     */
    public boolean forbid(int step, float[] logits) {
        Set<Integer> forbidden = new HashSet<>(ignoresEnds || step < least ? ends : Set.of());
        if (step < least) {
            forbidden.addAll(stops);
        } else {
            forbidden.removeAll(stops);
        }
        forbidden.removeIf(id -> id >= logits.length);
        // All may be ends in a tiny vocabulary; then one has to be chosen.
        if (forbidden.size() == logits.length) {
            return false;
        }
        forbidden.forEach(id -> logits[id] = Float.NEGATIVE_INFINITY);
        return !forbidden.isEmpty();
    }
}
