package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Prompts on their way through a decoder, one native call for each layer. Rows of several prompts that are few may run in one call: a product
 * of few rows takes the time of reading its weights, however many they are. Each row has the same bits as alone, since products of packed
 * weights, norms and rotations are so by themselves, and what is not, attention and libtorch's gates, is computed for each prompt apart. Safe for
 * concurrent use.
 */
public final class PromptLayers {

    private final DecoderStack decoder;

    PromptLayers(DecoderStack decoder) {
        this.decoder = decoder;
    }

    /** Whether rows of several prompts have the same bits in one call as alone. */
    public boolean mayJoin() {
        return decoder.hasSameBitsAmongOthers();
    }

    /** Whether these rows, {@code [padded, hidden]}, are so few that they wait at a layer for those of others. */
    public boolean waits(int layer, NDArray hidden) {
        return mayJoin() && hidden.getShape().get(0) <= RowSlices.BLOCK && !decoder.isRecurrent(layer);
    }

    /**
     * Runs rows through one layer, behind those that it remembers, and remembers them.
     *
     * @param hidden {@code [padded, hidden]}; not changed
     * @param rows how many of them count
     * @param probeRows the last of these, which will be forgotten again: where they begin is {@linkplain LayerState#remember()
     *     remembered}
     * @param slices how many rows run at once, a state takes all; and with whose few rows run
     * @return {@code [padded, hidden]}, owned by {@code scope}
     */
    public NDArray layer(
            int index,
            NDArray hidden,
            int rows,
            int probeRows,
            RotaryEmbedding.Tables tables,
            LayerState state,
            RowSlices slices,
            TensorScope scope) {
        if (state instanceof KvCache cache) {
            int before = cache.length();
            NDArray output = sliced(index, hidden, rows, tables, cache, slices, scope);
            cache.truncate(before + rows);
            return output;
        }
        RecurrentState recurrentState = (RecurrentState) state;
        RecurrentLayer layer = Objects.requireNonNull(decoder.recurrentLayer(index));
        int tokens = rows - probeRows;
        NDArray output = layer.run(hidden, tokens, recurrentState.tensors(), scope);
        recurrentState.advance(tokens);
        if (probeRows > 0) {
            recurrentState.remember();
            try (TensorScope step = scope.openChild()) {
                int[] last = IntStream.range(tokens, rows).toArray();
                NDArray probe = decoder.rows().pick(hidden, last, 0, step);
                decoder.place(output, tokens, layer.run(probe, probeRows, recurrentState.tensors(), step));
            }
            recurrentState.advance(probeRows);
        }
        return output;
    }

    /** Some rows after the other, each seeing those before it in the cache. */
    private NDArray sliced(
            int index,
            NDArray hidden,
            int rows,
            RotaryEmbedding.Tables tables,
            KvCache cache,
            RowSlices slices,
            TensorScope scope) {
        int all = Math.toIntExact(hidden.getShape().get(0));
        if (slices.end(0, all, decoder.computesBlocks()) == all) {
            JointLayers.Part part = new JointLayers.Part(index, hidden, rows, tables, cache, scope);
            return slices.joint() != null && waits(index, hidden)
                    ? slices.joint().layer().apply(part)
                    : layer(List.of(part)).get(0);
        }
        int before = cache.length();
        NDArray output = decoder.graph().call("empty_like").with(hidden).run(scope);
        int end;
        for (int start = 0; start < all; start = end) {
            if (start > 0) {
                slices.between().check();
            }
            end = slices.end(start, all, decoder.computesBlocks());
            try (TensorScope step = scope.openChild()) {
                RotaryEmbedding.Tables places = new RotaryEmbedding.Tables(
                        piece(tables.cosine(), start, end, step), piece(tables.sine(), start, end, step));
                decoder.place(output, start, layer(index, piece(hidden, start, end, step), places, cache, step));
            }
            // what is behind the capacity is padding
            cache.truncate(Math.min(cache.capacity(), before + end));
        }
        return output;
    }

    private NDArray piece(NDArray of, int start, int end, TensorScope scope) {
        return decoder.graph().call("piece").with(of).with(start).with(end).run(scope);
    }

