package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.VideoSlices;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a vision tower of Qwen2-VL or Qwen2.5-VL.
 *
 * @param depth blocks
 * @param hidden width of a patch's row
 * @param heads of attention
 * @param intermediate width inside of the MLP
 * @param outHidden width of the rows for the language model
 * @param patchSize side of a patch, in pixels
 * @param temporalPatchSize frames of a patch
 * @param mergeSize patches along a side of an image token
 * @param channels colours
 * @param windowTokens side of a window, in image tokens
 * @param fullAttentionBlocks blocks that attend to the whole picture
 * @param ropeTheta base of the rotary angles
 * @param tokensPerSecond positions of a second of video; null where each slice is one position
 */
public record QwenVision(
        int depth,
        int hidden,
        int heads,
        int intermediate,
        int outHidden,
        int patchSize,
        int temporalPatchSize,
        int mergeSize,
        int channels,
        int windowTokens,
        Set<Integer> fullAttentionBlocks,
        double ropeTheta,
        @Nullable Double tokensPerSecond) {

    private static final double THETA = 10_000;

    /** Copies the set. */
    public QwenVision {
        fullAttentionBlocks = Set.copyOf(fullAttentionBlocks);
    }

    /** Checks that pictures or frames are cut as the tower wants them. */
    void check(NativeSettings settings) {
        settings.checkFits(patchSize, temporalPatchSize, mergeSize, channels);
    }

    /** Positions from one slice of a video to the next. */
    double positionsOfSlice(VideoSlices slices) {
        return tokensPerSecond == null ? 1 : tokensPerSecond * slices.secondsPerSlice();
    }

    int headDim() {
        return hidden / heads;
    }

    int patchValues() {
        return channels * temporalPatchSize * patchSize * patchSize;
    }

    int patchesPerToken() {
        return mergeSize * mergeSize;
    }

    boolean isFullAttention(int block) {
        return fullAttentionBlocks.contains(block);
    }

    /** The base of rotary angles: newer releases write it, older ones have it in their code. */
    public static double theta(ModelConfig json) {
        return json.has("rope_parameters")
                ? json.at("rope_parameters").number("rope_theta", THETA, NumberRange.ROPE_BASE)
                : THETA;
    }

    /** Checks that the width of heads can be split between rows and columns. */
    public static void checkHeads(ModelConfig json, String widthKey, int hidden, int heads) {
        if (hidden % heads != 0 || hidden / heads % 4 != 0) {
            throw json.problem(
                    "num_heads", "a divisor of " + widthKey + " " + hidden + " that leaves heads of a multiple of 4");
        }
    }
}
