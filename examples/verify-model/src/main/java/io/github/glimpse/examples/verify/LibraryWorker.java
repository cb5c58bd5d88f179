package io.github.glimpse.examples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.TracedAnswer;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers what {@code verify.py} asks, through the library alone: one JSON line of {@code image}, {@code question} and {@code
 * tokens} comes in, one with the answers goes out. The first line that goes out tells how the model was read.
 */
final class LibraryWorker {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;

    private LibraryWorker(PrintStream out) {
        this.out = out;
    }

    /** Arguments: model directory, module directory, type, device. */
    public static void main(String[] arguments) throws IOException {
        // Logs go to the error stream, so that lines of this one are answers.
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        new LibraryWorker(out).run(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], arguments[3], in);
    }

    void run(Path model, Path module, String dtype, String device, BufferedReader in) throws IOException {
        Map<String, Object> read = new LinkedHashMap<>();
        read.put("model", Tensors.ofModel(model));
        read.put("module_file", Tensors.moduleFile(module).toString());
        read.put("module", Tensors.ofModule(module));
        long start = System.nanoTime();
        try (LoadedModel loaded = LoadedModel.load(options(model, module, dtype, device))) {
            read.put("load_seconds", seconds(Duration.ofNanos(System.nanoTime() - start)));
            read.put("device", loaded.deviceName());
            read.put("dtype", loaded.dtypeName());
            read.put("resident_bytes", residentBytes());
            print(read);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                answer(loaded, JSON.readTree(line));
            }
        }
    }

    private static EngineOptions options(Path model, Path module, String dtype, String device) {
        Dtype type = Arrays.stream(Dtype.values())
                .filter(known -> known.label().equals(dtype))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The type '" + dtype + "' is not known"));
        return EngineOptions.builder(model)
                .module(module)
                .runtime(new RuntimeOptions(
                        device,
                        RuntimeOptions.DEFAULT_THREADS,
                        RuntimeOptions.defaults().nativeDownload()))
                .load(LoadOptions.builder().dtype(type).build())
                .timeout(Duration.ofHours(4))
                .build();
    }

    private void answer(LoadedModel model, JsonNode request) throws IOException {
        byte[] picture = Files.readAllBytes(Path.of(request.get("image").asText()));
        Map<String, Object> told = new LinkedHashMap<>();
        for (boolean pruned : new boolean[] {false, true}) {
            TracedAnswer answer = model.trace(new GenerationRequest(
                    List.of(ChatTurn.user(request.get("question").asText(), picture)),
                    PruningOptions.builder().enabled(pruned ? null : false).build(),
                    GenerationOptions.builder()
                            .maxOutputTokens(request.get("tokens").asInt())
                            .repetitionPenalty(1.0)
                            .build()));
            Map<String, Object> half = new LinkedHashMap<>();
            half.put("prompt_ids", answer.promptIds());
            half.put("ids", answer.result().tokenIds());
            half.put("text", answer.result().text());
            half.put("first_logits", answer.firstLogits());
            half.put("kept", answer.kept().get(0));
            half.put("image_tokens", answer.result().report().imageTokens());
            half.put("first_token_seconds", seconds(answer.result().timings().toFirstToken()));
            half.put("decoding_seconds", seconds(answer.result().timings().decoding()));
            told.put(pruned ? "pruned" : "unpruned", half);
        }
        told.put("resident_bytes", residentBytes());
        print(told);
    }

    private void print(Object value) throws IOException {
        out.println(JSON.writeValueAsString(value));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** Resident memory of this process, 0 where the system does not tell. */
    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.notExists(status)
                ? 0
                : Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                        .findFirst()
                        .orElse(0);
    }
}
