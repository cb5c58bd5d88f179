package io.github.glimpse.chat;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import io.github.glimpse.SetValues;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.TurnCare;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.EndOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.TemplateSettings;
import io.github.glimpse.sampling.ThinkingSwitch;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's common parameters and those that Glimpse adds, for one request or as a model's defaults. Unset values fall
 * through: request, then model, then engine. Immutable.
 *
 * <pre>{@code
 * ChatRequest.builder()
 *     .messages(UserMessage.from(TextContent.from("What does it cost?"), ImageContent.from(base64, "image/png")))
 *     .parameters(GlimpseChatRequestParameters.builder().maxRetentionRatio(0.1).build())
 *     .build();
 * }</pre>
 *
 * <p>Merged with common parameters, from either side, the result is of this class.
 */
public final class GlimpseChatRequestParameters extends DefaultChatRequestParameters {

    private final PruningOptions pruning;
    // Without what LangChain4j has a word for.
    private final GenerationOptions generation;
    private final @Nullable Boolean returnScoreMap;
    private final @Nullable List<String> choice;
    private final @Nullable String regex;
    private final @Nullable Boolean parallelToolCalls;
    private final TurnCare care;
    private final @Nullable String session;
    private final @Nullable String cacheScope;
    private final @Nullable Boolean returnThinking;
    private final @Nullable Boolean sendThinking;
    private final @Nullable HistoryMode history;

    private GlimpseChatRequestParameters(Builder builder) {
        super(builder);
        this.pruning = builder.pruning;
        this.generation = builder.generation;
        this.returnScoreMap = builder.returnScoreMap;
        this.choice = builder.choice;
        this.regex = builder.regex;
        this.parallelToolCalls = builder.parallelToolCalls;
        this.care = builder.care;
        this.session = builder.session;
        this.cacheScope = builder.cacheScope;
        this.returnThinking = builder.returnThinking;
        this.sendThinking = builder.sendThinking;
        this.history = builder.history;
    }

    /** Any parameters as ours. */
    static GlimpseChatRequestParameters of(ChatRequestParameters parameters) {
        return parameters instanceof GlimpseChatRequestParameters own
                ? own
                : builder().overrideWith(parameters).build();
    }

    /** What an engine does with requests that say nothing. */
    static GlimpseChatRequestParameters of(EngineOptions options) {
        return builder()
                .generation(options.generation())
                .pruning(options.pruning())
                .build();
    }

    /** What is said about pruning; empty options if nothing. */
    public PruningOptions pruning() {
        return pruning;
    }

    /** These with other pruning. */
    GlimpseChatRequestParameters withPruning(PruningOptions other) {
        return other.equals(pruning)
                ? this
                : builder().overrideWith(this).pruning(other).build();
    }

    /** Tokens less likely than this share of the likeliest are dropped, 0..1; null is unset. */
    public @Nullable Double minP() {
        return generation.minP();
    }

    /** Divides the scores of tokens of prompt and answer; 1 is off; null is unset. */
    public @Nullable Double repetitionPenalty() {
        return generation.repetitionPenalty();
    }

    /** Seed of sampling; null takes a new one each time. */
    public @Nullable Long seed() {
        return generation.seed();
    }

    /** Beginnings that are written side by side, of which the best whole is taken; 1 is off; null is unset. BLIP only. */
    public @Nullable Integer beams() {
        return generation.beams();
    }

    /** Power of the length by which the score of a beam is divided; null is unset. */
    public @Nullable Double lengthPenalty() {
        return generation.lengthPenalty();
    }

    /** Tokens before which no end-of-turn token is chosen; null is unset. */
    public @Nullable Integer minOutputTokens() {
        return generation.minOutputTokens();
    }

    /** Most tokens that are guessed at once, by what prompt and answer have said before. */
    public @Nullable Integer lookup() {
        return generation.lookup();
    }

    /**
     * Most tokens of the thought before an answer; then its closing tag is forced. 0 closes it at once; null is unset, which is
     * no limit.
     */
    public @Nullable Integer thinkingBudget() {
        return generation.thinkingBudget();
    }

