package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prefill.StageObserver;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An answer with what ran for it. */
final class ObservedAnswer implements StageObserver {

    /** Rows by layer. */
    final TreeMap<Integer, Integer> ran = new TreeMap<>();

    float[] logits = {};
    int rows;
    int pictureStart;
    int pictureEnd;
    private @Nullable GenerationResult result;

    /** Asks, in a session or in none. */
    static ObservedAnswer ask(LoadedModel model, GenerationRequest request) {
        ObservedAnswer answer = new ObservedAnswer();
        answer.result = model.generate(request, GenerationListener.NONE, new CancellationSignal(), answer);
        return answer;
    }

    @Override
    public void onPrompt(String prompt, PromptLayout layout) {
        rows = layout.ids().length;
        layout.spans().forEach(span -> pictureEnd = span.start() + span.count());
        pictureStart = layout.spans().isEmpty() ? rows : layout.spans().get(0).start();
    }

    @Override
    public void onHidden(int layer, NDArray hidden, int rowCount) {
        ran.put(layer, rowCount);
    }

    @Override
    public void onLogits(int step, float[] values) {
        logits = step == 0 ? values.clone() : logits;
    }

    GenerationResult result() {
        return Objects.requireNonNull(result);
    }

    ReuseReport reuse() {
        return result().reuse();
    }

    List<List<Integer>> kept() {
        return result().report().images().stream()
                .map(image -> Arrays.stream(image.kept()).boxed().toList())
                .toList();
    }

    /** By image the score of each token, where the strategy has scores. */
    List<float[]> scores() {
        return result().report().images().stream()
                .map(image -> image.probabilities())
                .filter(Objects::nonNull)
                .toList();
    }

    /** Rows up to the end of the last picture, without what was dropped before the decoder. */
    int prefix(ObservedAnswer fresh) {
        return pictureEnd - (rows - fresh.reuse().rowsComputed());
    }
}
