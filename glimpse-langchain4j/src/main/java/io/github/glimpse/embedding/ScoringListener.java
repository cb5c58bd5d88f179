package io.github.glimpse.embedding;

import dev.langchain4j.exception.LangChain4jException;
import io.github.glimpse.generate.ImageTextMatch;
import java.time.Duration;
import java.util.List;

/**
 * Hears of each request to a {@link GlimpseScoringModel}, which LangChain4j has no listener for. A request is one picture with
 * its texts. Called on the caller's thread; what a listener throws is logged and ignored.
 */
public interface ScoringListener {

    /**
     * A request has arrived; nothing is checked yet.
     *
     * @return who hears how it ends: this listener, or one for this request alone, which knows when it began
     */
    default ScoringListener onRequest() {
        return this;
    }

    /**
     * Texts were scored against a picture.
     *
     * @param matches one for each text
     * @param duration from the arrival of the request
     */
    default void onMatches(List<ImageTextMatch> matches, Duration duration) {}

    /**
     * A request was refused or failed.
     *
     * @param error what its caller gets
     * @param duration from the arrival of the request
     */
    default void onError(LangChain4jException error, Duration duration) {}
}
