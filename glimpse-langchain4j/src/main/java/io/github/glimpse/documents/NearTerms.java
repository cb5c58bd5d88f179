package io.github.glimpse.documents;

/**
 * Terms that one or two slips make of each other, where a slip puts in, leaves out or changes a character, or swaps two neighbours (optimal
 * string alignment). None is allowed up to two characters, one in three, two in more.
 */
final class NearTerms {

    private static final int NO_SLIP = 2;
    private static final int ONE_SLIP = 3;

    private NearTerms() {}

    /** Slips that are allowed in a term. */
    static int most(String term) {
        return term.length() <= NO_SLIP ? 0 : term.length() <= ONE_SLIP ? 1 : 2;
    }

    /** How near two terms are: 1 for the same, 0 for those with more slips than are allowed in the first, else the share without slips. */
    static double similarity(String term, String other) {
        int most = most(term);
        if (Math.abs(term.length() - other.length()) > most) {
            return 0;
        }
        int slips = slips(term, other);
        return slips > most ? 0 : 1 - (double) slips / term.length();
    }

    static int slips(String one, String other) {
        int[] beforeLast = new int[other.length() + 1];
        int[] last = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            last[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            int[] next = new int[other.length() + 1];
            next[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                boolean same = one.charAt(row - 1) == other.charAt(column - 1);
                next[column] =
                        Math.min(last[column - 1] + (same ? 0 : 1), 1 + Math.min(last[column], next[column - 1]));
                if (row > 1
                        && column > 1
                        && one.charAt(row - 1) == other.charAt(column - 2)
                        && one.charAt(row - 2) == other.charAt(column - 1)) {
                    next[column] = Math.min(next[column], beforeLast[column - 2] + 1);
                }
            }
            beforeLast = last;
            last = next;
        }
        return last[other.length()];
    }
}
