package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.text.TokenWatch;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Texts as a model with cross-attention reads them. Safe for concurrent use. */
public final class ImageTextPrompts {

    private final ImageTextModel model;

    /** Reads texts for a model. */
    public ImageTextPrompts(ImageTextModel model) {
        this.model = model;
    }

    /**
     * Ids of a text. Special tokens in it are plain text. The beginning of a caption has the start id first and no id that would
     * end it.
     *
     * @param text null for no text
     */
    public int[] ids(@Nullable String text) {
        return ids(text, TokenWatch.NONE);
    }

    /** Like {@link #ids(String)}, with somebody who is asked while the text is made into tokens. */
    public int[] ids(@Nullable String text, TokenWatch watch) {
        boolean caption = model.task() == ImageTextTask.CAPTION;
        if (text == null) {
            return caption ? new int[] {model.tokens().start()} : new int[0];
        }
        int[] ids = model.tokenizer().encode(model.tokenizer().guard(text), watch);
        int vocabulary = model.crossText().shape().vocabulary();
        for (int id : ids) {
            if (id >= vocabulary) {
                throw new ModelFilesException("The tokenizer gave token " + id + ", but the model's vocabulary has "
                        + vocabulary + " entries; check that tokenizer.json and config.json belong together");
            }
        }
        if (ids.length < 2) {
            throw new ModelFilesException("The tokenizer puts no tokens before and behind a text, as BLIP's does;"
                    + " check the tokenizer.json of the model's folder");
        }
        if (caption) {
            ids[0] = model.tokens().start();
            return Arrays.copyOf(ids, ids.length - 1);
        }
        if (model.tokens().enc() != null) {
            ids[0] = Objects.requireNonNull(model.tokens().enc());
        }
        return ids;
    }

    /** Rows of a text that attends to nothing, owned by the scope. */
    public NDArray blind(int[] ids, TensorScope scope, CancellationPoint cancellation) {
        CrossTextStack stack = model.crossText();
        TensorScope current = scope.openChild();
        NDArray hidden = stack.embed(ids, 0, current);
        for (int layer = 0; layer < stack.shape().layers(); layer++) {
            cancellation.check();
            TensorScope next = scope.openChild();
            hidden = stack.layer(
                            layer,
                            hidden,
                            stack.newCache(ids.length, next),
                            ids.length,
                            null,
                            CrossTextStack.ScoreOutput.ROWS_ONLY,
                            next)
                    .hidden();
            current.close();
            current = next;
        }
        NDArray rows = current.keep(hidden, scope);
        current.close();
        return rows;
    }
}
