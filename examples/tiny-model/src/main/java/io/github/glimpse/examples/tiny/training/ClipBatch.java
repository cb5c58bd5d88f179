package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.examples.tiny.drawing.Captions;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Pictures with their captions, the shortest first; captions in groups, each filled up to its longest.
 *
 * @param pixels {@code [pictures, 64, 2352]}, a patch as channel, row, column
 * @param groups ids of the captions
 */
record ClipBatch(float[] pixels, List<Group> groups) {

    private static final int GROUPS = 4;
    private static final PixelScale SCALE = new PixelScale(PagePixels.FACTOR, PagePixels.MEANS, PagePixels.DEVIATIONS);

    /**
     * Captions of like length.
     *
     * @param ids {@code [texts, length]}
     * @param ends the row of each text's end among all rows
     */
    record Group(long[] ids, int[] ends) {

        int length() {
            return ids.length / ends.length;
        }

        NDArray ids(TensorScope scope) {
            return scope.longs(ids, ends.length, length());
        }

        NDArray ends(TensorScope scope) {
            return scope.indices(ends);
        }
    }

    private record Pair(Drawing drawing, int[] ids) {}

    /** Draws pictures one after the other. */
    static ClipBatch drawn(Split split, long first, int count, Tokenizer tokenizer) {
        List<Drawing> drawings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            drawings.add(Studio.draw(Captions.request(split, FacePool.SEEN, first + i)));
        }
        return of(drawings, tokenizer);
    }

    static ClipBatch of(List<Drawing> drawings, Tokenizer tokenizer) {
        List<Pair> pairs = drawings.stream()
                .map(drawing -> new Pair(drawing, tokenizer.encode(Captions.of(drawing))))
                .sorted(Comparator.comparingInt(pair -> pair.ids().length))
                .toList();
        List<Group> groups = new ArrayList<>();
        int count = pairs.size();
        int parts = Math.min(GROUPS, count);
        for (int part = 0; part < parts; part++) {
            groups.add(group(pairs.subList(part * count / parts, (part + 1) * count / parts)));
        }
        float[] pixels = new float[count * ClipShape.PATCHES * ClipShape.PATCH_VALUES];
        int to = 0;
        for (Pair pair : pairs) {
            to = copy(pair.drawing(), pixels, to);
        }
        return new ClipBatch(pixels, List.copyOf(groups));
    }

    private static Group group(List<Pair> pairs) {
        int length = pairs.get(pairs.size() - 1).ids().length;
        long[] ids = new long[pairs.size() * length];
        Arrays.fill(ids, ClipTokenizer.end());
        int[] ends = new int[pairs.size()];
        for (int i = 0; i < ends.length; i++) {
            int[] text = pairs.get(i).ids();
            for (int k = 0; k < text.length; k++) {
                ids[i * length + k] = text[k];
            }
            ends[i] = i * length + text.length - 1;
        }
        return new Group(ids, ends);
    }

    private static int copy(Drawing drawing, float[] values, int start) {
        byte[] rgb = drawing.rgb();
        int side = ClipShape.PATCH;
        int across = ClipShape.IMAGE / side;
        int to = start;
        for (int patch = 0; patch < ClipShape.PATCHES; patch++) {
            int top = patch / across * side;
            int left = patch % across * side;
            for (int channel = 0; channel < ClipShape.CHANNELS; channel++) {
                for (int y = top; y < top + side; y++) {
                    int from = ClipShape.CHANNELS * (y * ClipShape.IMAGE + left) + channel;
                    for (int x = 0; x < side; x++) {
                        values[to++] = SCALE.value(channel, rgb[from + ClipShape.CHANNELS * x]);
                    }
                }
            }
        }
        return to;
    }

    int pictures() {
        return pixels.length / (ClipShape.PATCHES * ClipShape.PATCH_VALUES);
    }

    NDArray pixels(TensorScope scope) {
        return scope.floats(pixels, pictures(), ClipShape.PATCHES, ClipShape.PATCH_VALUES);
    }
}
