package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One start in a process of its own: loads, asks at once, waits until all is packed and asks the same again. Prints one JSON line per value.
 * Resident memory is read each 100 ms from the beginning to the end of packing.
 */
final class StartWorker {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SAMPLE_MILLIS = 100;

    private final String rival;
    private final long startMillis;
    private double highest;
    private double highestFile;
    private double highestAnonymous;
    private volatile boolean sampling = true;

    private StartWorker(String rival, long startMillis) {
        this.rival = rival;
        this.startMillis = startMillis;
    }

    /** Arguments: later or first, when the process was started (milliseconds), folder, threads, tokens of the answer, a picture or nothing. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean later = arguments[0].equals("later");
        new StartWorker(Starting.form(later), Long.parseLong(arguments[1]))
                .run(
                        later,
                        Path.of(arguments[2]),
                        Integer.parseInt(arguments[3]),
                        Integer.parseInt(arguments[4]),
                        arguments.length > 5 ? Files.readAllBytes(Path.of(arguments[5])) : null);
    }

    private void run(boolean later, Path folder, int threads, int outputTokens, byte @Nullable [] picture)
            throws IOException, InterruptedException {
        Thread sampler = new Thread(this::sample);
        sampler.start();
        EngineOptions options = GlimpseWorker.options(folder, "bfloat16", threads, outputTokens);
        try (LoadedModel model = LoadedModel.load(options.toBuilder()
                .module(null)
                .load(options.load().toBuilder().packsLater(later).build())
                .build())) {
            print("to the loaded model", sinceStart(), "s");
            First first = new First();
            GenerationResult answer = model.generate(question(picture, 0), first, new CancellationSignal());
            print("to the first token", first.at, "s");
            print("of it the thread that answers had a core", first.worked, "s");
            print("to the end of the first answer", sinceStart(), "s");
            while (!model.packing().isDone()) {
                Thread.sleep(SAMPLE_MILLIS / 10);
            }
            print("to all packed", sinceStart(), "s");
            double asked = sinceStart();
            double before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
            First second = new First();
            GenerationResult again = model.generate(question(picture, 1), second, new CancellationSignal());
            print("first token of the same question, packed", second.at - asked, "s");
            print("of it the same thread had a core", second.worked - before, "s");
            print("tokens alike", alike(answer.tokenIds(), again.tokenIds()), "");
            sampling = false;
            sampler.join();
            print("resident, highest", highest, "bytes");
            print("resident, highest of files", highestFile, "bytes");
            print("resident, highest of no file", highestAnonymous, "bytes");
            print("resident at the end", Resident.bytes(), "bytes");
        }
    }

    /** Share of the longer answer up to the first difference. */
    private static double alike(int[] one, int[] other) {
        int same = Arrays.mismatch(one, other);
        return same < 0 ? 1 : (double) same / Math.max(one.length, other.length);
    }

    /** Hears when the first token is there. */
    private final class First implements GenerationListener {

        private double at = Double.NaN;
        private double worked = Double.NaN;

        @Override
        public void onText(String piece) {
            // when it comes is told by the stage
        }

        @Override
        public void onStage(Stage stage) {
            if (stage == Stage.DECODING) {
                at = sinceStart();
                worked = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
            }
        }
    }

    private static GenerationRequest question(byte @Nullable [] picture, int number) {
        ChatTurn turn = picture == null
                ? ChatTurn.user("Tell me in a few words how the total of a bill is found.")
                : ChatTurn.user(Turn.QUESTION, GlimpseWorker.fresh(picture, number));
        return new GenerationRequest(
                List.of(turn), PruningOptions.builder().enabled(false).build(), GenerationOptions.defaults());
    }

    private void sample() {
        try {
            while (sampling) {
                highest = Math.max(highest, Resident.bytes());
                highestFile = Math.max(highestFile, Resident.fileBytes());
                highestAnonymous = Math.max(highestAnonymous, Resident.anonymousBytes());
                TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/status cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private double sinceStart() {
        return (System.currentTimeMillis() - startMillis) / 1e3;
    }

    private void print(String item, double value, String unit) throws IOException {
        System.out.println(JSON.writeValueAsString(new Measurement(rival, item, "bfloat16", 0, 0, value, unit, null)));
    }
}
