package io.github.glimpse.generate;

import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.StageObserver;
import java.util.List;

/**
 * An answer with the numbers behind it, to compare it with another device's or another implementation's. Plain data.
 *
 * @param promptIds ids of the prompt, each image token one
 * @param firstLogits raw logits that the first token was chosen by, {@code [vocabulary]}
 * @param result the answer
 */
public record TracedAnswer(int[] promptIds, float[] firstLogits, GenerationResult result) {

    /** The kept image tokens of each picture, counted inside it; all of them where nothing was cut. */
    public List<int[]> kept() {
        return result.report().images().stream().map(image -> image.kept()).toList();
    }

    /** The largest difference between these first logits and others of the same vocabulary. */
    public float differenceTo(TracedAnswer other) {
        float largest = 0;
        for (int i = 0; i < firstLogits.length; i++) {
            largest = Math.max(largest, Math.abs(firstLogits[i] - other.firstLogits[i]));
        }
        return largest;
    }

    /** Writes down what passes by. */
    static final class Recorder implements StageObserver {

        private int[] promptIds = {};
        private float[] firstLogits = {};

        @Override
        public void onPrompt(String prompt, PromptLayout layout) {
            promptIds = layout.ids().clone();
        }

        @Override
        public void onLogits(int step, float[] logits) {
            if (step == 0) {
                firstLogits = logits.clone();
            }
        }

        TracedAnswer with(GenerationResult result) {
            return new TracedAnswer(promptIds, firstLogits, result);
        }
    }
}
