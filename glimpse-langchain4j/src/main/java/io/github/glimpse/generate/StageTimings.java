package io.github.glimpse.generate;

import java.time.Duration;

/**
 * Where the time of a request went. Stages follow one another; {@code toFirstToken} is measured from the start of the work,
 * without waiting for a free place.
 *
 * @param waiting for a free place
 * @param images decoding and resizing of pictures
 * @param vision the vision tower
 * @param prefillBeforeCut layers on the whole prompt; all layers if nothing was cut
 * @param pruning selection and cut
 * @param prefillAfterCut the other layers, on what is left
 * @param toFirstToken until the first token was chosen
 * @param decoding the tokens after the first
 */
public record StageTimings(
        Duration waiting,
        Duration images,
        Duration vision,
        Duration prefillBeforeCut,
        Duration pruning,
        Duration prefillAfterCut,
        Duration toFirstToken,
        Duration decoding) {

    /** In milliseconds. */
    @Override
    public String toString() {
        return "StageTimings[waiting " + millis(waiting) + ", images " + millis(images) + ", vision " + millis(vision)
                + ", prefill before cut " + millis(prefillBeforeCut) + ", pruning " + millis(pruning)
                + ", prefill after cut " + millis(prefillAfterCut) + ", to first token " + millis(toFirstToken)
                + ", decoding " + millis(decoding) + "]";
    }

    private static String millis(Duration time) {
        return time.toMillis() + " ms";
    }
}
