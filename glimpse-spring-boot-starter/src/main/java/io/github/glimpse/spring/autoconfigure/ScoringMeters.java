package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.exception.LangChain4jException;
import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.embedding.ScoringListener;
import io.github.glimpse.generate.ImageTextMatch;
import io.github.glimpse.generate.LoadedModel;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;

/** Fills those of the {@link GlimpseMeter}s that the scoring model has. Safe for concurrent use. */
final class ScoringMeters implements ScoringListener {

    private final ModelMeters meters;

    ScoringMeters(MeterRegistry registry, LoadedModel engine) {
        this.meters = new ModelMeters(registry, engine, ModelMeters.SCORE);
    }

    @Override
    public void onMatches(List<ImageTextMatch> matches, Duration duration) {
        meters.ended(RequestOutcome.ANSWERED);
        meters.answered(duration);
        meters.inputs(1, matches.size());
        meters.images(KeptImages.of(matches));
    }

    @Override
    public void onError(LangChain4jException error, Duration duration) {
        meters.ended(RequestOutcome.of(error));
        meters.failed(error, duration);
    }
}
