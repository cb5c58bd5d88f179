package io.github.glimpse.sampling;

import io.github.glimpse.SetValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the answer is made. Unset values fall through: request, then model, then the defaults here.
 *
 * @param temperature 0 takes the likeliest token (greedy); above 0 samples
 * @param topK sample among this many likeliest tokens; unset or 0 is all
 * @param topP sample among the likeliest tokens whose probabilities sum to this share, above 0 and at most 1
 * @param minP drop tokens less likely than this share of the likeliest, 0..1
 * @param repetitionPenalty divides positive and multiplies negative scores of tokens of prompt and answer; 1 is off
 * @param presencePenalty subtracted from the score of each token of the answer so far, -2..2
 * @param frequencyPenalty subtracted once per occurrence in the answer so far, -2..2
 * @param seed of sampling; unset takes a new one each time
 * @param maxOutputTokens most tokens of the answer, at least 1
 * @param stop texts that end the answer and are not part of it; an empty list is none, null is unset
 * @param beams beginnings that are written side by side, of which the best whole is taken; 1 is off. Above 1 only models with
 *     cross-attention (BLIP), and only without sampling and penalties
 * @param lengthPenalty power of the length by which the score of a beam is divided; above 0 favours long answers
 * @param minOutputTokens tokens before which no end-of-turn token is chosen; a stop text ends the answer all the same
 * @param lookup most tokens that are guessed at once, by what prompt and answer have said before, and checked in one step; the answer
 *     stays the same. Unset or 0 is off; greedy answers only
 * @param thinkingBudget most tokens of the thought before an answer; then its closing tag is forced. 0 closes it at once; unset
 *     is no limit
 * @param template settings of the chat template, such as the switch of thinking
 * @param ending rules for the end of the answer besides {@code stop}
 */
