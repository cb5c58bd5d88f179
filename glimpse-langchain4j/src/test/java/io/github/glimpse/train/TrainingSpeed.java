package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Takes training steps of a small decoder and says how long they took; for {@code src/test/python/training/speed.py}, which asks for
 * them in turn with Python. Reads {@code <steps> <0|1 for bfloat16 products>} per line.
 */
final class TrainingSpeed {

    private static final int WIDTH = 192;
    private static final int INNER = 512;
    private static final int LAYERS = 6;
    private static final int HEADS = 6;
    private static final int VOCABULARY = 512;
    private static final int BATCH = 8;
    private static final int TOKENS = 128;

    private TrainingSpeed() {}

    public static void main(String[] arguments) throws IOException {
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TensorScope owned = runtime.openScope();
                Graph graph = Losses.addTo(Graph.named("speed").with(TrainingSpeed.class, "speed"))
                        .compile(runtime);
                TrainableParameters parameters = parameters(runtime);
                TrainingRun run = TrainingRun.of(
                        runtime,
                        parameters,
                        TrainingOptions.builder(1_000_000, RateSchedule.constant(1e-3))
                                .build());
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            List<NDArray> weights =
                    parameters.names().stream().map(parameters::get).toList();
            NDArray none = owned.floats(new float[0], 0);
            System.out.println("ready");
            String line;
            while ((line = input.readLine()) != null) {
                String[] words = line.split(" ", -1);
                boolean half = words[1].equals("1");
                long start = System.nanoTime();
                double loss = 0;
                int steps = Integer.parseInt(words[0]);
                for (int i = 0; i < steps; i++) {
                    loss = run.advance((sample, scope, figures) -> graph.record("speed_loss")
                                    .with(scope.longs(ids(sample, 0), BATCH, TOKENS))
                                    .with(scope.longs(ids(sample, 1), BATCH * TOKENS))
                                    .with(weights)
                                    .with(none)
                                    .with(HEADS)
                                    .with(half)
                                    .run(scope))
                            .loss();
                }
                System.out.println(
                        String.format(Locale.ROOT, "%.3f %.4f", (System.nanoTime() - start) / 1e6 / steps, loss));
            }
        }
    }

    /** A text that repeats itself, so that the loss falls. */
    private static long[] ids(long sample, int shift) {
        long[] ids = new long[BATCH * TOKENS];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (Math.floorDiv(i, TOKENS) * 37L + sample % 5 + (i % TOKENS + shift) * 11L) % VOCABULARY;
        }
        return ids;
    }

    private static TrainableParameters parameters(TorchRuntime runtime) {
        ParameterGroup group = ParameterGroup.named("all");
        TrainableParameters parameters = TrainableParameters.empty(runtime, 1)
                .add("table", group, Initializer.normal(0.1), VOCABULARY, WIDTH)
                .add("norm", group, Initializer.ones(), WIDTH);
        for (int i = 0; i < LAYERS; i++) {
            String layer = "layers." + i + ".";
            parameters.add(layer + "norm1", group, Initializer.ones(), WIDTH);
            for (String name : List.of("q", "k", "v", "o")) {
                parameters.add(layer + name, group, Initializer.fanIn(1), WIDTH, WIDTH);
            }
            parameters.add(layer + "norm2", group, Initializer.ones(), WIDTH);
            for (String name : List.of("gate", "up")) {
                parameters.add(layer + name, group, Initializer.fanIn(1), INNER, WIDTH);
            }
            parameters.add(layer + "down", group, Initializer.fanIn(1), WIDTH, INNER);
        }
        return parameters;
    }
}
