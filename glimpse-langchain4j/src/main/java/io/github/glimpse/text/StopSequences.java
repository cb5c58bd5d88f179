package io.github.glimpse.text;

import java.util.List;

/**
 * Watches an answer for texts that end it.
 *
 * <p>Releases only text that cannot be the beginning of a stop sequence. Of several, the one that is complete first
 * counts, of those the longest, so the result does not depend on how the answer was cut into pieces. The stop sequence
 * itself is released only if it was asked for, and nothing that follows. One per answer; not safe for concurrent use.
 */
public final class StopSequences {

    private final List<String> stops;
    private final boolean included;
    private String held = "";
    private String rest = "";
    private boolean matched;

    /**
     * @param stops the sequences; none is fine
     * @throws IllegalArgumentException if one of them is empty
     */
    public StopSequences(List<String> stops) {
        this(stops, false);
    }

    /**
     * @param included whether the stop sequence that ends the answer is released
     * @throws IllegalArgumentException if a sequence is empty
     */
    public StopSequences(List<String> stops, boolean included) {
        this.included = included;
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new IllegalArgumentException("A stop sequence is empty; leave it out");
        }
    }

    /**
     * Takes the next piece of the answer.
     *
     * @return the text that may be shown now; empty once a stop sequence has come
     */
    public String append(String piece) {
        if (matched) {
            rest += piece;
            return "";
        }
        String text = held + piece;
        int stop = firstStop(text);
        matched = stop >= 0;
        int end = matched ? stop : text.length() - heldLength(text);
        held = matched ? "" : text.substring(end);
        rest = matched ? text.substring(end) : "";
        return text.substring(0, end);
    }

    /** Where released text ends because of a stop sequence; below 0 if there is none. */
    private int firstStop(String text) {
        int start = -1;
        int firstEnd = Integer.MAX_VALUE;
        for (String stop : stops) {
            int found = text.indexOf(stop);
            int end = found + stop.length();
            if (found >= 0 && (end < firstEnd || (end == firstEnd && found < start))) {
                start = found;
                firstEnd = end;
            }
        }
        return start >= 0 && included ? firstEnd : start;
    }

    /** Length of the longest end of the text that is the beginning of a stop sequence. */
    private int heldLength(String text) {
        int longest = 0;
        for (String stop : stops) {
            int most = Math.min(stop.length() - 1, text.length());
            for (int length = most; length > longest; length--) {
                if (text.regionMatches(text.length() - length, stop, 0, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    /** Whether a stop sequence has come. */
    public boolean matched() {
        return matched;
    }

    /** The stop sequence and all text after it; empty until one has come. */
    public String rest() {
        return rest;
    }

    /**
     * Ends the answer.
     *
     * @return the text that was held back; empty if a stop sequence has come
     */
    public String finish() {
        String rest = held;
        held = "";
        return rest;
    }
}
