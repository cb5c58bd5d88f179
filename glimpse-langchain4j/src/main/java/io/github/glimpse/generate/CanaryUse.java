package io.github.glimpse.generate;

/**
 * What the canary has found so far: how often answers with pruning are those that the model gives without.
 *
 * @param answered answers that were made once more without pruning, and compared
 * @param agreed of these, equal texts, but for upper case, white space and punctuation at the end
 * @param firstTokenAgreed of these, equal first tokens
 * @param skipped answers that were due, while the engine had something else to do
 * @param abandoned runs that were given up because a request came, or the engine was closed
 * @param failed runs that ended in an error
 */
public record CanaryUse(long answered, long agreed, long firstTokenAgreed, long skipped, long abandoned, long failed) {

    /** Nothing yet. */
    static CanaryUse none() {
        return new CanaryUse(0, 0, 0, 0, 0, 0);
    }

    /** Both together. */
    CanaryUse plus(CanaryUse more) {
        return new CanaryUse(
                answered + more.answered,
                agreed + more.agreed,
                firstTokenAgreed + more.firstTokenAgreed,
                skipped + more.skipped,
                abandoned + more.abandoned,
                failed + more.failed);
    }
}
