package io.github.glimpse.model;

/**
 * Position ids of a prompt.
 *
 * @param rows one array per row of positions (one, or time, height and width), each with one id per token
 * @param next the id of the first new token, the same in all rows
 */
public record Positions(long[][] rows, long next) {

    /** 0, 1, 2, … in one row. */
    public static Positions consecutive(int tokens) {
        long[] row = new long[tokens];
        for (int i = 0; i < tokens; i++) {
            row[i] = i;
        }
        return new Positions(new long[][] {row}, tokens);
    }

    /** The positions of the chosen tokens; nothing is renumbered. */
    public Positions keep(int[] chosen) {
        long[][] kept = new long[rows.length][chosen.length];
        for (int r = 0; r < rows.length; r++) {
            for (int i = 0; i < chosen.length; i++) {
                kept[r][i] = rows[r][chosen[i]];
            }
        }
        return new Positions(kept, next);
    }
}
