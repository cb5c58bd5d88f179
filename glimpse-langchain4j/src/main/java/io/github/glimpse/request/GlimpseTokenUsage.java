package io.github.glimpse.request;

import dev.langchain4j.model.output.TokenUsage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Token counts of an answer. The input count is that of the prompt as it was asked, <em>before</em> pruning; what pruning
 * saved stands beside it: the language model's later layers and the decoding worked on
 * {@code inputTokenCount() - prunedImageTokenCount()} tokens. Immutable.
 */
public final class GlimpseTokenUsage extends TokenUsage {

    private final int imageTokenCount;
    private final int prunedImageTokenCount;
    private final int reasoningTokenCount;

    /**
     * Makes a usage; the total is input plus output.
     *
     * @param inputTokenCount tokens of the prompt before pruning, image tokens included
     * @param outputTokenCount tokens of the answer, the ending one included
     * @param imageTokenCount image tokens of the prompt before pruning
     * @param prunedImageTokenCount image tokens that were dropped
     */
    public GlimpseTokenUsage(
            int inputTokenCount, int outputTokenCount, int imageTokenCount, int prunedImageTokenCount) {
        this(inputTokenCount, outputTokenCount, imageTokenCount, prunedImageTokenCount, 0);
    }

    /**
     * Makes a usage of an answer with a thought.
     *
     * @param reasoningTokenCount tokens of the answer that belong to the thought
     */
    public GlimpseTokenUsage(
            int inputTokenCount,
            int outputTokenCount,
            int imageTokenCount,
            int prunedImageTokenCount,
            int reasoningTokenCount) {
        this(
                inputTokenCount,
                outputTokenCount,
                inputTokenCount + outputTokenCount,
                imageTokenCount,
                prunedImageTokenCount,
                reasoningTokenCount);
    }

    private GlimpseTokenUsage(
            @Nullable Integer input,
            @Nullable Integer output,
            @Nullable Integer total,
            int imageTokenCount,
            int prunedImageTokenCount,
            int reasoningTokenCount) {
        super(input, output, total);
        this.reasoningTokenCount = reasoningTokenCount;
        this.imageTokenCount = imageTokenCount;
        this.prunedImageTokenCount = prunedImageTokenCount;
    }

    /** Image tokens of the prompt before pruning; part of {@link #inputTokenCount()}. */
    public int imageTokenCount() {
        return imageTokenCount;
    }

    /** Image tokens that pruning dropped; part of {@link #imageTokenCount()}. */
    public int prunedImageTokenCount() {
        return prunedImageTokenCount;
    }

    /** Tokens of the thought; part of {@link #outputTokenCount()}. */
    public int reasoningTokenCount() {
        return reasoningTokenCount;
    }

    /**
     * The sum of both. A usage of another kind counts as one without images.
     *
     * @param that may be null, which adds nothing
     */
    @Override
    public GlimpseTokenUsage add(@Nullable TokenUsage that) {
        if (that == null) {
            return this;
        }
        GlimpseTokenUsage images = that instanceof GlimpseTokenUsage glimpse ? glimpse : null;
        return new GlimpseTokenUsage(
                sum(inputTokenCount(), that.inputTokenCount()),
                sum(outputTokenCount(), that.outputTokenCount()),
                sum(totalTokenCount(), that.totalTokenCount()),
                imageTokenCount + (images == null ? 0 : images.imageTokenCount),
                prunedImageTokenCount + (images == null ? 0 : images.prunedImageTokenCount),
                reasoningTokenCount + (images == null ? 0 : images.reasoningTokenCount));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof GlimpseTokenUsage that
                && imageTokenCount == that.imageTokenCount
                && prunedImageTokenCount == that.prunedImageTokenCount
                && reasoningTokenCount == that.reasoningTokenCount;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), imageTokenCount, prunedImageTokenCount, reasoningTokenCount);
    }

    @Override
    public String toString() {
        return "GlimpseTokenUsage{inputTokenCount=" + inputTokenCount() + ", outputTokenCount=" + outputTokenCount()
                + ", totalTokenCount=" + totalTokenCount() + ", imageTokenCount=" + imageTokenCount
                + ", prunedImageTokenCount=" + prunedImageTokenCount
                + (reasoningTokenCount == 0 ? "" : ", reasoningTokenCount=" + reasoningTokenCount) + '}';
    }
}
