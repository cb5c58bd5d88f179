package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.clip.DualEncoder;
import io.github.glimpse.model.clip.TowerPass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The same model, whose patches are dropped without a look at them. */
final class ControlTower implements AutoCloseable {

    private static final int BATCH = 16;
    private static final int BITS = 8;

    /** What stays. */
    enum Choice {
        /** Any patches, others in each picture. */
        RANDOM,
        /** Patches spread evenly, the same in each picture. */
        GRID
    }

    private final TorchRuntime runtime;
    private final DualEncoder model;
    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE);

    private ControlTower(TorchRuntime runtime, DualEncoder model) {
        this.runtime = runtime;
        this.model = model;
    }

    static ControlTower load(Path folder, RuntimeOptions options) {
        TorchRuntime runtime = TorchRuntime.start(options);
        try {
            return new ControlTower(runtime, DualEncoder.load(folder, LoadOptions.defaults(), runtime));
        } catch (RuntimeException e) {
            runtime.close();
            throw e;
        }
    }

    /** Vectors of pictures of which so many patches go on after some blocks. */
    List<float[]> vectors(List<byte[]> pictures, int layers, int count, Choice choice) {
        List<float[]> vectors = new ArrayList<>();
        for (int from = 0; from < pictures.size(); from += BATCH) {
            List<PixelPatches> batch = pictures.subList(from, Math.min(pictures.size(), from + BATCH)).stream()
                    .map(file -> model.preprocessor().preprocess(decoder.decode(file)))
                    .toList();
            int[][] kept = new int[batch.size()][];
            int first = from;
            Arrays.setAll(kept, i -> kept(choice, first + i, count));
            try (TensorScope scope = runtime.openScope();
                    TowerPass pass = model.tower().pass(batch, () -> {}, scope)) {
                pass.runTo(layers);
                pass.keep(kept);
                pass.runTo(model.tower().depth());
                float[] all = model.imageVectors(pass, scope).toFloatArray();
                for (int i = 0; i < batch.size(); i++) {
                    vectors.add(Arrays.copyOfRange(all, i * model.dimension(), (i + 1) * model.dimension()));
                }
            }
        }
        return vectors;
    }

    private int[] kept(Choice choice, int picture, int count) {
        int side = model.tower().config().side();
        List<Integer> patches = new ArrayList<>();
        for (int patch = 0; patch < side * side; patch++) {
            patches.add(patch);
        }
        switch (choice) {
            case RANDOM -> Collections.shuffle(patches, new Random(picture));
            case GRID -> patches.sort((a, b) -> Long.compare(rank(a, side), rank(b, side)));
        }
        return patches.subList(0, count).stream()
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }

    /** Ordered dither: the first k of a square are spread evenly for any k. */
    static long rank(int patch, int side) {
        int row = patch / side;
        int column = patch % side;
        long rank = 0;
        for (int bit = 0; bit < BITS; bit++) {
            long below = (row >> bit) & 1;
            long across = ((row ^ column) >> bit) & 1;
            rank |= (2 * across + below) << (2 * (BITS - 1 - bit));
        }
        return rank;
    }

    @Override
    public void close() {
        model.close();
        runtime.close();
    }
}
