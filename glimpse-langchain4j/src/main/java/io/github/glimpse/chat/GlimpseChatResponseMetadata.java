package io.github.glimpse.chat;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.form.ConstraintReport;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.HistoryReport;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.ToolReport;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningExplanation;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.sampling.LookupReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says about itself beside the common values: what pruning kept, how likely the model held it, and where the time went. Plain data, free of
 * native memory. The token usage is a {@link GlimpseTokenUsage}.
 *
 * <pre>{@code
 * ChatResponse response = model.chat(request);
 * if (response.metadata() instanceof GlimpseChatResponseMetadata metadata) {
 *     PruningReport pruning = metadata.pruning();
 *     log.info("kept {} of {} image tokens", pruning.keptTokens(), pruning.imageTokens());
 * }
 * }</pre>
 */
public final class GlimpseChatResponseMetadata extends ChatResponseMetadata {

    private static final PruningReport NOT_PRUNED = new PruningReport(PruningOptions.NONE, null, List.of());
    private static final StageTimings NOT_MEASURED = new StageTimings(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO);

    private static final ReuseReport NOT_KNOWN = ReuseReport.withoutRows(0, 0, null);

    private final PruningReport pruning;
    private final StageTimings timings;
    private final @Nullable AnswerLikelihood likelihood;
    private final HistoryReport history;
    private final ToolReport tools;
    private final List<ToolCallReport> calls;
    private final @Nullable ConstraintReport constraint;
    private final ReuseReport reuse;
    private final LookupReport lookup;
    private final ThinkingReport thinking;
    private final List<String> warnings;

    private GlimpseChatResponseMetadata(Builder builder) {
        super(builder);
        this.pruning = builder.pruning;
        this.timings = builder.timings;
        this.likelihood = builder.likelihood;
        this.history = builder.history;
        this.tools = builder.tools;
        this.calls = builder.calls;
        this.constraint = builder.constraint;
        this.reuse = builder.reuse;
        this.lookup = builder.lookup;
        this.thinking = builder.thinking;
        this.warnings = builder.warnings;
    }

    /** What pruning did, per image. */
    public PruningReport pruning() {
        return pruning;
    }

    /**
     * How sure the choice of the kept image tokens is, 0..1, after the guard; null if nothing was pruned, or by a strategy that
     * knows nothing of the question. All figures are in the steps of {@link #pruning()}.
     */
    public @Nullable Double confidence() {
        return pruning.confidence();
    }

    /**
     * How likely the model held its answer: an answer with an unlikely token is more often misread or made up, pruned or not; null if
     * nobody said.
     */
    public @Nullable AnswerLikelihood likelihood() {
        return likelihood;
    }

    /** What was left out of the messages before the newest one, so that the request could be answered. */
    public HistoryReport history() {
        return history;
    }

    /** Whether the request's tools were offered, how, and why not. */
    public ToolReport tools() {
        return tools;
    }

    /** Tools of the request that the answer could not call; {@link #tools()} says why. */
    public int ignoredTools() {
        return tools.ignored();
    }

    /** What was taken over of requests before: pictures, or first rows of the prompt. */
    public ReuseReport reuse() {
        return reuse;
    }

    /** How many tokens were guessed by what prompt and answer had said before, and how many of them were right. */
    public LookupReport lookup() {
        return lookup;
    }

    /** Tokens of the thought before the answer, and how it ended; the thought itself is part of the message. */
    public ThinkingReport thinking() {
        return thinking;
    }

    /** Parts of the request that were accepted and have no effect, or another one than asked for. */
    public List<String> warnings() {
        return warnings;
    }

    /** How sure each call of a tool is, in the order of the answer's calls. */
    public List<ToolCallReport> calls() {
        return calls;
    }

    /** How the answer was kept to its form, a schema, a choice or a pattern; null if it could be any text. */
    public @Nullable ConstraintReport constraint() {
        return constraint;
    }

    /**
     * How likely the model holds each text of a choice, as shares of one, in their order; empty for other answers, and where the
     * texts are too many to be compared.
     */
    public Map<String, Double> choiceScores() {
        return constraint == null ? Map.of() : constraint.choiceScores();
    }

    /**
     * How likely the model held each value of a JSON document: the least probability of the tokens that wrote it, by JSON pointer, in
     * the document's order; empty for other answers.
     */
    public Map<String, Double> fieldLikelihoods() {
        return constraint == null ? Map.of() : constraint.fields();
    }

    /** What settled how many tokens stayed; null if nothing was pruned. */
    public @Nullable RatioReason ratioReason() {
        return pruning.ratioReason();
    }

    /** What the guard did. */
    public GuardReport guard() {
        return pruning.guard();
    }

