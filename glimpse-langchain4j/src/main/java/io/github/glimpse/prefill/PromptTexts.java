package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.prune.EvidenceRequest.TextRows.Which;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The text rows of one prompt, for strategies that look at the question. */
public final class PromptTexts {

    private final PromptLayout layout;
    private final DecoderStack decoder;
    private final Supplier<int[]> lastUserMessage;

    /**
     * Reads nothing yet.
     *
     * @param lastUserMessage finds the rows of what the user wrote last, when first asked
     */
    public PromptTexts(PromptLayout layout, DecoderStack decoder, Supplier<int[]> lastUserMessage) {
        this.layout = layout;
        this.decoder = decoder;
        this.lastUserMessage = lastUserMessage;
    }

    /** Rows of the whole prompt, rising. */
    int[] rows(Which which) {
        return switch (which) {
            case BEHIND_IMAGE -> behindImage();
            case LAST_USER_MESSAGE -> lastUserMessage.get();
        };
    }

    private int[] behindImage() {
        boolean[] isImage = new boolean[layout.ids().length];
        for (int row : layout.imageRows()) {
            isImage[row] = true;
        }
        for (int row : layout.newlineRows()) {
            isImage[row] = true;
        }
        int first = layout.spans().isEmpty() ? 0 : layout.spans().get(0).start();
        return IntStream.range(first, isImage.length)
                .filter(row -> !isImage[row])
                .toArray();
    }

    /** Their word embeddings: {@code [texts, hidden]} float32, owned by {@code scope}. */
    NDArray embeddings(Which which, TensorScope scope) {
        int[] rows = rows(which);
        if (rows.length == 0) {
            return scope.floats(new float[0], 0, decoder.dimensions().hidden());
        }
        try (TensorScope step = scope.openChild()) {
            NDArray ids = step.indices(PromptRows.pick(layout.ids(), rows));
            return decoder.rows().widen(decoder.embed(ids, rows.length, step), scope);
        }
    }
}
