package io.github.glimpse.generate;

import io.github.glimpse.prefill.FeatureCache;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the first layers of prompts are remembered, so that another question about the same pictures, or the next one of a chat,
 * computes its own rows only. Answers do not change by it. Only for models with a language decoder; those with recurrent layers
 * (Qwen3.5) run without.
 *
 * @param maxBytes native memory for what is remembered, inside of {@link io.github.glimpse.serve.ServingOptions#memoryBudget}; 0
 *     remembers nothing. A picture of 1,296 tokens takes 38 MB in a model of 3B, one of 576 tokens 220 MB in LLaVA-1.5-7B
 * @param timeToLive from the last use
 * @param scope who shares what is remembered
 */
public record PrefixCacheOptions(long maxBytes, Duration timeToLive, Scope scope) {

    /**
     * The requests that share cached prompts and images. A faster answer reveals that an earlier request had the same content.
     */
    public enum Scope {
        /**
         * Prompts: requests that name the same {@link GenerationRequest#session}. Images: requests with the same
         * {@link GenerationRequest#cacheScope}.
         */
        SESSION,
        /** Prompts and images: all requests of the model, whatever they name. */
        APPLICATION
    }

    /** Room for what is remembered. */
    public static final long DEFAULT_MAX_BYTES = 1L << 30;

    /** Time from the last use. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(30);

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Checks the numbers. */
    public PrefixCacheOptions {
        if (maxBytes < 0) {
            throw new IllegalArgumentException(
                    "The cache of prefixes has " + maxBytes + " bytes, it must have at least 0");
        }
        if (timeToLive.isNegative() || timeToLive.isZero() || timeToLive.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "The cache of prefixes keeps for " + timeToLive + ", it must be positive and at most " + LONGEST);
        }
    }

    /** Room for {@link #DEFAULT_MAX_BYTES}, for {@link #DEFAULT_TIME_TO_LIVE}, shared by sessions that requests name. */
    public static PrefixCacheOptions defaults() {
        return new PrefixCacheOptions(DEFAULT_MAX_BYTES, DEFAULT_TIME_TO_LIVE, Scope.SESSION);
    }

    /** Remembers nothing. */
    public static PrefixCacheOptions off() {
        return new PrefixCacheOptions(0, DEFAULT_TIME_TO_LIVE, Scope.SESSION);
    }

    /** The scope of a request's images: requests with another one share no vision features with it. */
    String cacheScope(GenerationRequest request) {
        String own = request.cacheScope();
        return scope == Scope.APPLICATION || own == null ? FeatureCache.SHARED : own;
    }

    /** The scope of a request's prompt: requests with another one share no rows with it. Null shares none. */
    @Nullable
    String prefixScope(GenerationRequest request) {
        if (scope == Scope.APPLICATION) {
            return FeatureCache.SHARED;
        }
        String own = cacheScope(request);
        return request.session() == null ? null : own.length() + ":" + own + " " + request.session();
    }

    /** With another scope. */
    public PrefixCacheOptions withScope(Scope value) {
        return new PrefixCacheOptions(maxBytes, timeToLive, value);
    }
}
