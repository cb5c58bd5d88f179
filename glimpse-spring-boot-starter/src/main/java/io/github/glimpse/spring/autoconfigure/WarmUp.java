package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One short answer to a text before the first request: weights that are mapped from a file come into memory, and the native
 * library makes its threads. No listener hears of it.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    // Prefill gives the first, a step of decoding the second.
    private static final int TOKENS = 2;

    private WarmUp() {}

    /** Answers. What goes wrong is logged: limits of the application may well refuse even this. */
    static void run(LoadedModel engine) {
        long start = System.nanoTime();
        GenerationRequest request = new GenerationRequest(
                List.of(ChatTurn.user("Hello")),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(TOKENS).build());
        try {
            engine.generate(request, GenerationListener.NONE, new CancellationSignal());
            LOG.info(
                    "Warmed {} up in {} ms",
                    engine.name(),
                    Duration.ofNanos(System.nanoTime() - start).toMillis());
        } catch (GlimpseException e) {
            LOG.warn("{} is loaded, but its warm-up was refused: {}", engine.name(), e.getMessage());
        }
    }
}
