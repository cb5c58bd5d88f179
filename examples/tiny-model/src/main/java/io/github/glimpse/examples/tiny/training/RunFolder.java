package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.CurveChart;
import io.github.glimpse.train.CurveFile;
import io.github.glimpse.train.ProgressLog;
import io.github.glimpse.train.RateSchedule;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingListener;
import io.github.glimpse.train.TrainingOptions;
import io.github.glimpse.train.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What every stage keeps in its run folder: checkpoints, {@code curve.csv}, {@code curve.png}, and at the end
 * {@code weights.safetensors}.
 */
final class RunFolder {

    /** The finished weights of a stage. */
    static final String WEIGHTS = "weights.safetensors";

    private static final double WARM_UP = 0.02;
    private static final double LEVEL = 0.5;
    private static final double LAST = 0.01;
    private static final String PARAMETER = "parameter.";
    private static final String TOWER = "visual.";

    private RunFolder() {}

    /** The run of a stage: the rate stays level for half of the steps and then falls along half a cosine. */
    static TrainingRun start(
            TorchRuntime runtime,
            StageOptions stage,
            TrainableParameters parameters,
            String[] figures,
            String[] charted) {
        Path csv = stage.folder().resolve("curve.csv");
        Path png = stage.folder().resolve("curve.png");
        TrainingOptions.Builder options = TrainingOptions.builder(stage.steps(), rates(stage.rate(), stage.steps()))
                .checkpoints(stage.folder(), stage.checkpointEvery())
                .listener(CurveFile.of(csv, figures))
                .listener(ProgressLog.every(Duration.ofSeconds(30)))
                .listener(new TrainingListener() {
                    @Override
                    public void onCheckpoint(long step, Path file) {
                        CurveChart.draw(csv, png, charted);
                    }
                });
        if (stage.beside() != null) {
            options.listener(new Companion(parameters, stage.folder(), stage.beside(), stage.averageEvery()));
        }
        return TrainingRun.of(runtime, parameters, options.build());
    }

    static RateSchedule rates(double peak, long steps) {
        long warmUp = (long) Math.ceil(WARM_UP * (double) steps);
        long fall = (long) (LEVEL * (double) steps);
        return step -> {
            if (step < warmUp) {
                return peak * (step + 1) / warmUp;
            }
            if (step < fall) {
                return peak;
            }
            double progress = (double) (step - fall) / Math.max(1, steps - fall);
            return peak * (LAST + (1 - LAST) * 0.5 * (1 + Math.cos(Math.PI * progress)));
        };
    }

    /**
     * Overwrites the tensors that a file has too.
     *
     * @param source a safetensors file, or the run folder of a stage, finished or not
     * @return names that were found
     */
    static List<String> copyInto(TrainableParameters parameters, Path source) {
        return copyInto(parameters, source, UnaryOperator.identity());
    }

