package io.github.glimpse.examples.documents;

/**
 * How well a finder has found the pages of some questions.
 *
 * @param hasText whether those pages have a text layer
 * @param questions how many
 * @param first whose page came first
 * @param firstFive whose page was among the first five
 * @param gain sum of the discounted gains of the first five
 */
record Findings(String finder, boolean hasText, int questions, int first, int firstFive, double gain) {

    /** One more question, whose page came at this rank; 0 for none of the first five. */
    Findings and(int rank) {
        return new Findings(
                finder,
                hasText,
                questions + 1,
                first + (rank == 1 ? 1 : 0),
                firstFive + (rank > 0 ? 1 : 0),
                gain + (rank > 0 ? Math.log(2) / Math.log(rank + 1) : 0));
    }
}