    /** Switch of thinking, mapped to the variable that the chat template reads; null is unset, which is the template's default. */
    public @Nullable ThinkingSwitch thinking() {
        return generation.template().thinking();
    }

    /** Further variables of the chat template. */
    public Map<String, @Nullable Object> templateVariables() {
        return generation.template().variables();
    }

    /** Rules for the end of an answer besides stop sequences. */
    public EndOptions ending() {
        return generation.ending();
    }

    /**
     * Whether an answer carries the model's thought, as {@code AiMessage.thinking()} and in {@code onPartialThinking}; null is
     * unset, which is true. A thought that is not returned is dropped, it is never part of the text.
     */
    public @Nullable Boolean returnThinking() {
        return returnThinking;
    }

    /** Whether thoughts of earlier answers are given to the chat template; null is unset, which is true. */
    public @Nullable Boolean sendThinking() {
        return sendThinking;
    }

    /**
     * Whether the {@linkplain GlimpseChatResponseMetadata#pruning() report} holds each token's probability, where the strategy
     * has one; unset is true. Which tokens were kept is always there.
     */
    public @Nullable Boolean returnScoreMap() {
        return returnScoreMap;
    }

    /** Texts of which the answer is exactly one; null is unset. */
    public @Nullable List<String> choice() {
        return choice;
    }

    /** Regular expression that matches the answer as a whole; null is unset. */
    public @Nullable String regex() {
        return regex;
    }

    /** Whether the answer may hold several calls of tools; null is unset, which leaves it to the model. */
    public @Nullable Boolean parallelToolCalls() {
        return parallelToolCalls;
    }

    /** Most image tokens of all pictures of a turn in which tools may be called, before pruning; null is unset. */
    public @Nullable Integer imageBudget() {
        return care.imageBudget();
    }

    /** Confidence below which no call is handed out, 0..1; null is unset. */
    public @Nullable Double leastConfidence() {
        return care.leastConfidence();
    }

    TurnCare care() {
        return care;
    }

    /**
     * What the beginning of the prompt is remembered for, such as the id of a chat or of a user; null is unset, which shares it with
     * nobody. Requests that name the same one take over its first rows where theirs are the same, see
     * {@link io.github.glimpse.generate.PrefixCacheOptions}.
     */
    public @Nullable String session() {
        return session;
    }

    /**
     * The caller or tenant whose requests share cached images and sessions, such as an API key; null is unset, which shares
     * images among all requests that leave it unset. See {@link io.github.glimpse.generate.PrefixCacheOptions.Scope}.
     */
    public @Nullable String cacheScope() {
        return cacheScope;
    }

    /** Mode of earlier messages beyond the limits, such as the context length; null is unset. */
    public @Nullable HistoryMode history() {
        return history;
    }

    /** @throws IllegalArgumentException if a number is out of its range */
    GenerationOptions generation() {
        return generation.toBuilder()
                .temperature(temperature())
                .topK(topK())
                .topP(topP())
                .presencePenalty(presencePenalty())
                .frequencyPenalty(frequencyPenalty())
                .maxOutputTokens(maxOutputTokens())
                // LangChain4j has no word for "none instead of the defaults": its empty list is "unset".
                .stop(stopSequences().isEmpty() ? null : stopSequences())
                .build();
    }

