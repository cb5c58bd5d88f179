package io.github.glimpse.embedding;

import dev.langchain4j.exception.LangChain4jException;
import io.github.glimpse.generate.ImageTextMatch;
import java.time.Duration;
import java.util.List;

/**
 * Hears how each request to a {@link GlimpseScoringModel} ended, which LangChain4j has no listener for. A request is one picture
 * with its texts. Called on the caller's thread; what a listener throws is logged and ignored.
 */
public interface ScoringListener {

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
