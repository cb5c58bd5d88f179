package io.github.glimpse.model.clip;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RowPadding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * The text tower of CLIP and SigLIP: ids with learned positions, pre-norm blocks, a norm, and one row that stands for the text.
 * CLIP's rows see only those before them, so what fills a batch up behind a text changes nothing. Safe for concurrent use.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">CLIP, section 2.4</a>
 */
public final class ClipTextTower implements AutoCloseable {

    private final ClipTextConfig config;
    private final Dtype dtype;
    private final Graph graph;
    private final NDArray table;
    private final NDArray positions;
    private final List<TensorList> blocks = new ArrayList<>();
    private final TensorList finalNorm;

    /**
     * Loads a tower.
     *
     * @param prefix path of the tower in the checkpoint, above {@code embeddings} and {@code encoder}
     */
    public ClipTextTower(TorchRuntime runtime, Weights weights, String prefix, ClipTextConfig config) {
        this.config = config;
        this.dtype = weights.dtype();
        this.graph = Graph.named("clip text tower")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(ClipTower.class, "tower", ClipTower.BLOCK)
                .with(ClipTower.class, "pass")
                .with(ClipTextTower.class, "text")
                .compile(runtime);
        WeightPath root = weights.at(prefix);
        int hidden = config.hidden();
        this.table = root.at("embeddings.token_embedding").table(config.vocabulary(), hidden);
        this.positions = root.plain("embeddings.position_embedding.weight", config.positions(), hidden);
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(ClipTower.blockWeights(
                    root.at("encoder.layers").at(i), TowerLayout.CLIP, hidden, config.intermediate()));
        }
        this.finalNorm = root.list(root.at("final_layer_norm").norm(hidden));
    }

    /** The numbers of this tower. */
    public ClipTextConfig config() {
        return config;
    }

    /**
     * The pooled rows of some texts, which run as one batch: those of like lengths belong together.
     *
     * @param texts ids of each text, at most {@link ClipTextConfig#positions}; filled up here
     * @return {@code [texts, width]}, after the last norm, compute type, owned by {@code scope}
     * @throws ModelFilesException if the model has no row for an id
     */
    public NDArray pooled(List<int[]> texts, CancellationPoint cancellation, TensorScope scope) {
        return pooled(texts, cancellation, scope, (hidden, state) -> {});
    }

    /**
     * Like {@link #pooled(List, CancellationPoint, TensorScope)}, and shows each hidden state, {@code [rows, width]} with the texts'
     * rows first, while it lasts. State 0 is the embedding.
     */
    NDArray pooled(
            List<int[]> texts, CancellationPoint cancellation, TensorScope scope, ObjIntConsumer<NDArray> states) {
        int length = config.padsTexts()
                ? config.positions()
                : texts.stream().mapToInt(ids -> ids.length).max().orElseThrow();
        int rows = RowPadding.rowsAtOnce(Math.multiplyExact(texts.size(), length));
        TensorScope step = scope.openChild();
        NDArray hidden = embed(texts, length, rows, step);
        states.accept(hidden, 0);
        for (int block = 0; block < blocks.size(); block++) {
            cancellation.check();
            TensorScope next = scope.openChild();
            hidden = graph.call("text_block")
                    .with(hidden)
                    .with(blocks.get(block))
                    .with(texts.size())
                    .with(length)
                    .with(config.heads())
                    .with(config.causal())
                    .with(config.activation().label())
                    .with(config.eps())
                    .run(next);
            step.close();
            step = next;
            states.accept(hidden, block + 1);
        }
        int[] chosen = new int[texts.size()];
        Arrays.setAll(chosen, i -> i * length + (config.padsTexts() ? length - 1 : config.pooledRow(texts.get(i))));
        NDArray pooled = normed(hidden, chosen, step, scope);
        step.close();
        return pooled;
    }

    /** Some rows after the last norm. */
    NDArray normed(NDArray hidden, int[] rows, TensorScope step, TensorScope owner) {
        return graph.call("pooled_text")
                .with(hidden)
                .with(step.indices(rows))
                .with(finalNorm)
                .with(config.eps())
                .run(owner);
    }

    private NDArray embed(List<int[]> texts, int length, int rows, TensorScope scope) {
        long[] ids = new long[texts.size() * length];
        Arrays.fill(ids, config.padsTexts() ? config.padId() : 0);
        for (int i = 0; i < texts.size(); i++) {
            int[] text = texts.get(i);
            if (text.length < 1 || text.length > config.positions()) {
                throw new IllegalArgumentException(
                        "A text has " + text.length + " ids, the tower takes 1 to " + config.positions());
            }
            for (int k = 0; k < text.length; k++) {
                ids[i * length + k] = text[k];
            }
        }
        for (long id : ids) {
            if (id < 0 || id >= config.vocabulary()) {
                throw new ModelFilesException(
                        "The tokenizer gave the id " + id + ", config.json states a vocabulary of "
                                + config.vocabulary() + "; check that the files belong together");
            }
        }
        return graph.call("embed_tokens")
                .with(scope.longs(ids, texts.size(), length))
                .with(table)
                .with(positions)
                .with(rows)
                .with(dtype.code())
                .run(scope);
    }

    @Override
    public void close() {
        blocks.forEach(TensorList::close);
        finalNorm.close();
        graph.close();
    }
}