    /**
     * Draws what pruning did on the pictures of the conversation, step by step.
     *
     * @param pictures the files as they were sent, in prompt order, without those that {@link #history} was left without
     * @throws IllegalArgumentException if there are more or fewer than the model saw
     * @throws io.github.glimpse.InvalidImageException if one cannot be read
     */
    public PruningExplanation explanation(List<byte[]> pictures) {
        return PruningExplanation.of(pruning, new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE), pictures);
    }

    /** Where the time went, by stage. */
    public StageTimings timings() {
        return timings;
    }

    /** Starts with these values. */
    @Override
    public Builder toBuilder() {
        Builder builder = new Builder();
        toBuilder(builder);
        return builder.pruning(pruning)
                .timings(timings)
                .likelihood(likelihood)
                .history(history)
                .tools(tools)
                .calls(calls)
                .constraint(constraint)
                .reuse(reuse)
                .lookup(lookup)
                .thinking(thinking)
                .warnings(warnings);
    }

    /** Starts with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof GlimpseChatResponseMetadata that
                && pruning.equals(that.pruning)
                && timings.equals(that.timings)
                && Objects.equals(likelihood, that.likelihood)
                && history.equals(that.history)
                && tools.equals(that.tools)
                && calls.equals(that.calls)
                && Objects.equals(constraint, that.constraint)
                && reuse.equals(that.reuse)
                && lookup.equals(that.lookup)
                && thinking.equals(that.thinking)
                && warnings.equals(that.warnings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                pruning,
                timings,
                likelihood,
                history,
                tools,
                calls,
                constraint,
                reuse,
                lookup,
                thinking,
                warnings);
    }

    @Override
    public String toString() {
        return "GlimpseChatResponseMetadata{id='" + id() + "', modelName='" + modelName() + "', tokenUsage="
                + tokenUsage() + ", finishReason=" + finishReason() + ", pruning=" + pruning + ", timings=" + timings
                + ", likelihood=" + likelihood + (history.isWhole() ? "" : ", history=" + history)
                + (tools.given() == 0 ? "" : ", tools=" + tools)
                + (calls.isEmpty() ? "" : ", calls=" + calls)
                + (constraint == null ? "" : ", constraint=" + constraint)
                + (reuse.kind() == ReuseReport.Kind.NONE ? "" : ", reuse=" + reuse)
                + (lookup.equals(LookupReport.NONE) ? "" : ", lookup=" + lookup)
                + (thinking.equals(ThinkingReport.NONE) ? "" : ", thinking=" + thinking)
                + (warnings.isEmpty() ? "" : ", warnings=" + warnings) + '}';
    }

    /** Collects metadata. */
    public static final class Builder extends ChatResponseMetadata.Builder<Builder> {

        private PruningReport pruning = NOT_PRUNED;
        private StageTimings timings = NOT_MEASURED;
        private @Nullable AnswerLikelihood likelihood;
        private HistoryReport history = HistoryReport.WHOLE;
        private ToolReport tools = ToolReport.NONE;
        private List<ToolCallReport> calls = List.of();
        private @Nullable ConstraintReport constraint;
        private ReuseReport reuse = NOT_KNOWN;
        private LookupReport lookup = LookupReport.NONE;
        private ThinkingReport thinking = ThinkingReport.NONE;
        private List<String> warnings = List.of();

        private Builder() {}

        /** What pruning did; unset is a report without images. */
        public Builder pruning(PruningReport value) {
            pruning = value;
            return this;
        }

        /** Where the time went; unset is zero everywhere. */
        public Builder timings(StageTimings value) {
            timings = value;
            return this;
        }

        /** How likely the model held its answer; unset is unknown. */
        public Builder likelihood(@Nullable AnswerLikelihood value) {
            likelihood = value;
            return this;
        }

        /** What was left out of earlier messages; unset is nothing. */
        public Builder history(HistoryReport value) {
            history = value;
            return this;
        }

        /** What became of the request's tools; unset is a request without. */
        public Builder tools(ToolReport value) {
            tools = value;
            return this;
        }

        /** How sure each call is; unset is no call. */
        public Builder calls(List<ToolCallReport> value) {
            calls = List.copyOf(value);
            return this;
        }

        /** How the answer was kept to its form; unset is any text. */
        public Builder constraint(@Nullable ConstraintReport value) {
            constraint = value;
            return this;
        }

        /** What was taken over of requests before; unset is nothing. */
        public Builder reuse(ReuseReport value) {
            reuse = value;
            return this;
        }

        /** What came of guessing tokens; unset is nothing. */
        public Builder lookup(LookupReport value) {
            lookup = value;
            return this;
        }

        /** The thought before the answer; default none. */
        public Builder thinking(ThinkingReport value) {
            thinking = value;
            return this;
        }

        /** Parts of the request without the effect that was asked for; default none. */
        public Builder warnings(List<String> value) {
            warnings = List.copyOf(value);
            return this;
        }

        /** The metadata. */
        @Override
        public GlimpseChatResponseMetadata build() {
            return new GlimpseChatResponseMetadata(this);
        }
    }
}