    /**
     * Overwrites the tensors that a file has too, under other names.
     *
     * @param inFile the name in the file of a tensor that is to be overwritten
     */
    static List<String> copyInto(TrainableParameters parameters, Path source, UnaryOperator<String> inFile) {
        SafetensorsFile file = open(source);
        List<String> found = new ArrayList<>();
        for (String name : parameters.names()) {
            String stored = inFile.apply(name);
            TensorEntry entry =
                    file.entries().getOrDefault(stored, file.entries().get(PARAMETER + stored));
            if (entry != null) {
                parameters.set(name, SafetensorsFile.floats(entry));
                found.add(name);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("'" + file.path() + "' has none of the tensors of this stage");
        }
        return found;
    }

    /**
     * Writes the weights of runs, finished or not, in bfloat16 of seven digits and without the optimiser: small enough to be handed on.
     *
     * @param options names files or run folders; what two of them have is the last one's. Words and symbols are left out where they are kept as
     *     they are: who goes on has them from the weights before
     */
    static void keep(StageOptions options, Path target) {
        Map<String, CheckpointTensor> kept = new TreeMap<>();
        for (Path source : options.from()) {
            tensors(source).forEach((name, tensor) -> {
                if (!options.wordsKept() || !TinyWeights.isWord(name)) {
                    kept.put(name, new CheckpointTensor(StoredType.BF16, tensor.shape(), shortened(tensor.values())));
                }
            });
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to keep; name a run folder by --from");
        }
        SafetensorsWriter.write(target, kept, Map.of("format", "pt"));
    }

    /**
     * Writes weights between those of two runs, for each number a share of the way from the first to the second: what was learned of new pictures
     * with what was known before (Wortsman et al., arXiv 2109.01903). The tower may go another share of it than the decoder.
     * What the second run has none of, as a decoder alone has no tower, stays the first's.
     *
     * @param options names two files or run folders, the second of which has no tensors that the first has not, and the shares
     */
    static void blend(StageOptions options, Path target) {
        if (options.from().size() != 2) {
            throw new IllegalArgumentException(
                    "Two runs are blended, not " + options.from().size() + "; give --from twice");
        }
        Map<String, CheckpointTensor> first = tensors(options.from().get(0));
        Map<String, CheckpointTensor> second = tensors(options.from().get(1));
        if (!first.keySet().containsAll(second.keySet())) {
            throw new IllegalArgumentException("'" + options.from().get(1) + "' has tensors that '"
                    + options.from().get(0) + "' has not; give runs of one edition, the whole model's first");
        }
        Map<String, CheckpointTensor> blended = new TreeMap<>();
        first.forEach((name, one) -> {
            float[] from = one.values();
            float[] to = second.getOrDefault(name, one).values();
            float share = (float) (name.startsWith(TOWER) ? options.towerShare() : options.share());
            float[] between = new float[from.length];
            for (int i = 0; i < between.length; i++) {
                between[i] = from[i] + share * (to[i] - from[i]);
            }
            blended.put(name, new CheckpointTensor(StoredType.F32, one.shape(), between));
        });
        SafetensorsWriter.write(target, blended, Map.of("format", "pt"));
    }

    private static Map<String, CheckpointTensor> tensors(Path source) {
        Map<String, CheckpointTensor> tensors = new TreeMap<>();
        Map<String, TensorEntry> entries = open(source).entries();
        boolean checkpoint = entries.keySet().stream().anyMatch(name -> name.startsWith(PARAMETER));
        entries.forEach((name, entry) -> {
            if (!checkpoint || name.startsWith(PARAMETER)) {
                tensors.put(
                        parameter(name),
                        new CheckpointTensor(StoredType.F32, entry.shape(), SafetensorsFile.floats(entry)));
            }
        });
        return tensors;
    }

    // One binary digit less than bfloat16 has: chance takes it away at the next step, and in a history it costs a
    // fifteenth.
    private static float[] shortened(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Float.intBitsToFloat((Float.floatToRawIntBits(values[i]) + (1 << 16)) & -(1 << 17));
        }
        return rounded;
    }

    /** What a tensor of a finished run or of a checkpoint is called in the model. */
    static String parameter(String stored) {
        return stored.startsWith(PARAMETER) ? stored.substring(PARAMETER.length()) : stored;
    }

    static SafetensorsFile open(Path source) {
        return SafetensorsFile.open(Files.isDirectory(source) ? newest(source) : source);
    }

    /** The finished weights of a run folder, else its newest checkpoint. */
    static Path newest(Path folder) {
        if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
            return folder.resolve(WEIGHTS);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("checkpoint-\\d+\\.safetensors"))
                    .max(Comparator.comparing(Path::getFileName))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "The folder '" + folder + "' has neither weights nor checkpoints"));
        } catch (IOException e) {
            throw new UncheckedIOException("The folder '" + folder + "' cannot be listed", e);
        }
    }
}
