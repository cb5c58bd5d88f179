package io.github.glimpse.model;

import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;

/** The two towers in plain loops and float64, with whole matrices of attention, to compare the blockwise ones with. */
final class PlainTower {

    /**
     * What one block's attention is made of and gives.
     *
     * @param weights {@code [heads][rows][rows]}
     * @param joined the same with all heads as one
     * @param keys {@code [heads][rows][headDim]}
     */
    record Block(double[][][] weights, double[][] joined, double[][][] keys) {}

    private final Map<String, TensorEntry> weights;
    private final String prefix;
    private final int heads;
    private final List<Block> blocks = new ArrayList<>();

    private PlainTower(Path folder, String prefix, int heads) {
        this.weights = SafetensorsFile.open(folder.resolve("model.safetensors")).entries();
        this.prefix = prefix;
        this.heads = heads;
    }

    /** CLIP's blocks, class row first. */
    static List<Block> clip(Path folder, PixelPatches image, int heads, int depth) {
        PlainTower tower = new PlainTower(folder, "vision_tower.vision_model.", heads);
        double[] classRow = tower.weight("embeddings.class_embedding");
        double[] positions = tower.weight("embeddings.position_embedding.weight");
        double[][] patches = tower.linear(tower.pixels(image), "embeddings.patch_embedding");
        double[][] rows = new double[patches.length + 1][];
        rows[0] = classRow.clone();
        System.arraycopy(patches, 0, rows, 1, patches.length);
        int width = classRow.length;
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < width; k++) {
                rows[i][k] += positions[i * width + k];
            }
        }
        rows = tower.layerNorm(rows, "pre_layrnorm");
        for (int block = 0; block < depth; block++) {
            String at = "encoder.layers." + block + ".";
            double[][] normed = tower.layerNorm(rows, at + "layer_norm1");
            double[][] mixed = tower.attention(
                    tower.linear(normed, at + "self_attn.q_proj"),
                    tower.linear(normed, at + "self_attn.k_proj"),
                    tower.linear(normed, at + "self_attn.v_proj"),
                    (query, key) -> true);
            rows = sum(rows, tower.linear(mixed, at + "self_attn.out_proj"));
            double[][] inner = tower.linear(tower.layerNorm(rows, at + "layer_norm2"), at + "mlp.fc1");
            for (double[] row : inner) {
                Arrays.setAll(row, k -> row[k] / (1 + Math.exp(-1.702 * row[k])));
            }
            rows = sum(rows, tower.linear(inner, at + "mlp.fc2"));
        }
        return tower.blocks;
    }

    /** Qwen2.5-VL's blocks, patches in the order of the pixels: token by token. */
    static List<Block> qwen(
            Path folder, PixelPatches image, int heads, List<Integer> full, List<int[]> windows, int depth) {
        PlainTower tower = new PlainTower(folder, "visual.", heads);
        ImageGrid grid = image.plan().grid();
        int group = grid.mergeSize() * grid.mergeSize();
        int[] windowOf = new int[grid.tokenCount()];
        for (int window = 0; window < windows.size(); window++) {
            for (int token : windows.get(window)) {
                windowOf[token] = window;
            }
        }
        double[][] rows = tower.linear(tower.pixels(image), "patch_embed.proj");
        for (int block = 0; block < depth; block++) {
            String at = "blocks." + block + ".";
            double[][] qkv = tower.linear(tower.rmsNorm(rows, at + "norm1"), at + "attn.qkv");
            int width = rows[0].length;
            boolean whole = full.contains(block);
            double[][] mixed = tower.attention(
                    tower.rotated(part(qkv, 0, width), grid),
                    tower.rotated(part(qkv, width, width), grid),
                    part(qkv, 2 * width, width),
                    (query, key) -> whole || windowOf[query / group] == windowOf[key / group]);
            rows = sum(rows, tower.linear(mixed, at + "attn.proj"));
            double[][] normed = tower.rmsNorm(rows, at + "norm2");
            double[][] gate = tower.linear(normed, at + "mlp.gate_proj");
            double[][] up = tower.linear(normed, at + "mlp.up_proj");
            for (int i = 0; i < gate.length; i++) {
                double[] row = gate[i];
                double[] factor = up[i];
                Arrays.setAll(row, k -> row[k] / (1 + Math.exp(-row[k])) * factor[k]);
            }
            rows = sum(rows, tower.linear(gate, at + "mlp.down_proj"));
        }
        return tower.blocks;
    }

    private double[][] attention(
            double[][] query, double[][] key, double[][] value, BiPredicate<Integer, Integer> sees) {
        int rows = query.length;
        int dim = query[0].length / heads;
        double[][][] byHead = new double[heads][][];
        double[][][] keys = new double[heads][][];
        double[][] mixed = new double[rows][query[0].length];
        for (int head = 0; head < heads; head++) {
            byHead[head] = softmax(part(query, head * dim, dim), part(key, head * dim, dim), sees);
            keys[head] = part(key, head * dim, dim);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < rows; j++) {
                    for (int k = 0; k < dim; k++) {
                        mixed[i][head * dim + k] += byHead[head][i][j] * value[j][head * dim + k];
                    }
                }
            }
        }
        blocks.add(new Block(byHead, softmax(query, key, sees), keys));
        return mixed;
    }

    static double[][] softmax(double[][] query, double[][] key, BiPredicate<Integer, Integer> sees) {
        double scale = 1 / Math.sqrt(query[0].length);
        double[][] weights = new double[query.length][key.length];
        for (int i = 0; i < query.length; i++) {
            double sum = 0;
            for (int j = 0; j < key.length; j++) {
                if (sees.test(i, j)) {
                    weights[i][j] = Math.exp(scale * dot(query[i], key[j]));
                    sum += weights[i][j];
                }
            }
            for (int j = 0; j < key.length; j++) {
                weights[i][j] /= sum;
            }
        }
        return weights;
    }

    private double[][] rotated(double[][] rows, ImageGrid grid) {
        int merge = grid.mergeSize();
        int group = merge * merge;
        int dim = rows[0].length / heads;
        int half = dim / 2;
        double[][] rotated = new double[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            int token = i / group;
            int down = token / grid.columns() * merge + i % group / merge;
            int right = token % grid.columns() * merge + i % group % merge;
            for (int k = 0; k < rows[0].length; k++) {
                int place = k % dim % half;
                int quarter = half / 2;
                double frequency = Math.pow(10_000, -2.0 * (place % quarter) / half);
                double angle = frequency * (place < quarter ? down : right);
                double other = k % dim < half ? -rows[i][k + half] : rows[i][k - half];
                rotated[i][k] = rows[i][k] * Math.cos(angle) + other * Math.sin(angle);
            }
        }
        return rotated;
    }

    private double[][] pixels(PixelPatches image) {
        int width = image.patchValues();
        double[][] rows = new double[image.values().length / width][width];
        for (int i = 0; i < image.values().length; i++) {
            rows[i / width][i % width] = image.values()[i];
        }
        return rows;
    }

    private double[][] linear(double[][] rows, String name) {
        double[] weight = weight(name + ".weight");
        double[] bias = weights.containsKey(prefix + name + ".bias") ? weight(name + ".bias") : null;
        int in = rows[0].length;
        int out = weight.length / in;
        double[][] result = new double[rows.length][out];
        for (int i = 0; i < rows.length; i++) {
            for (int o = 0; o < out; o++) {
                double sum = bias == null ? 0 : bias[o];
                for (int k = 0; k < in; k++) {
                    sum += rows[i][k] * weight[o * in + k];
                }
                result[i][o] = sum;
            }
        }
        return result;
    }

    private double[][] rmsNorm(double[][] rows, String name) {
        double[] weight = weight(name + ".weight");
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            double[] row = rows[i];
            double scale = 1 / Math.sqrt(dot(row, row) / row.length + 1e-6);
            result[i] = new double[row.length];
            Arrays.setAll(result[i], k -> row[k] * scale * weight[k]);
        }
        return result;
    }

    private double[][] layerNorm(double[][] rows, String name) {
        double[] weight = weight(name + ".weight");
        double[] bias = weight(name + ".bias");
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            double[] row = rows[i];
            double mean = Arrays.stream(row).average().orElseThrow();
            double variance = Arrays.stream(row)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElseThrow();
            double scale = 1 / Math.sqrt(variance + 1e-5);
            result[i] = new double[row.length];
            Arrays.setAll(result[i], k -> (row[k] - mean) * scale * weight[k] + bias[k]);
        }
        return result;
    }

    private double[] weight(String name) {
        float[] values = SafetensorsFile.floats(Objects.requireNonNull(weights.get(prefix + name), name));
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    static double[][] part(double[][] rows, int first, int width) {
        return Arrays.stream(rows)
                .map(row -> Arrays.copyOfRange(row, first, first + width))
                .toArray(double[][]::new);
    }

    private static double[][] sum(double[][] rows, double[][] more) {
        for (int i = 0; i < rows.length; i++) {
            double[] row = rows[i];
            double[] other = more[i];
            Arrays.setAll(row, k -> row[k] + other[k]);
        }
        return rows;
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int k = 0; k < one.length; k++) {
            sum += one[k] * other[k];
        }
        return sum;
    }
}
