package io.github.glimpse.chat;

import dev.langchain4j.guardrail.OutputGuardrail;
import dev.langchain4j.guardrail.OutputGuardrailRequest;
import dev.langchain4j.guardrail.OutputGuardrailResult;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.PruningOptions;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks again with less pruning, when the answer of an AI service was made from image tokens that were chosen with little
 * confidence, when the model held a word of it, or all in the mean, unlikely, or when it is none that the application can use. Answers of other models, of
 * questions without pictures, and of pictures that were not pruned, are only held to the application's own check.
 *
 * <pre>{@code
 * AiServices.builder(Receipts.class)
 *         .chatModel(model)
 *         .outputGuardrails(LessPruningOutputGuardrail.builder().accept(answer -> answer.matches(".*\\d.*")).build())
 *         .build();
 * }</pre>
 *
 * <p>The same request is sent again, pictures and parameters included, with pruning as each of {@link Builder#profiles} says, one
 * after the other, until an answer will do or was made from all image tokens; that is the service's result. (A {@code Result}'s
 * {@code finalResponse()} stays the first answer's: LangChain4j takes it before guardrails.) If none will do, the result is a
 * failure, and the AI service throws LangChain4j's {@code OutputGuardrailException}; with {@link Builder#lastAnswerCounts} it is the
 * last answer. LangChain4j's own retries are not used: they repeat a request without its picture where there is no chat memory, and
 * as it was pruned before.
 *
 * <p>The chat model has to be asked on the thread that asks, as AI services do. Safe for concurrent use.
 */
public final class LessPruningOutputGuardrail implements OutputGuardrail {

    private final double minConfidence;
    private final double minLikelihood;
    private final double minMeanLikelihood;
    private final Predicate<String> accept;
    private final List<PruningOptions> attempts;
    private final boolean lastAnswerCounts;

    private LessPruningOutputGuardrail(Builder builder) {
        this.minConfidence = builder.minConfidence;
        this.minLikelihood = builder.minLikelihood;
        this.minMeanLikelihood = builder.minMeanLikelihood;
        this.accept = builder.accept;
        this.attempts = builder.profiles.stream()
                .map(name -> PruningOptions.builder().profile(name).build())
                .toList();
        this.lastAnswerCounts = builder.lastAnswerCounts;
    }

    /** With the defaults; for AI services that name their guardrails by class. */
    public LessPruningOutputGuardrail() {
        this(builder());
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public OutputGuardrailResult validate(OutputGuardrailRequest request) {
        ChatResponse response = request.responseFromLLM();
        String problem = problem(response);
        if (problem == null) {
            return success();
        }
        int asked = 0;
        for (PruningOptions less : attempts) {
            if (isWhole(response)) {
                break;
            }
            asked++;
            response = PruningOverride.during(less, () -> request.chatExecutor().execute());
            problem = problem(response);
            if (problem == null) {
                return successWith(response.aiMessage(), response);
            }
        }
        return lastAnswerCounts
                ? successWith(response.aiMessage(), response)
                : failure("Asked again " + asked + " times with less pruning: " + problem);
    }

    /** Whether the answer was made from all image tokens, so that there is no less pruning. */
    private static boolean isWhole(ChatResponse response) {
        return response.metadata() instanceof GlimpseChatResponseMetadata metadata
                && metadata.pruning().retention() >= 1;
    }

    private @Nullable String problem(ChatResponse response) {
        String text = response.aiMessage().text();
        if (!accept.test(text == null ? "" : text)) {
            return "the answer is none that the application accepts";
        }
        if (!(response.metadata() instanceof GlimpseChatResponseMetadata metadata)) {
            return null;
        }
        if (isWhole(response)) {
            return null;
        }
        Double confidence = metadata.confidence();
        if (confidence != null && confidence < minConfidence) {
            return low("the confidence of the kept image tokens", confidence, minConfidence);
        }
        AnswerLikelihood likelihood = metadata.likelihood();
        if (likelihood == null) {
            return null;
        }
        if (!(likelihood.leastProbability() >= minLikelihood)) {
            return low(
                    "the likelihood of the answer's least likely token", likelihood.leastProbability(), minLikelihood);
        }
        return !(likelihood.meanProbability() >= minMeanLikelihood)
                ? low("the mean likelihood of the answer's tokens", likelihood.meanProbability(), minMeanLikelihood)
                : null;
    }

    private static String low(String what, double value, double least) {
        return String.format(Locale.ROOT, "%s is %.2f, the least that counts is %.2f", what, value, least);
    }

    /** Collects what a guardrail goes by. */
    public static final class Builder {

        private double minConfidence = GuardOptions.DEFAULT_WIDEN_BELOW;
        private double minLikelihood;
        private double minMeanLikelihood;
        private Predicate<String> accept = answer -> true;
        private List<String> profiles = List.of("careful", "off");
        private boolean lastAnswerCounts;

        private Builder() {}

        /**
         * The least confidence that counts, 0..1; unset is 0.5.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder minConfidence(double value) {
            minConfidence = share("min-confidence", value);
            return this;
        }

        /**
         * The least {@linkplain AnswerLikelihood#leastProbability() likelihood} of the answer's least likely token that counts,
         * 0..1; unset is 0, for what is unlikely differs between models and lengths of answers. {@code examples/evaluate} tells
         * the likelihood below which a tenth of the answers lies, and how many of the lost ones.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder minLikelihood(double value) {
            minLikelihood = share("min-likelihood", value);
            return this;
        }

        /**
         * The least {@linkplain AnswerLikelihood#meanProbability() mean likelihood} of the answer's tokens that counts, 0..1; unset
         * is 0. It compares answers of different lengths and forms.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder minMeanLikelihood(double value) {
            minMeanLikelihood = share("min-mean-likelihood", value);
            return this;
        }

        private static double share(String name, double value) {
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException(name + " is " + value + ", it must lie in [0, 1]");
            }
            return value;
        }

        /** Which answers the application can use; unset is all. Called for the first answer and for each further one. */
        public Builder accept(Predicate<String> value) {
            accept = value;
            return this;
        }

        /**
         * Profiles to ask again with, in order; unset is {@code careful}, then {@code off}.
         *
         * @throws IllegalArgumentException if there is none
         */
        public Builder profiles(List<String> value) {
            if (value.isEmpty()) {
                throw new IllegalArgumentException("There is no profile to ask again with; name one, such as 'off'");
            }
            profiles = List.copyOf(value);
            return this;
        }

        /** If no answer will do, the last one counts instead of a failure. */
        public Builder lastAnswerCounts() {
            lastAnswerCounts = true;
            return this;
        }

        /** The guardrail. */
        public LessPruningOutputGuardrail build() {
            return new LessPruningOutputGuardrail(this);
        }
    }
}
