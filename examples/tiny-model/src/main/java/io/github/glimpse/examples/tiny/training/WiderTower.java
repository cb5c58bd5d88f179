package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Puts the weights of a narrow tower into a wider one, which sees at first what the other saw: nothing is written into the new
 * columns of the stream, nor read from new heads and new inner rows. What reads the new columns and makes the new rows keeps its first weights, so
 * that all of it can learn.
 */
final class WiderTower {

    private WiderTower() {}

    /** Overwrites what a file has too; what is as wide as in the file is only copied. */
    static void copyInto(TrainableParameters wide, Path source) {
        for (TensorEntry entry : RunFolder.open(source).entries().values()) {
            String name = RunFolder.parameter(entry.name());
            if (wide.names().contains(name)) {
                float[] values = SafetensorsFile.floats(entry);
                boolean same = Arrays.equals(entry.shape(), wide.shape(name));
                wide.set(name, same ? values : widened(wide, name, entry.shape(), values));
            }
        }
    }

    private static float[] widened(TrainableParameters wide, String name, long[] shape, float[] narrow) {
        Side out = new Side(name.contains(".qkv.") ? 3 : 1, shape[0], wide.shape(name)[0]);
        // The patches of a cell stand side by side before the merger.
        int patches = name.endsWith("merger.mlp.0.weight") ? TinyShape.GROUP : 1;
        Side in = new Side(patches, perRow(shape), perRow(wide.shape(name)));
        boolean norm = name.contains("norm") || name.endsWith("ln_q.weight");
        boolean writes = name.contains(".patch_embed.")
                || name.contains(".attn.proj.")
                || name.contains(".down_proj.")
                || name.contains(".merger.mlp.2.");
        // The mean square of a row of which a part is zero is smaller by that part.
        float scale = norm ? (float) Math.sqrt((double) out.from / out.to) : 1;
        float[] values = wide.values(name);
        for (int row = 0; row < out.to; row++) {
            for (int column = 0; column < in.to; column++) {
                int at = row * in.to + column;
                boolean old = out.old(row) >= 0 && in.old(column) >= 0;
                float first = writes ? 0 : values[at] * scale;
                values[at] = old ? narrow[out.old(row) * in.from + in.old(column)] * scale : first;
            }
        }
        return values;
    }

    private static long perRow(long[] shape) {
        return Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
    }

    /** One dimension of a matrix: groups side by side, each of which grows at its end. */
    private record Side(int groups, int from, int to) {

        Side(int groups, long from, long to) {
            this(groups, Math.toIntExact(from), Math.toIntExact(to));
        }

        /** The place before, or -1 where there was none. */
        int old(int place) {
            int wide = to / groups;
            int narrow = from / groups;
            return place % wide < narrow ? place / wide * narrow + place % wide : -1;
        }
    }
}
