package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingListener;
import io.github.glimpse.train.TrainingProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

/**
 * Averages the weights of a run with those of another one of the same stage, every so many steps: two processes of one thread each
 * learn from twice as many pages where two threads of one process gain a quarter. Momenta stay each run's own. Whoever is first waits.
 *
 * <p>A run that is killed and goes on from its checkpoint reaches the same weights again, and its companion waits for it.
 *
 * @see <a href="https://arxiv.org/abs/1805.09767">Stich, Local SGD converges fast and communicates little</a>
 */
final class Companion implements TrainingListener {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private final TrainableParameters parameters;
    private final Path own;
    private final Path other;
    private final long every;
    private final Duration longestWait;

    /**
     * @param own run folder
     * @param other run folder of the companion
     * @param every steps between two averages
     */
    Companion(TrainableParameters parameters, Path own, Path other, long every) {
        this(parameters, own, other, every, LONGEST_WAIT);
    }

    Companion(TrainableParameters parameters, Path own, Path other, long every, Duration longestWait) {
        this.parameters = parameters;
        this.own = own;
        this.other = other;
        this.every = every;
        this.longestWait = longestWait;
    }

    @Override
    public void onStep(TrainingProgress progress) {
        if (progress.step() % every == 0 || progress.step() == progress.steps()) {
            share(progress.step());
        }
    }

    private void share(long step) {
        try {
            Files.createDirectories(own);
            Path written = shared(own, step);
            Path part = written.resolveSibling(written.getFileName() + ".part");
            parameters.save(part, StoredType.F32);
            Files.move(part, written, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            await(step);
            Map<String, TensorEntry> theirs =
                    SafetensorsFile.open(shared(other, step)).entries();
            for (String name : parameters.names()) {
                parameters.set(name, mean(parameters.values(name), SafetensorsFile.floats(entry(theirs, name))));
            }
            // Whoever has come to this step has read what was shared before it.
            Files.deleteIfExists(shared(own, step - (step % every == 0 ? every : step % every)));
        } catch (IOException e) {
            throw new UncheckedIOException("Weights of step " + step + " cannot be shared in '" + own + "'", e);
        }
    }

    private TensorEntry entry(Map<String, TensorEntry> theirs, String name) {
        TensorEntry entry = theirs.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("The run in '" + other + "' has no tensor '" + name
                    + "'; it must be of the same stage and edition");
        }
        return entry;
    }

    private void await(long step) throws IOException {
        long end = System.nanoTime() + longestWait.toNanos();
        while (!Files.exists(shared(other, step))) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The run in '" + other + "' has not come to step " + step + " within "
                        + longestWait.toSeconds() + " s; start it with --beside=" + own
                        + ", the same --steps and --average-every and another seed");
            }
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for '" + other + "'", e);
            }
        }
    }

    private static Path shared(Path folder, long step) {
        return folder.resolve("shared-" + step + ".safetensors");
    }

    private static float[] mean(float[] one, float[] two) {
        float[] mean = new float[one.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (one[i] + two[i]) / 2;
        }
        return mean;
    }
}
