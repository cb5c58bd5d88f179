package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Worker process of {@link BusyCore}: loads a model, warms it up, and answers one request for each line of its standard
 * input, which is the prefix of the items that it prints as JSON lines. An empty line follows each request.
 */
final class BusyCoreWorker {

    private static final int WARM_UP = 6;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoadedModel model;
    private final String dtype;
    private final byte[] image;
    private int asked;

    private BusyCoreWorker(LoadedModel model, String dtype, byte[] image) {
        this.model = model;
        this.dtype = dtype;
        this.image = image;
    }

    /** Arguments: folder, dtype, threads, tokens of an answer, image. */
    public static void main(String[] arguments) throws IOException {
        EngineOptions options = GlimpseWorker.options(
                Path.of(arguments[0]), arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        try (LoadedModel model = LoadedModel.load(options);
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            BusyCoreWorker worker = new BusyCoreWorker(model, arguments[1], Files.readAllBytes(Path.of(arguments[4])));
            for (int i = 0; i < WARM_UP; i++) {
                worker.answer();
            }
            System.out.println();
            for (String prefix = input.readLine(); prefix != null; prefix = input.readLine()) {
                worker.print(prefix, worker.answer());
                System.out.println();
            }
        }
    }

    private GenerationResult answer() {
        return model.generate(new GenerationRequest(
                List.of(ChatTurn.user(Turn.QUESTION, GlimpseWorker.fresh(image, asked++))),
                PruningOptions.builder().enabled(false).build(),
                GenerationOptions.defaults()));
    }

    private void print(String prefix, GenerationResult result) throws IOException {
        StageTimings times = result.timings();
        int tokens = result.report().imageTokens();
        Duration prefill = times.prefillBeforeCut().plus(times.pruning()).plus(times.prefillAfterCut());
        Duration first = times.images().plus(times.vision()).plus(prefill);
        print(prefix + "first token", seconds(first), tokens);
        print(prefix + "vision tower", seconds(times.vision()), tokens);
        print(prefix + "prefill", seconds(prefill), tokens);
        int decoded = result.tokenIds().length - 1;
        if (decoded > 0) {
            print(prefix + "decode step", seconds(times.decoding()) / decoded, tokens);
        }
    }

    private void print(String item, double value, int tokens) throws IOException {
        System.out.println(
                JSON.writeValueAsString(new Measurement("glimpse", item, dtype, tokens, tokens, value, "s", null)));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
