package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees the tensors of a request between its stages: how this engine is compared with a reference. Tensors are valid during
 * the call only.
 */
public interface StageObserver {

    StageObserver NONE = new StageObserver() {
        @Override
        public boolean wantsLogits() {
            return false;
        }
    };

    /** The prompt text. */
    default void onPrompt(String prompt, PromptLayout layout) {}

    /** One picture, before the tower encodes it; not called for remembered ones. */
    default void onPixels(int image, PixelPatches patches) {}

    /** What the tower made of one picture. */
    default void onVision(int image, VisionFeatures features) {}

    /** Rows were dropped inside the tower, after so many blocks. */
    default void onTowerCut(int blocks, TokenSelection selection) {}

    /** Ids of a text that attends to its picture by cross-attention. */
    default void onTextIds(int[] ids) {}

    /** A layer of such a text has run; rows behind {@code textRows} are the probe's. */
    default void onTextRows(int layer, NDArray rows, int textRows) {}

    /** Whether {@link #onCrossScores} wants every layer. */
    default boolean wantsCrossScores() {
        return false;
    }

    /** Scores of a layer's cross-attention before the softmax, {@code [heads, rows, image rows]}. */
    default void onCrossScores(int layer, NDArray scores, int textRows) {}

    /** Picture and text that were encoded apart, of length 1. */
    default void onUnits(float[] picture, float[] text) {}

    /** Beam search has ended, its best text with this score. */
    default void onBeams(double score) {}

    /** A decoder layer has run on the prompt. */
    default void onLayer(int layer) {}

    /** The rows of the prompt that ran through a decoder layer, with what it adds to image tokens; behind them the probe's and padding. */
    default void onHidden(int layer, NDArray hidden, int rows) {}

    /** What the strategy saw, and chose. */
    default void onSelection(PruningEvidence evidence, @Nullable ProbeToken probe, TokenSelection selection) {}

    /** A step is decided for all images: tokens that were alive before, and those that are after. */
    default void onStep(Cut cut, int[] before, TokenSelection selection, int[] after) {}

    /** Hidden rows before and after a cut, and the caches of the layers that have run, cut. */
    default void onCut(
            NDArray before,
            int tokensBefore,
            NDArray after,
            int[] keptRows,
            PromptLayout layout,
            List<LayerState> caches) {}

    /** The rows of one picture as they go into the decoder. */
    default void onImageRows(int image, NDArray rows) {}

    /** The prompt has run: its caches, and the positions of the rows that are left. */
    default void onSequence(Sequence sequence, Positions positions) {}

    /** A token of the answer runs: its position id in the first layer and its row in that layer's cache. */
    default void onToken(int step, long position, int cacheRow) {}

    /** Whether {@link #onLogits} wants those of steps behind the prompt. If not, a device that has found the likeliest token hands over no more. */
    default boolean wantsLogits() {
        return true;
    }

    /** Raw logits of one step: 0 is the last row of the prompt. The token is chosen by what stands in them afterwards. */
    default void onLogits(int step, float[] logits) {}
}
