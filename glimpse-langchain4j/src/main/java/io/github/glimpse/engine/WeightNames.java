package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The weights of one kind of layer by name, declared once by the Java face of a compute text. The text takes them as a
 * parameter of that kind and reads them by name; a call gives them as one {@code List[Tensor]} in the declared order.
 *
 * <pre>{@code
 * static final WeightNames LAYER = WeightNames.of("DecoderLayer").one("input_norm").withBias("q", "k", "v", "o");
 *
 * def layer(self, hidden: Tensor, w: DecoderLayer) -> Tensor:
 *     normed = self.rms_norm(hidden, w.input_norm, eps)
 *     query = self.linear(normed, w.q)                      # two arguments: weight and bias
 * }</pre>
 *
 * <p>{@code w.q.weight} and {@code w.q.bias} are the two alone, {@code DecoderLayer.size} the number of tensors. Immutable.
 */
public final class WeightNames {

    /** A linear layer or a norm by itself, which may be without a bias; every text may take one. */
    public static final WeightNames AFFINE = of("Affine").one("weight", "bias");

    /**
     * A linear layer whose weight may be numbers of 8 bits ({@code product.torch}): beside weight and bias what the 1 of each row of the weight is
     * worth, the columns of the input that stay in 16 bits, the weights of these, and what one of the kernels needs more, the sums of its numbers.
     */
    public static final WeightNames PRODUCT = of("Product").one("weight", "bias", "unit", "columns", "kept", "sums");

    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final String kind;
    // Name to places in the list: one, or weight and bias.
    private final Map<String, int[]> places;
    private final int size;

    private WeightNames(String kind, Map<String, int[]> places, int size) {
        this.kind = kind;
        this.places = places;
        this.size = size;
    }

    /** Starts with no weights; texts name this kind as the type of a parameter. */
    public static WeightNames of(String kind) {
        return new WeightNames(kind, Map.of(), 0);
    }

    /** These and then weights of one tensor each, such as RMS norms. */
    public WeightNames one(String... names) {
        return and(1, names);
    }

    /** These and then weights with a bias each, such as linear layers and layer norms. */
    public WeightNames withBias(String... names) {
        return and(2, names);
    }

    /**
     * These and then linear layers whose weights may be numbers of 8 bits. {@code w.name} is the list of one, a {@link #PRODUCT}.
     */
    public WeightNames products(String... names) {
        return and(PRODUCT.size, names);
    }

    private WeightNames and(int tensors, String... names) {
        Map<String, int[]> all = new LinkedHashMap<>(places);
        int next = size;
        for (String name : names) {
            if (all.put(name, IntStream.range(next, next + tensors).toArray()) != null) {
                throw new IllegalArgumentException(kind + " has " + name + " twice");
            }
            next += tensors;
        }
        return new WeightNames(kind, all, next);
    }

    /** The name of the kind. */
    public String kind() {
        return kind;
    }

    /** Number of tensors. */
    public int size() {
        return size;
    }

    /**
     * Where a weight lies in the list, its bias behind it.
     *
     * @throws IllegalArgumentException if there is none of the name
     */
    public int place(String name) {
        int[] found = places.get(name);
        if (found == null) {
            throw new IllegalArgumentException(this + " has no " + name);
        }
        return found[0];
    }

    /** Starts a list of such weights. */
    public Filling fill() {
        return new Filling(this);
    }

    /**
     * What a text means by {@code list.name}.
     *
     * @param list the parameter that holds the weights
     * @param name a declared name, or the weight or the bias of one
     * @return one or two elements of the list, a piece of it, or an empty text if there is no such name
     */
    String read(String list, String name) {
        int[] whole = places.get(name);
        if (whole != null) {
            return switch (whole.length) {
                case 1 -> element(list, whole[0]);
                case 2 -> element(list, whole[0]) + ", " + element(list, whole[1]);
                default -> list + "[" + whole[0] + ":" + (whole[0] + whole.length) + "]";
            };
        }
        int part = name.endsWith(BIAS) ? 1 : 0;
        String suffix = part == 1 ? BIAS : WEIGHT;
        int[] pair = name.endsWith(suffix) ? places.get(name.substring(0, name.length() - suffix.length())) : null;
        return pair == null || pair.length < 2 ? "" : element(list, pair[part]);
    }

    private static String element(String list, int index) {
        return list + "[" + index + "]";
    }

    @Override
    public String toString() {
        return kind + places.keySet();
    }

    /** One list being filled, in any order. Not safe for concurrent use. */
    public static final class Filling {

        private final WeightNames names;
        private final NDArray[] tensors;

        private Filling(WeightNames names) {
            this.names = names;
            this.tensors = new NDArray[names.size];
        }

        /** Sets a weight of one tensor. */
        public Filling with(String name, NDArray tensor) {
            return with(name, List.of(tensor));
        }

        /** Sets a weight of one tensor, weight and bias, or the tensors of a product. */
        public Filling with(String name, List<NDArray> values) {
            int[] places = names.places.get(name);
            if (places == null || places.length != values.size()) {
                throw new IllegalStateException(names + " does not have " + name + " of " + values.size() + " tensors");
            }
            for (int i = 0; i < places.length; i++) {
                tensors[places[i]] = values.get(i);
            }
            return this;
        }

        /** The tensors in the order of a call. */
        public List<NDArray> tensors() {
            List<String> missing = names.places.entrySet().stream()
                    .filter(name -> tensors[name.getValue()[0]] == null)
                    .map(Map.Entry::getKey)
                    .toList();
            if (!missing.isEmpty()) {
                throw new IllegalStateException(names + " was not given " + missing);
            }
            return List.of(tensors);
        }
    }
}