    /** {@code that} where set, else these. */
    @Override
    public GlimpseChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    /** These where set, else {@code that}. */
    @Override
    public GlimpseChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof GlimpseChatRequestParameters that
                && pruning.equals(that.pruning)
                && generation.equals(that.generation)
                && Objects.equals(returnScoreMap, that.returnScoreMap)
                && Objects.equals(choice, that.choice)
                && Objects.equals(regex, that.regex)
                && Objects.equals(parallelToolCalls, that.parallelToolCalls)
                && care.equals(that.care)
                && Objects.equals(session, that.session)
                && Objects.equals(cacheScope, that.cacheScope)
                && Objects.equals(returnThinking, that.returnThinking)
                && Objects.equals(sendThinking, that.sendThinking)
                && history == that.history;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                pruning,
                generation,
                returnScoreMap,
                choice,
                regex,
                parallelToolCalls,
                care,
                session,
                cacheScope,
                returnThinking,
                sendThinking,
                history);
    }

    @Override
    public String toString() {
        return new SetValues("GlimpseChatRequestParameters")
                .add("modelName", modelName())
                .add("temperature", temperature())
                .add("topP", topP())
                .add("topK", topK())
                .add("frequencyPenalty", frequencyPenalty())
                .add("presencePenalty", presencePenalty())
                .add("maxOutputTokens", maxOutputTokens())
                .addCount("stopSequences", stopSequences())
                .addCount("toolSpecifications", toolSpecifications())
                .add("toolChoice", toolChoice())
                .add(
                        "responseFormat",
                        responseFormat() == null ? null : responseFormat().type())
                .add("generation", generation)
                .add("returnScoreMap", returnScoreMap)
                .addCount("choice", choice)
                .add("regex", regex == null ? null : true)
                .add("parallelToolCalls", parallelToolCalls)
                .add("imageBudget", care.imageBudget())
                .add("leastConfidence", care.leastConfidence())
                .add("session", session == null ? null : true)
                .add("cacheScope", cacheScope == null ? null : true)
                .add("returnThinking", returnThinking)
                .add("sendThinking", sendThinking)
                .add("history", history)
                .add("pruning", pruning)
                .toString();
    }

    /** Starts with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects parameters. The setters that begin with {@code pruning} change one value of {@link #pruning(PruningOptions)}. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {

        private PruningOptions pruning = PruningOptions.defaults();
        private GenerationOptions generation = GenerationOptions.defaults();
        private @Nullable Boolean returnScoreMap;
        private @Nullable List<String> choice;
        private @Nullable String regex;
        private @Nullable Boolean parallelToolCalls;
        private TurnCare care = TurnCare.NONE;
        private @Nullable String session;
        private @Nullable String cacheScope;
        private @Nullable Boolean returnThinking;
        private @Nullable Boolean sendThinking;
        private @Nullable HistoryMode history;

        private Builder() {}

        /**
         * Takes over what {@code parameters} sets. Pruning is merged value by value; parameters that name a strategy or a
         * schedule of their own do not inherit the schedule.
         */
        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            if (parameters instanceof GlimpseChatRequestParameters that) {
                pruning = that.pruning.orElse(pruning);
                generation = that.generation.orElse(generation);
                returnScoreMap = that.returnScoreMap != null ? that.returnScoreMap : returnScoreMap;
                choice = that.choice != null ? that.choice : choice;
                regex = that.regex != null ? that.regex : regex;
                parallelToolCalls = that.parallelToolCalls != null ? that.parallelToolCalls : parallelToolCalls;
                care = that.care.orElse(care);
                session = that.session != null ? that.session : session;
                cacheScope = that.cacheScope != null ? that.cacheScope : cacheScope;
                returnThinking = that.returnThinking != null ? that.returnThinking : returnThinking;
                sendThinking = that.sendThinking != null ? that.sendThinking : sendThinking;
                history = that.history != null ? that.history : history;
            }
            return this;
        }

        /** All about pruning at once; replaces what was set before. */
        public Builder pruning(PruningOptions value) {
            pruning = value;
            return this;
        }

        /** Whether to prune at all. */
        public Builder pruningEnabled(@Nullable Boolean value) {
            return pruning(pruning.toBuilder().enabled(value).build());
        }

        /** Name of the strategy, such as {@code glimpse} or {@code none}. */
        public Builder pruningStrategy(@Nullable String value) {
            return pruning(pruning.toBuilder().strategy(value).build());
        }

        /**
         * Name of a profile, {@code careful}, {@code balanced}, {@code bold}, {@code off}, {@code auto} or an own one, for what these
         * parameters do not say about pruning. It wins over what the model says.
         */
        public Builder profile(@Nullable String value) {
            return pruning(pruning.toBuilder().profile(value).build());
        }

        /** When choices that are not sure of themselves are widened or dropped. */
        public Builder pruningGuard(GuardOptions value) {
            return pruning(pruning.toBuilder().guard(value).build());
        }

        /** Cuts in order. */
        public Builder pruningSchedule(List<PruningStep> value) {
            return pruning(pruning.toBuilder().schedule(value).build());
        }

        /**
         * Probability above which a token stays, 0..1.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder pruningThreshold(@Nullable Double value) {
            return pruning(pruning.toBuilder().threshold(value).build());
        }

        /**
         * Kept / all image tokens, above 0 and at most 1, for strategies that keep a given share.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder pruningRetentionRatio(@Nullable Double value) {
            return pruning(pruning.toBuilder().retentionRatio(value).build());
        }

        /** Own options of the strategy, such as {@code seed} of {@code random}. */
        public Builder pruningOptions(Map<String, String> value) {
            return pruning(pruning.toBuilder().options(value).build());
        }

        /** What a cut does to keys and values of the layers that have run. */
        public Builder pruningKv(@Nullable KvForm value) {
            return pruning(pruning.toBuilder().kv(value).build());
        }

        /** Position ids of what stays. */
        public Builder pruningPositions(@Nullable PositionForm value) {
            return pruning(pruning.toBuilder().positions(value).build());
        }

        /**
         * Cap: kept / all image tokens, above 0 and at most 1.
         *
         * @throws IllegalArgumentException if it is out of its range
         */
        public Builder maxRetentionRatio(@Nullable Double value) {
            return pruning(pruning.toBuilder().maxRetentionRatio(value).build());
        }

        /**
         * Image tokens that stay in any case; 0 is none.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder pruningMinTokens(@Nullable Integer value) {
            return pruning(pruning.toBuilder().minTokens(value).build());
        }

        /** Corners of each picture that always stay. */
        public Builder pruningAnchors(@Nullable Set<Anchor> value) {
            return pruning(pruning.toBuilder().anchors(value).build());
        }

        /** All about generation at once, LangChain4j's common values too; replaces what was set before. */
        public Builder generation(GenerationOptions value) {
            temperature(value.temperature());
            topK(value.topK());
            topP(value.topP());
            presencePenalty(value.presencePenalty());
            frequencyPenalty(value.frequencyPenalty());
            maxOutputTokens(value.maxOutputTokens());
            stopSequences(value.stop());
            return changed(value.toBuilder()
                    .temperature(null)
                    .topK(null)
                    .topP(null)
                    .presencePenalty(null)
                    .frequencyPenalty(null)
                    .maxOutputTokens(null)
                    .stop(null));
        }

        private Builder changed(GenerationOptions.Builder value) {
            generation = value.unchecked();
            return this;
        }

        /** Drop tokens less likely than this share of the likeliest, 0..1. */
        public Builder minP(@Nullable Double value) {
            return changed(generation.toBuilder().minP(value));
        }

        /** Above 1 makes tokens of prompt and answer less likely. */
        public Builder repetitionPenalty(@Nullable Double value) {
            return changed(generation.toBuilder().repetitionPenalty(value));
        }

        /** Makes sampling repeatable. */
        public Builder seed(@Nullable Long value) {
            return changed(generation.toBuilder().seed(value));
        }

        /** Beginnings that are written side by side, of which the best whole is taken; BLIP only. */
        public Builder beams(@Nullable Integer value) {
            return changed(generation.toBuilder().beams(value));
        }

        /** Power of the length by which the score of a beam is divided; above 0 favours long answers. */
        public Builder lengthPenalty(@Nullable Double value) {
            return changed(generation.toBuilder().lengthPenalty(value));
        }

        /** Tokens before which no end-of-turn token is chosen; a stop sequence ends the answer all the same. */
        public Builder minOutputTokens(@Nullable Integer value) {
            return changed(generation.toBuilder().minOutputTokens(value));
        }

        /**
         * Most tokens, up to 15, that are guessed at once, by what prompt and answer have said before, and checked in one step: an answer that repeats
         * its prompt comes sooner, and every answer stays the same. 0 is off; greedy answers only.
         */
        public Builder lookup(@Nullable Integer value) {
            return changed(generation.toBuilder().lookup(value));
        }

        /** Most tokens of the thought before an answer; 0 closes it at once, null is no limit. */
        public Builder thinkingBudget(@Nullable Integer value) {
            return changed(generation.toBuilder().thinkingBudget(value));
        }

        /**
         * Switch of thinking, mapped to the variable that the chat template reads, such as {@code enable_thinking} or {@code
         * reasoning_effort}; null is the template's default. A request is refused where the template reads none.
         */
        public Builder thinking(@Nullable ThinkingSwitch value) {
            return template(generation.template().with(value));
        }

        /**
         * Further variables of the chat template: text, numbers, booleans, null, lists and maps of them. Those that it does not read
         * are named in the warnings of the metadata; the names that every rendering sets, such as {@code messages}, are refused.
         */
        public Builder templateVariables(Map<String, @Nullable Object> value) {
            return template(generation.template().with(value));
        }

        /** Settings of the chat template at once. */
        public Builder template(TemplateSettings value) {
            return changed(generation.toBuilder().template(value));
        }

        /** Rules for the end of an answer besides stop sequences. */
        public Builder ending(EndOptions value) {
            return changed(generation.toBuilder().ending(value));
        }

        /** Whether the thoughts of earlier answers are given to the chat template, which decides; unset is true. */
        public Builder sendThinking(@Nullable Boolean value) {
            sendThinking = value;
            return this;
        }

        /** Whether an answer carries the model's thought; unset is true. */
        public Builder returnThinking(@Nullable Boolean value) {
            returnThinking = value;
            return this;
        }

        /** Whether the report holds each token's probability; unset is true. */
        public Builder returnScoreMap(@Nullable Boolean value) {
            returnScoreMap = value;
            return this;
        }

        /**
         * Texts of which the answer is exactly one. The {@linkplain GlimpseChatResponseMetadata#choiceScores() metadata} say how
         * likely each is. Not together with a regular expression, a JSON response format or tools that must be called.
         */
        public Builder choice(@Nullable List<String> value) {
            choice = value == null ? null : List.copyOf(value);
            return this;
        }

        /** Regular expression that matches the answer as a whole. Not together with another form of the answer. */
        public Builder regex(@Nullable String value) {
            regex = value;
            return this;
        }

        /**
         * What the prompt's beginning is remembered for, such as the id of a chat or of a user; never one that several users share
         * who are not to learn what each other asked about.
         */
        public Builder session(@Nullable String value) {
            session = value;
            return this;
        }

        /**
         * The caller or tenant, such as an API key or a customer: requests with different scopes share no cached images, and no
         * session of the same name, unless {@code glimpse.cache.prefix.scope=application}.
         */
        public Builder cacheScope(@Nullable String value) {
            cacheScope = value;
            return this;
        }

        /** What becomes of earlier messages beyond the limits; null for what the model's options say. */
        public Builder history(@Nullable HistoryMode value) {
            history = value;
            return this;
        }

        /** Whether the answer may hold several calls of tools. False leaves it one; true does not lift what the model's own options forbid. */
        public Builder parallelToolCalls(@Nullable Boolean value) {
            parallelToolCalls = value;
            return this;
        }

        /**
         * Most image tokens of all pictures together, before pruning, where tools may be called or were: earlier pictures are made
         * smaller, and in the end left out, so that those of the newest message with pictures have all that they need.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder imageBudget(@Nullable Integer value) {
            care = new TurnCare(value, care.leastConfidence());
            return this;
        }

        /**
         * Hand out no call that was made from image tokens chosen with less {@linkplain GlimpseChatResponseMetadata#confidence()
         * confidence}: the turn is answered again with the profile {@code careful}, then without pruning.
         *
         * @throws IllegalArgumentException if it is not in 0..1
         */
        public Builder leastConfidence(@Nullable Double value) {
            care = new TurnCare(care.imageBudget(), value);
            return this;
        }

        /** The parameters. Ranges of the common ones are checked when they are used. */
        @Override
        public GlimpseChatRequestParameters build() {
            return new GlimpseChatRequestParameters(this);
        }
    }
}
