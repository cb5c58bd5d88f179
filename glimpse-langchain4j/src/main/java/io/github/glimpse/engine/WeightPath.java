package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The tensors below one dotted path of a checkpoint: {@code weights.at("model.layers").at(3).at("self_attn.q_proj")}. */
public final class WeightPath {

    private final Weights weights;
    private final String path;
    private final boolean steps;

    WeightPath(Weights weights, String path, boolean steps) {
        this.weights = weights;
        this.path = path;
        this.steps = steps;
    }

    /** The same path; the steps of answers multiply by the linear layers at and below it, so they are laid out for few rows where that matters. */
    public WeightPath forSteps() {
        return new WeightPath(weights, path, true);
    }

    /** A path below this one. */
    public WeightPath at(String name) {
        return new WeightPath(weights, join(name), steps);
    }

    /** The element of a list of modules. */
    public WeightPath at(int index) {
        return at(Integer.toString(index));
    }

    /** The matrix {@code <path>.weight}, {@code [out, in]}. */
    public NDArray matrix(long out, long in) {
        return weights.matrix(join("weight"), out, in, steps);
    }

    /** The bias {@code <path>.bias}, or an empty tensor where there is none. */
    public NDArray biasOrEmpty(long width) {
        return weights.biasOrEmpty(join("bias"), width);
    }

    /** Weight and bias of the linear layer at this path; an absent bias is an empty tensor. */
    public List<NDArray> linear(long out, long in) {
        return List.of(matrix(out, in), biasOrEmpty(out));
    }

    /** The linear layer at this path for {@link WeightNames#products}: in 8 bits, if that is the format of the weights. */
    public List<NDArray> product(long out, long in) {
        return productSharing(this, out, in);
    }

    /** The same for a layer whose input is that of another, which is to be asked for by {@link #product}. */
    public List<NDArray> productSharing(WeightPath other, long out, long in) {
        return weights.layers().product(join("weight"), biasOrEmpty(out), other.join("weight"), out, in, steps);
    }

    /**
     * A linear layer below a path.
     *
     * @param wide whether it stays in 16 bits where others become numbers of 8
     */
    public record Layer(String name, long out, boolean wide) {

        /** One that may become numbers of 8 bits. */
        public Layer(String name, long out) {
            this(name, out, false);
        }
    }

    /**
     * Linear layers that share their input, each for {@link WeightNames#products}. Packed weights are those of one layer: the outputs of
     * all, one behind the other, in the place of the first, while weight and bias of the others are empty. So a text asks whether
     * there are any, at each call: those that are packed after loading are by themselves before. Weights in other formats always are, as
     * rows of those that lie in files cannot be joined without a copy, and layers in 8 bits may keep queries and keys in 16. All are laid out
     * as {@link #forSteps} says.
     *
     * @param in width of the input, which is watched under the name of the first
     */
    public List<List<NDArray>> products(long in, Layer... layers) {
        return weights.layers()
                .products(
                        Arrays.stream(layers)
                                .map(layer -> {
                                    WeightPath path = at(layer.name());
                                    return new LinearLayers.Part(
                                            path.join("weight"),
                                            path.biasOrEmpty(layer.out()),
                                            layer.out(),
                                            layer.wide());
                                })
                                .toList(),
                        in);
    }

    /** Like {@link #product}, for a layer that stays in 16 bits. */
    public List<NDArray> wideProduct(long out, long in) {
        return weights.layers().wide(matrix(out, in), biasOrEmpty(out));
    }

    /** Like {@link #linear}, for a layer that mostly sees few rows at once; see {@link Weights#matrixForFewRows}. */
    public List<NDArray> linearForFewRows(long out, long in) {
        return List.of(matrixForFewRows(out, in), biasOrEmpty(out));
    }

    /** The tensors of a call; see {@link Weights#list}. */
    public TensorList list(List<NDArray> tensors) {
        return weights.list(tensors);
    }

    /** Weight and bias of the norm at this path, which has both. */
    public List<NDArray> norm(long width) {
        return List.of(plain("weight", width), plain("bias", width));
    }

    /** Like {@link #matrix}, for a layer that mostly sees few rows at once. */
    public NDArray matrixForFewRows(long out, long in) {
        return weights.matrixForFewRows(join("weight"), out, in);
    }

    /**
     * Weights and biases of {@code parts} linear layers {@code [out, in]} that lie one below the other in {@code
     * <path>.<matrix>} and {@code <path>.<bias>}, such as queries, keys and values in one.
     */
    public List<List<NDArray>> stackedLinear(String matrix, String bias, int parts, long out, long in) {
        return IntStream.range(0, parts)
                .mapToObj(part -> List.of(
                        weights.matrixRows(join(matrix), parts * out, in, part * out, out),
                        weights.plainRows(join(bias), parts * out, part * out, out)))
                .toList();
    }

    /** Like {@link #stackedLinear}, for {@link WeightNames#products}: layers that share their input. */
    public List<List<NDArray>> stackedProducts(String matrix, String bias, int parts, long out, long in) {
        return IntStream.range(0, parts)
                .mapToObj(part -> weights.layers()
                        .productRows(
                                join(matrix),
                                weights.plainRows(join(bias), parts * out, part * out, out),
                                parts * out,
                                in,
                                part * out,
                                out))
                .toList();
    }

    /** The tensor {@code <path>.<name>} in the compute type. */
    public NDArray plain(String name, long... shape) {
        return weights.plain(join(name), shape);
    }

    /** The tensor {@code <path>.<name>} in float32. */
    public NDArray float32(String name, long... shape) {
        return weights.float32(join(name), shape);
    }

    /** The embedding table {@code <path>.weight}, {@code [rows, width]}, in its stored type. */
    public NDArray table(long rows, long width) {
        return weights.table(join("weight"), rows, width);
    }

    /** The convolution {@code <path>.weight} as a matrix {@code [out, in]}. */
    public NDArray matrixFromConvolution(long out, long in) {
        return weights.matrixFromConvolution(join("weight"), out, in);
    }

    /** Whether the checkpoint has {@code <path>.<name>}. */
    public boolean has(String name) {
        return weights.has(join(name));
    }

    private String join(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
