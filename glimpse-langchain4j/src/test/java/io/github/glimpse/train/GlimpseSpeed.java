package io.github.glimpse.train;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.model.LoadOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Takes steps of the glimpse training, from the picture's bytes to changed weights, and says how long they took; for
 * {@code src/test/python/training/glimpse_speed.py}, which asks for them in turn with Python. Arguments: model, module to go on from,
 * picture. Reads the number of steps per line.
 */
final class GlimpseSpeed {

    private static final String QUESTION = "What is the total?";
    private static final PixelArea BOX = new PixelArea(10, 234, 300, 24);
    private static final int SIDE = 336;
    private static final int MANY = 1_000_000;
    private static final double RATE = 1e-4;

    private GlimpseSpeed() {}

    public static void main(String[] arguments) throws IOException {
        EngineOptions base = EngineOptions.builder(Path.of(arguments[0]))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder().dtype(Dtype.FLOAT32).build())
                .build();
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .module(Path.of(arguments[1]))
                .epochs(MANY)
                .accumulation(1)
                .rate(RATE)
                .warmUpRatio(0)
                .dropout(0)
                .build();
        byte[] picture = Files.readAllBytes(Path.of(arguments[2]));
        List<GlimpseSample> samples =
                List.of(new GlimpseSample(QUESTION, "", () -> picture, SIDE, SIDE, List.of(BOX), null, ""));
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base, options);
                TrainingRun run = trainer.start(samples);
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            LossFunction loss = trainer.loss(samples);
            System.out.println("ready");
            String line;
            while ((line = input.readLine()) != null) {
                int steps = Integer.parseInt(line.strip());
                long start = System.nanoTime();
                long cpu = processor();
                double last = 0;
                for (int i = 0; i < steps; i++) {
                    last = run.advance(loss).loss();
                }
                System.out.println(String.format(
                        Locale.ROOT,
                        "%.3f %.3f %.6f",
                        (System.nanoTime() - start) / 1e6 / steps,
                        (processor() - cpu) / 1e6 / steps,
                        last));
            }
        }
    }

    /** Nanoseconds of all threads of this process: what a busy machine does not blur. */
    private static long processor() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
