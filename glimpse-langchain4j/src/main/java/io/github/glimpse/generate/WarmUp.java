package io.github.glimpse.generate;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.Deadline;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One short answer to a text before the first request: weights that are mapped from a file come into memory, and the native
 * library makes its threads.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    // Prefill gives the first, a step of decoding the second.
    private static final int TOKENS = 2;

    private WarmUp() {}

    /**
     * Answers. A refusal is logged: limits of the application may well refuse even this.
     *
     * @throws NativeLibraryException if the native library fails at it: no request would be better off
     * @throws DeviceLostException if the GPU is lost at it
     * @throws NonFiniteNumbersException if the model computes no numbers: no request would be better off
     */
    static void run(AnswerEngine model, String name) {
        Deadline deadline = Deadline.in(model.options().timeout(), "this was the warm-up");
        try {
            model.warmUp(deadline::check);
            LOG.info("Warmed {} up in {} ms", name, deadline.passed().toMillis());
        } catch (NativeLibraryException | DeviceLostException | NonFiniteNumbersException e) {
            throw e;
        } catch (GlimpseException e) {
            LOG.warn("{} is loaded, but its warm-up was refused: {}", name, e.getMessage());
        }
    }

    /** Answers one message with two tokens. */
    static void answer(AnswerEngine model, ChatTurn turn, CancellationPoint cancellation) {
        GenerationRequest request = new GenerationRequest(
                List.of(turn),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(TOKENS).build());
        model.answer(
                request.over(model.options()),
                GenerationListener.NONE,
                cancellation,
                StageObserver.NONE,
                Duration.ZERO);
    }
}
