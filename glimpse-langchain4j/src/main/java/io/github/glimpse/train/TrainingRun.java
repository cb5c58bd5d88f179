package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The loop of training: losses, gradients, AdamW or Muon, checkpoints, progress. It knows nothing of a model: losses come from a
 * {@link LossFunction}.
 *
 * <p>A run that is killed and {@linkplain #resume() resumed} goes on with the same losses, bit for bit on one thread of the
 * native library, if its samples depend on their number alone. For one thread.
 */
public final class TrainingRun implements AutoCloseable {

    private static final String PARAMETER = "parameter.";
    private static final String STEP = "glimpse.step";
    private static final String SAMPLE = "glimpse.sample";
    private static final String STEPS = "glimpse.steps";
    private static final String ACCUMULATION = "glimpse.accumulation";
    private static final String NOTE = "note.";
    // Weight of the last step in the average of their times.
    private static final double SPEED_MEMORY = 0.1;

    private final TorchRuntime runtime;
    private final TrainableParameters parameters;
    private final TrainingOptions options;
    private final Optimizer optimizer;
    private final @Nullable CheckpointFolder checkpoints;
    private final Map<String, String> notes = new LinkedHashMap<>();
    private long step;
    private long sample;
    private boolean started;
    private double secondsPerStep;
    private long timed;

    private TrainingRun(TorchRuntime runtime, TrainableParameters parameters, TrainingOptions options) {
        this.runtime = runtime;
        this.parameters = parameters;
        this.options = options;
        this.optimizer = new Optimizer(parameters, options.optimizer());
        this.checkpoints = options.checkpoints() == null ? null : new CheckpointFolder(options.checkpoints());
    }

    /** Makes a run of these parameters, which stay their owner's. Add none to the set afterwards. */
    public static TrainingRun of(TorchRuntime runtime, TrainableParameters parameters, TrainingOptions options) {
        return new TrainingRun(runtime, parameters, options);
    }

    /** Steps that are done. */
    public long step() {
        return step;
    }

    /** Losses that were computed: the number of the next sample. */
    public long sample() {
        return sample;
    }

    /** Whether all steps are done. */
    public boolean isFinished() {
        return step >= options.steps();
    }

    /** Keeps a text with the next checkpoints. */
    public void note(String key, String value) {
        notes.put(key, value);
    }

    /** A text that was kept, also by the run that was resumed. */
    public Optional<String> note(String key) {
        return Optional.ofNullable(notes.get(key));
    }

    /**
     * Goes on where the newest checkpoint stopped.
     *
     * @return false if there is none: the run starts at its beginning
     * @throws ModelFilesException if the checkpoint is of a run with other tensors, steps or accumulation
     */
    public boolean resume() {
        Optional<SafetensorsFile> newest = checkpoints == null ? Optional.empty() : checkpoints.newest();
        newest.ifPresent(this::restore);
        return newest.isPresent();
    }

    private void restore(SafetensorsFile file) {
        Map<String, String> metadata = file.metadata();
        same(file, metadata, STEPS, options.steps());
        same(file, metadata, ACCUMULATION, options.accumulation());
        Map<String, TensorEntry> entries = file.entries();
        parameters.restore(entries, PARAMETER);
        step = number(file, metadata, STEP);
        sample = number(file, metadata, SAMPLE);
        optimizer.restore(entries, step);
        optimizer.zeroGradients();
        metadata.forEach((key, value) -> {
            if (key.startsWith(NOTE)) {
                notes.put(key.substring(NOTE.length()), value);
            }
        });
    }

    private static void same(SafetensorsFile file, Map<String, String> metadata, String key, long wanted) {
        long found = number(file, metadata, key);
        if (found != wanted) {
            throw new ModelFilesException("The checkpoint '" + file.path() + "' is of a run with " + key + " " + found
                    + ", this one has " + wanted + "; resume with the same settings, or give another folder");
        }
    }

    private static long number(SafetensorsFile file, Map<String, String> metadata, String key) {
        try {
            return Long.parseLong(String.valueOf(metadata.get(key)));
        } catch (NumberFormatException e) {
            throw new ModelFilesException(
                    "'" + file.path() + "' is no checkpoint of a training run: it has no number " + key, e);
        }
    }

    /** Trains to the end, with a checkpoint behind the last step. */
    public void run(LossFunction loss) {
        while (!isFinished()) {
            advance(loss);
        }
    }

    /**
     * Trains one step.
     *
     * @return where the run stands then
     * @throws IllegalStateException if the run is finished
     * @throws TrainingDivergedException if the loss or a gradient is no finite number; the tensors are as before the step
     */
    public TrainingProgress advance(LossFunction loss) {
        if (isFinished()) {
            throw new IllegalStateException("All " + options.steps() + " steps are done");
        }
        if (!started) {
            started = true;
            options.listeners().forEach(listener -> listener.onStart(step, options.steps()));
        }
        long begun = System.nanoTime();
        Figures figures = new Figures();
        double total = 0;
        for (int i = 0; i < options.accumulation(); i++) {
            total += accumulate(loss, figures);
        }
        double average = total / options.accumulation();
        double norm = optimizer.clip(options.longestGradient());
        if (!Double.isFinite(norm)) {
            throw diverged("gradient norm", norm);
        }
        double rate = options.schedule().rate(step);
        optimizer.step(rate);
        step++;
        time(begun);
        TrainingProgress progress = progress(average, rate, norm, figures);
        options.listeners().forEach(listener -> listener.onStep(progress));
        if (step % options.checkpointEvery() == 0 || isFinished()) {
            checkpoint();
        }
        return progress;
    }

    private double accumulate(LossFunction loss, Figures figures) {
        try (TensorScope scope = runtime.openScope()) {
            NDArray result = loss.loss(sample, scope, figures);
            float value = HostValues.floats(result)[0];
            if (!Float.isFinite(value)) {
                throw diverged("loss", value);
            }
            parameters.backward(result, 1.0 / options.accumulation());
            sample++;
            return value;
        }
    }

    private TrainingDivergedException diverged(String what, double value) {
        optimizer.zeroGradients();
        return new TrainingDivergedException(
                "The " + what + " of step " + (step + 1) + " is " + value + " (sample " + sample
                        + "); lower the learning rate, or look at that sample",
                step + 1);
    }

    private void time(long begun) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        // The first step of a process warms up.
        secondsPerStep = timed <= 1 ? seconds : secondsPerStep + SPEED_MEMORY * (seconds - secondsPerStep);
        timed++;
    }

    private TrainingProgress progress(double loss, double rate, double norm, Figures figures) {
        long left = options.steps() - step;
        return new TrainingProgress(
                step,
                options.steps(),
                loss,
                rate,
                norm,
                figures.averages(),
                1 / secondsPerStep,
                Duration.ofNanos((long) (secondsPerStep * 1e9)).multipliedBy(left));
    }

    /** Keeps the state now, if the run has a folder for that. */
    public void checkpoint() {
        if (checkpoints == null) {
            return;
        }
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        parameters.snapshot(StoredType.F32).forEach((name, tensor) -> tensors.put(PARAMETER + name, tensor));
        tensors.putAll(optimizer.snapshot());
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(STEP, Long.toString(step));
        metadata.put(SAMPLE, Long.toString(sample));
        metadata.put(STEPS, Long.toString(options.steps()));
        metadata.put(ACCUMULATION, Integer.toString(options.accumulation()));
        notes.forEach((key, value) -> metadata.put(NOTE + key, value));
        Path file = checkpoints.write(step, tensors, metadata);
        options.listeners().forEach(listener -> listener.onCheckpoint(step, file));
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
