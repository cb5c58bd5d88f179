package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.Captions;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is trained is what the library runs: the same weights, pictures and captions give the same vectors, cut or not. */
class ClipGraphIT {

    private static final RuntimeOptions RUNTIME = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    private static final int PICTURES = 5;
    private static final float TOLERANCE = 1e-5f;

    @Test
    void trainsTheGraphOfTheFamily(@TempDir Path folder) {
        List<List<float[]>> trained = new ArrayList<>();
        List<Drawing> drawings = new ArrayList<>();
        try (TorchRuntime runtime = TorchRuntime.start(RUNTIME);
                TrainableParameters parameters = ClipStage.parameters(runtime, 7, ParameterGroup.named("clip"));
                Graph graph = ClipStage.graph(runtime)) {
            disturb(parameters);
            ClipFolder.write(folder, parameters, StoredType.F32);
            try (Tokenizer tokenizer = Tokenizer.load(folder)) {
                for (int i = 0; i < PICTURES; i++) {
                    drawings.add(Studio.draw(Captions.request(Split.TEST, FacePool.UNSEEN, i)));
                }
                drawings.sort(Comparator.comparingInt(drawing -> tokenizer.encode(Captions.of(drawing)).length));
                for (int kept : List.of(0, ClipShape.PATCHES / 2, ClipShape.PATCHES / 4)) {
                    trained.add(trained(runtime, graph, parameters, ClipBatch.of(drawings, tokenizer), kept));
                }
            }
        }
        List<byte[]> files = drawings.stream().map(PictureBytes::png).toList();
        EmbeddingOptions options =
                EmbeddingOptions.builder(folder).runtime(RUNTIME).build();
        try (EmbeddingEngine engine = EmbeddingEngine.load(options)) {
            List<float[]> texts = engine.embedTexts(
                            drawings.stream().map(Captions::of).toList())
                    .vectors();
            assertSame(trained.get(0).subList(PICTURES, 2 * PICTURES), texts);
            assertSame(
                    trained.get(0).subList(0, PICTURES),
                    engine.embedImages(files).vectors());
            PruningOptions half = PruningOptions.builder().retentionRatio(0.5).build();
            assertSame(
                    trained.get(1).subList(0, PICTURES),
                    engine.embedImages(files, half).vectors());
            PruningOptions quarter =
                    PruningOptions.builder().retentionRatio(0.25).build();
            assertSame(
                    trained.get(2).subList(0, PICTURES),
                    engine.embedImages(files, quarter).vectors());
        }
    }

    private static void assertSame(List<float[]> trained, List<float[]> served) {
        assertThat(trained).hasSameSizeAs(served);
        for (int i = 0; i < served.size(); i++) {
            assertThat(trained.get(i)).containsExactly(served.get(i), within(TOLERANCE));
        }
    }

    /** So that norms and biases take part. */
    static void disturb(TrainableParameters parameters) {
        Random random = new Random(11);
        for (String name : parameters.names()) {
            float[] values = parameters.values(name);
            if (parameters.shape(name).length == 1) {
                for (int i = 0; i < values.length; i++) {
                    values[i] += (float) (0.2 * random.nextGaussian());
                }
                parameters.set(name, values);
            }
        }
    }

    /** Vectors of the pictures, then those of the captions. */
    private static List<float[]> trained(
            TorchRuntime runtime, Graph graph, TrainableParameters parameters, ClipBatch batch, int kept) {
        List<float[]> vectors = new ArrayList<>();
        List<float[]> texts = new ArrayList<>();
        try (TensorScope scope = runtime.openScope()) {
            for (ClipBatch.Group group : batch.groups()) {
                List<NDArray> found = graph.constant("clip_vectors")
                        .with(batch.pixels(scope))
                        .with(ClipWeights.eye(parameters))
                        .with(group.ids(scope))
                        .with(group.ends(scope))
                        .with(ClipWeights.reader(parameters))
                        .with(ClipStage.numbers(kept, false, scope))
                        .runForList(scope);
                if (vectors.isEmpty()) {
                    vectors.addAll(rows(found.get(0)));
                }
                texts.addAll(rows(found.get(1)));
            }
        }
        vectors.addAll(texts);
        return vectors;
    }

    private static List<float[]> rows(NDArray matrix) {
        float[] all = matrix.toFloatArray();
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < all.length; i += ClipShape.DIMENSION) {
            rows.add(Arrays.copyOfRange(all, i, i + ClipShape.DIMENSION));
        }
        return rows;
    }
}