    /**
     * Runs one layer that has keys and values; writes keys and values of all rows behind the cache's length and leaves that length as it is.
     *
     * @param hidden {@code [rows, hidden]}; not changed
     * @return {@code [rows, hidden]}, owned by {@code scope}
     */
    public NDArray layer(int index, NDArray hidden, RotaryEmbedding.Tables tables, KvCache cache, TensorScope scope) {
        int rows = Math.toIntExact(hidden.getShape().get(0));
        return layer(List.of(new JointLayers.Part(index, hidden, rows, tables, cache, scope)))
                .get(0);
    }

    /**
     * The same for parts of several prompts, each of which {@linkplain #waits waits for others}.
     *
     * @param parts of one layer
     * @return by part what comes of it, owned by the part's owner
     */
    public List<NDArray> layer(List<JointLayers.Part> parts) {
        List<NDArray> hidden = new ArrayList<>();
        List<NDArray> cosines = new ArrayList<>();
        List<NDArray> sines = new ArrayList<>();
        List<NDArray> keys = new ArrayList<>();
        List<NDArray> values = new ArrayList<>();
        for (JointLayers.Part part : parts) {
            hidden.add(part.hidden());
            cosines.add(part.tables().cosine());
            sines.add(part.tables().sine());
            keys.add(part.cache().keys());
            values.add(part.cache().values());
        }
        boolean blocks = decoder.promptBlock() > 0;
        long[] counts = parts.stream()
                .mapToLong(part -> decoder.computesAnyRows() || blocks ? part.rows() : part.padded())
                .toArray();
        Graph.Call call = decoder.graph()
                .call("layer")
                .with(hidden)
                .with(cosines)
                .with(sines)
                .with(keys)
                .with(values)
                .with(parts.stream().mapToLong(part -> part.cache().length()).toArray())
                .with(counts)
                .with(blocks ? wholeBlocks(parts.get(0)) : paddedRows(counts))
                .with(decoder.promptBlock())
                .with(decoder.layerList(parts.get(0).layer()))
                .with(decoder.dimensions().heads())
                .with(decoder.dimensions().normEps());
        return handedOver(call, parts.stream().map(JointLayers.Part::owner).toList());
    }

    /** The logits after one row: {@code [vocab]} float32, owned by {@code scope}. */
    public NDArray logits(NDArray hidden, int row, TensorScope scope) {
        return logits(List.of(new JointLayers.Last(hidden, row, scope))).get(0);
    }

    /** The same, for others' rows too if there are any. */
    public NDArray logits(NDArray hidden, int row, @Nullable JointLayers joint, TensorScope scope) {
        return joint == null
                ? logits(hidden, row, scope)
                : joint.logits().apply(new JointLayers.Last(hidden, row, scope));
    }

    /** The same for rows of several prompts, each owned by the owner of its part. */
    public List<NDArray> logits(List<JointLayers.Last> parts) {
        Graph.Call call = decoder.graph()
                .call("logits")
                .with(parts.stream().map(JointLayers.Last::hidden).toList())
                .with(parts.stream().mapToLong(JointLayers.Last::row).toArray())
                .with(RowPadding.rows(parts.size()))
                .with(decoder.finalNorm())
                .with(decoder.headList())
                .with(decoder.dimensions().normEps());
        return handedOver(call, parts.stream().map(JointLayers.Last::owner).toList());
    }

    /** One prompt's rows are padded already; where they are computed in blocks, more than one of several are made whole blocks, which cost the least. */
    private int paddedRows(long[] rows) {
        int all = Math.toIntExact(LongStream.of(rows).sum());
        if (rows.length == 1 || decoder.computesAnyRows()) {
            return Math.max(all, decoder.leastPromptRows());
        }
        return all <= RowSlices.BLOCK || !decoder.computesBlocks() ? RowPadding.rows(all) : RowPadding.cacheRows(all);
    }

    /** Rows of the blocks that hold a prompt's rows; blocks are counted from the sequence's first row. */
    private int wholeBlocks(JointLayers.Part part) {
        int lead = part.cache().length() % decoder.promptBlock();
        return RowPadding.cacheRows(lead + part.rows());
    }

    private List<NDArray> handedOver(Graph.Call call, List<TensorScope> owners) {
        TensorScope first = owners.get(0);
        List<NDArray> made = call.runForList(first);
        for (int i = 1; i < made.size(); i++) {
            first.keep(made.get(i), owners.get(i));
        }
        return made;
    }
}
