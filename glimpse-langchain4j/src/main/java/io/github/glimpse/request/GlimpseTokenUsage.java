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
        this(
                inputTokenCount,
                outputTokenCount,
                inputTokenCount + outputTokenCount,
                imageTokenCount,
                prunedImageTokenCount);
    }

    private GlimpseTokenUsage(
            @Nullable Integer input,
            @Nullable Integer output,
            @Nullable Integer total,
            int imageTokenCount,
            int prunedImageTokenCount) {
        super(input, output, total);
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
                prunedImageTokenCount + (images == null ? 0 : images.prunedImageTokenCount));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof GlimpseTokenUsage that
                && imageTokenCount == that.imageTokenCount
                && prunedImageTokenCount == that.prunedImageTokenCount;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), imageTokenCount, prunedImageTokenCount);
    }

    @Override
    public String toString() {
        return "GlimpseTokenUsage{inputTokenCount=" + inputTokenCount() + ", outputTokenCount=" + outputTokenCount()
                + ", totalTokenCount=" + totalTokenCount() + ", imageTokenCount=" + imageTokenCount
                + ", prunedImageTokenCount=" + prunedImageTokenCount + '}';
    }
}
