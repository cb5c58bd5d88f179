package io.github.glimpse.prefill;

import org.jspecify.annotations.Nullable;

/**
 * What a request took over from requests before it. Rows are those of the prompt as they enter the decoder.
 *
 * @param kind how much
 * @param rowsComputed rows that ran through the decoder's first layers
 * @param rowsReused rows whose keys, values and hidden rows were there
 * @param off why no rows could be taken over or left for others; null if they could
 */
public record ReuseReport(
        Kind kind,
        int rowsComputed,
        int rowsReused,
        @Nullable String off) {

    /** How much was taken over. */
    public enum Kind {
        /** Nothing. */
        NONE,
        /** What the vision tower made of a picture, or of several. */
        FEATURES,
        /** The first rows of a prompt that began in the same way, with its pictures. */
        PREFIX,
        /** All rows of a prompt that this one goes on from, as a chat does. */
        CONTINUED;

        /** As responses, meters and the endpoint name it. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Of a prompt whose rows all ran.
     *
     * @param pictures that were remembered
     * @param off why no rows could be taken over; null if they could
     */
    public static ReuseReport withoutRows(int rows, int pictures, @Nullable String off) {
        return new ReuseReport(pictures > 0 ? Kind.FEATURES : Kind.NONE, rows, 0, off);
    }
}
