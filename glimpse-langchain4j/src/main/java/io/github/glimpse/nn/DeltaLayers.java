package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Layers of linear attention by the gated delta rule, as Qwen3.5 has them, norms and MLP included: norms multiply by one more than
 * their weight. A row adds to a state what its value differs from what the state says of its key; the state fades by a factor of each row.
 * What is remembered is that state, and the last rows before a short convolution. Prompts run 64 rows at a time.
 *
 * @see <a href="https://arxiv.org/abs/2412.06464">Gated Delta Networks, sections 3.1 and 3.3</a>
 */
public final class DeltaLayers {

    private static final WeightNames LAYER = WeightNames.of("DeltaLayer")
            .one("input_norm")
            .products("qkv", "z", "a", "b")
            .one("conv", "a_log", "dt_bias", "norm")
            .products("out")
            .one("post_norm")
            .products("gate", "up", "down");

    private final Graph graph;
    private final DeltaShape shape;
    private final AtomicInteger open = new AtomicInteger();

    /** Makes the sums that all layers share; closed with the last of them. */
    public DeltaLayers(TorchRuntime runtime, DeltaShape shape) {
        this.shape = shape;
        this.graph = Graph.named("delta rule")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "decoder", DecoderStack.LAYER)
                .with(DeltaLayers.class, "delta", LAYER)
                .compile(runtime);
    }

    /**
     * Loads a layer.
     *
     * @param path of it in the checkpoint
     * @param owner owns what is computed of its weights
     */
    public RecurrentLayer layer(WeightPath path, TensorScope owner) {
        WeightPath layer = path.forSteps();
        int hidden = shape.hidden();
        int inner = shape.intermediate();
        int values = shape.valueHeads() * shape.valueDim();
        WeightPath attention = layer.at("linear_attn");
        WeightPath qkv = attention.at("in_proj_qkv");
        List<List<NDArray>> mlp = layer.products(
                hidden, new WeightPath.Layer("mlp.gate_proj", inner), new WeightPath.Layer("mlp.up_proj", inner));
        TensorList weights = layer.list(LAYER.fill()
                .with("input_norm", norm(layer.at("input_layernorm"), owner))
                .with("qkv", qkv.product(shape.channels(), hidden))
                .with("z", attention.at("in_proj_z").productSharing(qkv, values, hidden))
                .with("a", attention.at("in_proj_a").wideProduct(shape.valueHeads(), hidden))
                .with("b", attention.at("in_proj_b").wideProduct(shape.valueHeads(), hidden))
                .with("conv", attention.at("conv1d").float32("weight", shape.channels(), 1, shape.taps()))
                .with("a_log", attention.float32("A_log", shape.valueHeads()))
                .with("dt_bias", attention.float32("dt_bias", shape.valueHeads()))
                .with("norm", attention.at("norm").float32("weight", shape.valueDim()))
                .with("out", attention.at("out_proj").product(hidden, values))
                .with("post_norm", norm(layer.at("post_attention_layernorm"), owner))
                .with("gate", mlp.get(0))
                .with("up", mlp.get(1))
                .with("down", layer.at("mlp.down_proj").product(hidden, inner))
                .tensors());
        open.incrementAndGet();
        return new Layer(weights);
    }

    private NDArray norm(WeightPath norm, TensorScope owner) {
        return graph.call("from_one")
                .with(norm.float32("weight", shape.hidden()))
                .run(owner);
    }

    /** One of them. */
    private final class Layer implements RecurrentLayer {

        private final TensorList weights;

        Layer(TensorList weights) {
            this.weights = weights;
        }

        @Override
        public List<NDArray> start(TensorScope owner) {
            int rows = shape.taps() - 1;
            int state = shape.valueHeads() * shape.keyDim() * shape.valueDim();
            return List.of(
                    owner.floats(new float[rows * shape.channels()], rows, shape.channels()),
                    owner.floats(new float[state], shape.valueHeads(), shape.keyDim(), shape.valueDim()));
        }

        @Override
        public long weightBytes() {
            return weights.bytes();
        }

        @Override
        public NDArray run(NDArray hidden, int rows, List<NDArray> state, TensorScope scope) {
            return graph.call("delta_layer")
                    .with(hidden)
                    .with(rows)
                    .with(state.get(0))
                    .with(state.get(1))
                    .with(weights)
                    .with(shape.keyHeads())
                    .with(shape.normEps())
                    .run(scope);
        }

        @Override
        public void close() {
            weights.close();
            if (open.decrementAndGet() == 0) {
                graph.close();
            }
        }
    }
}
