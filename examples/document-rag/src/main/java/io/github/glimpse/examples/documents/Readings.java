package io.github.glimpse.examples.documents;

import io.github.glimpse.documents.PageAnswer;

/**
 * How well a reader has answered.
 *
 * @param answerable questions that a page answers
 * @param right of them, to the letter, from the right page
 * @param rightWhenGiven right where the reader was handed the right page
 * @param similarity sum of their normalised Levenshtein similarities (ANLS)
 * @param hits right, with the middle of the box on the answer's line
 * @param inVain questions that no page answers
 * @param refused of them
 * @param almost of the questions that no page answers, those for a code that a page has but for one character
 * @param almostRefused of them
 * @param imageTokens of the pages that were read
 * @param keptTokens of them
 * @param findNanos time of finding
 * @param readNanos time of rendering and reading
 */
record Readings(
        String reader,
        int answerable,
        int right,
        int rightWhenGiven,
        double similarity,
        int hits,
        int inVain,
        int refused,
        int almost,
        int almostRefused,
        long imageTokens,
        long keptTokens,
        long findNanos,
        long readNanos) {

    static Readings none(String reader) {
        return new Readings(reader, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    int questions() {
        return answerable + inVain;
    }

    /** One more question that no page answers. */
    Readings andInVain(PageAnswer answer, boolean isAlmost) {
        int one = answer.found() ? 0 : 1;
        return costing(answer.cost(), 0, 0, 0, 0, 0, 1, one, isAlmost ? 1 : 0, isAlmost ? one : 0);
    }

    /** One more question that a page answers. */
    Readings and(PageAnswer answer, boolean isRight, boolean isRightWhenGiven, double anls, boolean isHit) {
        return costing(answer.cost(), 1, isRight ? 1 : 0, isRightWhenGiven ? 1 : 0, anls, isHit ? 1 : 0, 0, 0, 0, 0);
    }

    private Readings costing(
            PageAnswer.Cost cost,
            int moreAnswerable,
            int moreRight,
            int moreGiven,
            double moreSimilarity,
            int moreHits,
            int moreInVain,
            int moreRefused,
            int moreAlmost,
            int moreAlmostRefused) {
        return new Readings(
                reader,
                answerable + moreAnswerable,
                right + moreRight,
                rightWhenGiven + moreGiven,
                similarity + moreSimilarity,
                hits + moreHits,
                inVain + moreInVain,
                refused + moreRefused,
                almost + moreAlmost,
                almostRefused + moreAlmostRefused,
                imageTokens + cost.imageTokens(),
                keptTokens + cost.keptTokens(),
                findNanos + cost.findNanos(),
                readNanos + cost.readNanos());
    }
}
