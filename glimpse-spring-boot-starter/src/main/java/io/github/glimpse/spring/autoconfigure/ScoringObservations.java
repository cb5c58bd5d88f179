package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.exception.LangChain4jException;
import io.github.glimpse.embedding.ScoringListener;
import io.github.glimpse.generate.ImageTextMatch;
import io.github.glimpse.generate.LoadedModel;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;

/** Makes the {@link GlimpseObservation#SCORE} of each request. Safe for concurrent use. */
final class ScoringObservations implements ScoringListener {

    private final ObservationRegistry registry;
    private final LoadedModel engine;

    ScoringObservations(ObservationRegistry registry, LoadedModel engine) {
        this.registry = registry;
        this.engine = engine;
    }

    @Override
    public ScoringListener onRequest() {
        return new Request(ObservedCall.start(registry, GlimpseObservation.SCORE, ModelMeters.SCORE, engine.name()));
    }

    /** Ends the observation of one request. */
    private record Request(ObservedCall call) implements ScoringListener {

        @Override
        public void onMatches(List<ImageTextMatch> matches, Duration duration) {
            call.answered(KeptImages.of(matches));
            call.stop();
        }

        @Override
        public void onError(LangChain4jException error, Duration duration) {
            call.failed(error);
            call.stop();
        }
    }
}