public record GenerationOptions(
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        @Nullable Double presencePenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Long seed,
        @Nullable Integer maxOutputTokens,
        @Nullable List<String> stop,
        @Nullable Integer beams,
        @Nullable Double lengthPenalty,
        @Nullable Integer minOutputTokens,
        @Nullable Integer lookup,
        @Nullable Integer thinkingBudget,
        TemplateSettings template,
        EndOptions ending) {

    /** Greedy. */
    public static final double DEFAULT_TEMPERATURE = 0.0;

    /** No cut by probability mass. */
    public static final double DEFAULT_TOP_P = 1.0;

    /** No repetition penalty. */
    public static final double DEFAULT_REPETITION_PENALTY = 1.0;

    /** Tokens of an answer. */
    public static final int DEFAULT_MAX_OUTPUT_TOKENS = 512;

    /** The score of a beam is its mean per token. */
    public static final double DEFAULT_LENGTH_PENALTY = 1.0;

    private static final double LARGEST_PENALTY = 2.0;
    private static final int MOST_BEAMS = 64;
    private static final int MOST_GUESSES = 15;
    private static final double LARGEST_POWER = 100;

    /** Copies the list. */
    public GenerationOptions {
        stop = stop == null ? null : List.copyOf(stop);
    }

    /**
     * These options with every range checked; what {@link Builder#build} gives is checked already.
     *
     * @throws IllegalArgumentException if a number is out of its range, or a stop sequence is empty
     */
    public GenerationOptions checked() {
        check("temperature", temperature, 0, 100);
        check("top-k", topK, 0, Integer.MAX_VALUE);
        check("top-p", topP, Double.MIN_VALUE, 1);
        check("min-p", minP, 0, 1);
        check("repetition-penalty", repetitionPenalty, 0.01, 100);
        check("presence-penalty", presencePenalty, -LARGEST_PENALTY, LARGEST_PENALTY);
        check("frequency-penalty", frequencyPenalty, -LARGEST_PENALTY, LARGEST_PENALTY);
        check("max-output-tokens", maxOutputTokens, 1, Integer.MAX_VALUE);
        check("beams", beams, 1, MOST_BEAMS);
        check("length-penalty", lengthPenalty, -LARGEST_POWER, LARGEST_POWER);
        check("min-output-tokens", minOutputTokens, 0, Integer.MAX_VALUE);
        check("lookup", lookup, 0, MOST_GUESSES);
        check("thinking-budget", thinkingBudget, 0, Integer.MAX_VALUE);
        if (stop != null && stop.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("A stop sequence is empty; leave it out");
        }
        return this;
    }

    private static void check(String name, @Nullable Number value, double least, double most) {
        if (value == null || (value.doubleValue() >= least && value.doubleValue() <= most)) {
            return;
        }
        String from = least == Double.MIN_VALUE ? "above 0" : "at least " + plain(least);
        String to = most == Integer.MAX_VALUE ? "" : " and at most " + plain(most);
        throw new IllegalArgumentException(name + " is " + value + ", it must be " + from + to);
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }

    /** Nothing set. */
    public static GenerationOptions defaults() {
        return builder().build();
    }

    /** Starts with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with these. */
    public Builder toBuilder() {
        return builder()
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .repetitionPenalty(repetitionPenalty)
                .presencePenalty(presencePenalty)
                .frequencyPenalty(frequencyPenalty)
                .seed(seed)
                .maxOutputTokens(maxOutputTokens)
                .stop(stop)
                .beams(beams)
                .lengthPenalty(lengthPenalty)
                .minOutputTokens(minOutputTokens)
                .lookup(lookup)
                .thinkingBudget(thinkingBudget)
                .template(template)
                .ending(ending);
    }

    /** These options where set, else {@code fallback}'s. */
    public GenerationOptions orElse(GenerationOptions fallback) {
        return builder()
                .temperature(set(temperature, fallback.temperature))
                .topK(set(topK, fallback.topK))
                .topP(set(topP, fallback.topP))
                .minP(set(minP, fallback.minP))
                .repetitionPenalty(set(repetitionPenalty, fallback.repetitionPenalty))
                .presencePenalty(set(presencePenalty, fallback.presencePenalty))
                .frequencyPenalty(set(frequencyPenalty, fallback.frequencyPenalty))
                .seed(set(seed, fallback.seed))
                .maxOutputTokens(set(maxOutputTokens, fallback.maxOutputTokens))
                .stop(set(stop, fallback.stop))
                .beams(set(beams, fallback.beams))
                .lengthPenalty(set(lengthPenalty, fallback.lengthPenalty))
                .minOutputTokens(set(minOutputTokens, fallback.minOutputTokens))
                .lookup(set(lookup, fallback.lookup))
                .thinkingBudget(set(thinkingBudget, fallback.thinkingBudget))
                .template(template.orElse(fallback.template))
                .ending(ending.orElse(fallback.ending))
                .unchecked();
    }

    private static <T> @Nullable T set(@Nullable T value, @Nullable T fallback) {
        return value != null ? value : fallback;
    }

    /** Whether tokens are sampled, or made more or less likely than the model says. */
    public boolean changesLikelihoods() {
        return differs(temperature, DEFAULT_TEMPERATURE)
                || differs(repetitionPenalty, DEFAULT_REPETITION_PENALTY)
                || differs(presencePenalty, 0)
                || differs(frequencyPenalty, 0);
    }

    /** What tokens are chosen by, defaults where nothing is said. */
    public SamplingNumbers sampling() {
        return new SamplingNumbers(
                orElse(temperature, DEFAULT_TEMPERATURE),
                topK == null ? 0 : topK,
                orElse(topP, DEFAULT_TOP_P),
                orElse(minP, 0),
                orElse(repetitionPenalty, DEFAULT_REPETITION_PENALTY),
                orElse(presencePenalty, 0),
                orElse(frequencyPenalty, 0),
                seed);
    }

    /** Why no token of a greedy answer is guessed; null if some are. */
    @Nullable
    public String refusesLookup() {
        if (lookup == null || lookup == 0) {
            return LookupReport.NONE.off();
        }
        return sampling().temperature() == 0
                ? null
                : "tokens are drawn, and only greedy answers (temperature 0) can be guessed";
    }

    private static double orElse(@Nullable Double value, double standard) {
        return value == null ? standard : value;
    }

    private static boolean differs(@Nullable Double value, double standard) {
        return value != null && value != standard;
    }

    /** What is said; of stop sequences how many, for a user may have written them. */
    @Override
    public String toString() {
        return new SetValues("GenerationOptions")
                .add("temperature", temperature)
                .add("topK", topK)
                .add("topP", topP)
                .add("minP", minP)
                .add("repetitionPenalty", repetitionPenalty)
                .add("presencePenalty", presencePenalty)
                .add("frequencyPenalty", frequencyPenalty)
                .add("seed", seed)
                .add("maxOutputTokens", maxOutputTokens)
                .addCount("stopSequences", stop)
                .add("beams", beams)
                .add("lengthPenalty", lengthPenalty)
                .add("minOutputTokens", minOutputTokens)
                .add("lookup", lookup)
                .add("thinkingBudget", thinkingBudget)
                .add("template", template.equals(TemplateSettings.NONE) ? null : template)
                .add("ending", ending.equals(EndOptions.NONE) ? null : ending)
                .toString();
    }

    /** Collects options. */
    public static final class Builder {

        private @Nullable Double temperature;
        private @Nullable Integer topK;
        private @Nullable Double topP;
        private @Nullable Double minP;
        private @Nullable Double repetitionPenalty;
        private @Nullable Double presencePenalty;
        private @Nullable Double frequencyPenalty;
        private @Nullable Long seed;
        private @Nullable Integer maxOutputTokens;
        private @Nullable List<String> stop;
        private @Nullable Integer beams;
        private @Nullable Double lengthPenalty;
        private @Nullable Integer minOutputTokens;
        private @Nullable Integer lookup;
        private @Nullable Integer thinkingBudget;
        private TemplateSettings template = TemplateSettings.NONE;
        private EndOptions ending = EndOptions.NONE;

        private Builder() {}

        /** 0 is greedy. */
        public Builder temperature(@Nullable Double value) {
            temperature = value;
            return this;
        }

        /** Sample among this many likeliest tokens. */
        public Builder topK(@Nullable Integer value) {
            topK = value;
            return this;
        }

        /** Sample among the likeliest tokens with this share of the probability. */
        public Builder topP(@Nullable Double value) {
            topP = value;
            return this;
        }

        /** Drop tokens less likely than this share of the likeliest. */
        public Builder minP(@Nullable Double value) {
            minP = value;
            return this;
        }

        /** Above 1 makes tokens of prompt and answer less likely. */
        public Builder repetitionPenalty(@Nullable Double value) {
            repetitionPenalty = value;
            return this;
        }

        /** Subtracted from tokens that the answer has. */
        public Builder presencePenalty(@Nullable Double value) {
            presencePenalty = value;
            return this;
        }

        /** Subtracted per occurrence in the answer. */
        public Builder frequencyPenalty(@Nullable Double value) {
            frequencyPenalty = value;
            return this;
        }

        /** Makes sampling repeatable. */
        public Builder seed(@Nullable Long value) {
            seed = value;
            return this;
        }

        /** Most tokens of the answer. */
        public Builder maxOutputTokens(@Nullable Integer value) {
            maxOutputTokens = value;
            return this;
        }

        /** Texts that end the answer. */
        public Builder stop(@Nullable List<String> value) {
            stop = value;
            return this;
        }

        /** Beginnings that are written side by side; 1 is off. */
        public Builder beams(@Nullable Integer value) {
            beams = value;
            return this;
        }

        /** Above 0 favours long answers among beams. */
        public Builder lengthPenalty(@Nullable Double value) {
            lengthPenalty = value;
            return this;
        }

        /** Least tokens before the answer may end. */
        public Builder minOutputTokens(@Nullable Integer value) {
            minOutputTokens = value;
            return this;
        }

        /** Most tokens that are guessed at once; 0 is off. */
        public Builder lookup(@Nullable Integer value) {
            lookup = value;
            return this;
        }

        /** Most tokens of the thought before an answer; 0 closes it at once, null is no limit. */
        public Builder thinkingBudget(@Nullable Integer value) {
            thinkingBudget = value;
            return this;
        }

        /** Settings of the chat template. */
        public Builder template(TemplateSettings value) {
            template = value;
            return this;
        }

        /** Rules for the end of the answer besides its stop texts. */
        public Builder ending(EndOptions value) {
            ending = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public GenerationOptions build() {
            return unchecked().checked();
        }

        /** The options as a request brings them: a number out of its range is refused with the request. */
        public GenerationOptions unchecked() {
            return new GenerationOptions(
                    temperature,
                    topK,
                    topP,
                    minP,
                    repetitionPenalty,
                    presencePenalty,
                    frequencyPenalty,
                    seed,
                    maxOutputTokens,
                    stop,
                    beams,
                    lengthPenalty,
                    minOutputTokens,
                    lookup,
                    thinkingBudget,
                    template,
                    ending);
        }
    }
}
