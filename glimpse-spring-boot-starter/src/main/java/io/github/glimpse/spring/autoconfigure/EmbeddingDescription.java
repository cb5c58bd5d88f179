package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import java.time.Duration;

/**
 * What {@code /actuator/glimpse/embedding} says. Holds no text or picture of any request and no path of this machine.
 *
 * @param model name of the model
 * @param family name of its family
 * @param device {@code cpu} or {@code cuda:N}
 * @param dtype type that it computes in
 * @param active requests that run
 * @param queued requests that wait
 * @param pruning the label of the setting, which vectors of one index should share
 * @param limits what is refused
 */
record EmbeddingDescription(
        String model,
        String family,
        String device,
        String dtype,
        int active,
        int queued,
        String pruning,
        Limits limits) {

    static EmbeddingDescription of(EmbeddingEngine engine) {
        return new EmbeddingDescription(
                engine.name(),
                engine.family(),
                engine.deviceName(),
                engine.dtypeName(),
                engine.activeRequests(),
                engine.queuedRequests(),
                engine.label(),
                Limits.of(engine.options()));
    }

    /**
     * What is refused.
     *
     * @param maxRunning requests that run at once
     * @param maxQueued requests that may wait
     * @param timeout longest time of a request
     * @param maxInputs most pictures and texts of a request
     * @param batchSize pictures that go through the model together
     * @param maxImageBytes largest picture file
     * @param maxImagePixels largest picture
     */
    record Limits(
            int maxRunning,
            int maxQueued,
            Duration timeout,
            int maxInputs,
            int batchSize,
            long maxImageBytes,
            long maxImagePixels) {

        private static Limits of(EmbeddingOptions options) {
            return new Limits(
                    options.maxRunning(),
                    options.maxQueued(),
                    options.timeout(),
                    options.maxInputs(),
                    options.batchSize(),
                    options.imageLimits().maxBytes(),
                    options.imageLimits().maxPixels());
        }
    }
}
