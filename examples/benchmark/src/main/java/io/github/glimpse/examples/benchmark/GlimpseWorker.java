package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Glimpse's turn, in a process of its own: loads the folder, asks about each picture, and prints one JSON line per measured
 * value. It uses what an application uses, {@link LoadedModel} and the timings of its answers.
 */
final class GlimpseWorker {

    private static final String RIVAL = "glimpse";
    private static final int FRAME_TOKENS_ACROSS = 10;
    private static final PruningOptions UNPRUNED =
            PruningOptions.builder().enabled(false).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Turn turn;

    private final DecoderWork work;

    private GlimpseWorker(Turn turn) throws IOException {
        this.turn = turn;
        this.work = DecoderWork.of(Path.of(turn.model()));
    }

    public static void main(String[] arguments) throws IOException {
        new GlimpseWorker(Turn.parse(arguments[0])).run();
    }

    private void run() throws IOException {
        print("read files", 0, 0, Reading.fileSeconds(Path.of(turn.model())), "s");
        long start = System.nanoTime();
        try (LoadedModel model =
                LoadedModel.load(options(Path.of(turn.model()), turn.dtype(), turn.threads(), turn.outputTokens()))) {
            print("load", 0, 0, seconds(Duration.ofNanos(System.nanoTime() - start)), "s");
            print("resident", 0, 0, Resident.bytes(), "bytes");
            for (String picture : turn.pictures()) {
                byte[] bytes = Files.readAllBytes(Path.of(picture));
                askAgain(model, bytes);
                ask(model, bytes, UNPRUNED);
                for (double retention : turn.retentions()) {
                    ask(model, bytes, keeping(retention));
                }
                for (String schedule : turn.schedules()) {
                    // What is told of them is the decoder's share, so the tower's rows may be remembered.
                    ask(
                            model,
                            schedule + ": ",
                            number -> about(bytes, ScheduleRow.parse(schedule).pruning()));
                }
                for (double share : turn.foveations()) {
                    foveate(model, bytes, share);
                }
            }
            if (turn.videoFrames() > 0) {
                askAboutVideo(model);
            }
            print("resident after requests", 0, 0, Resident.bytes(), "bytes");
        }
    }

    /** What a folder is loaded with; if it has a glimpse module, then in {@code glimpse} below it. */
    static EngineOptions options(Path model, String dtypeName, int threads, int outputTokens) {
        Dtype dtype = Arrays.stream(Dtype.values())
                .filter(type -> type.label().equals(dtypeName))
                .findFirst()
                .orElseThrow();
        Path module = model.resolve("glimpse");
        return EngineOptions.builder(model)
                .module(Files.isDirectory(module) ? module : null)
                .runtime(new RuntimeOptions(
                        "cpu", threads, RuntimeOptions.defaults().nativeDownload()))
                .load(LoadOptions.builder().dtype(dtype).build())
                .generation(GenerationOptions.builder()
                        .maxOutputTokens(outputTokens)
                        .build())
                .timeout(Duration.ofHours(1))
                // room for one picture, and each measured request has one of its own
                .visionCache(new VisionCacheOptions(64L << 20, Duration.ofHours(1)))
                .build();
    }

    /** Exactly this share: with random weights a threshold would say nothing. */
    private static PruningOptions keeping(double retention) {
        return PruningOptions.builder()
                .threshold(0.0)
                .maxRetentionRatio(retention)
                .build();
    }

    private void ask(LoadedModel model, byte[] picture, PruningOptions pruning) throws IOException {
        ask(model, "", number -> about(fresh(picture, number), pruning));
    }

    private void ask(LoadedModel model, String name, IntFunction<GenerationRequest> requests) throws IOException {
        // The first request pays for kernels that are prepared per shape; each rival has one too.
        model.generate(requests.apply(0));
        for (int i = 1; i <= turn.repeat(); i++) {
            print(name, answer(model, requests.apply(i)));
        }
    }

    /** A film of as many seconds as it has pairs of frames. */
    private void askAboutVideo(LoadedModel model) throws IOException {
        int side = FRAME_TOKENS_ACROSS * PictureSize.of(Path.of(turn.model())).tokenSide();
        Path file = Files.createTempFile("frame", ".png");
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < turn.videoFrames(); i++) {
            frames.add(Files.readAllBytes(Pictures.draw(side, side, i, file)));
        }
        Files.delete(file);
        List<Integer> indices = IntStream.range(0, frames.size()).boxed().toList();
        VideoTimes times = new VideoTimes(indices, 2, frames.size());
        ChatTurn.Video video = new ChatTurn.Video(frames, times);
        Answer first = answer(model, about(video, UNPRUNED));
        int tokens = first.result().report().imageTokens();
        print("video: vision", tokens, tokens, first.times().vision(), "s");
        // The decoder's share: the tower's rows are remembered.
        ask(model, "video: ", number -> about(video, UNPRUNED));
        for (String text : turn.schedules()) {
            PruningOptions pruning = ScheduleRow.parse(text).pruning();
            ask(model, "video, " + text + ": ", number -> about(video, pruning));
        }
    }

    private static GenerationRequest about(ChatTurn.Video video, PruningOptions pruning) {
        ChatTurn asked = new ChatTurn(ChatTurn.Role.USER, List.of(video, new ChatTurn.Text(Turn.QUESTION)));
        return new GenerationRequest(List.of(asked), pruning, GenerationOptions.defaults());
    }

    /** Seconds of an answer's stages, by the wanted clock. */
    private record Times(double images, double vision, double before, double choosing, double after, double decoding) {

        static Times of(StageTimings wall) {
            return new Times(
                    GlimpseWorker.seconds(wall.images()),
                    GlimpseWorker.seconds(wall.vision()),
                    GlimpseWorker.seconds(wall.prefillBeforeCut()),
                    GlimpseWorker.seconds(wall.pruning()),
                    GlimpseWorker.seconds(wall.prefillAfterCut()),
                    GlimpseWorker.seconds(wall.decoding()));
        }

        static Times of(ThreadClock thread) {
            return new Times(
                    thread.seconds(Stage.IMAGES),
                    thread.seconds(Stage.VISION),
                    thread.seconds(Stage.PREFILL_BEFORE_CUT),
                    thread.seconds(Stage.PRUNING),
                    thread.seconds(Stage.PREFILL_AFTER_CUT),
                    thread.seconds(Stage.DECODING));
        }

        double prefill() {
            return before + choosing + after;
        }

        double toFirstToken() {
            return images + vision + prefill();
        }
    }

    private record Answer(GenerationResult result, Times times) {}

    private Answer answer(LoadedModel model, GenerationRequest request) {
        ThreadClock thread = new ThreadClock();
        GenerationResult result = model.generate(request, thread, new CancellationSignal());
        // The last stage ends here.
        thread.onStage(Stage.WAITING);
        return new Answer(result, turn.clock().equals("thread") ? Times.of(thread) : Times.of(result.timings()));
    }

    /** The two-scale glimpse, kept is of the whole picture's tokens; its rows are the small picture's besides. */
    private void foveate(LoadedModel model, byte[] picture, double share) throws IOException {
        PruningOptions pruning = PruningOptions.builder()
                .strategy("foveate")
                .retentionRatio(share)
                .build();
        model.generate(about(picture, pruning));
        for (int i = 1; i <= turn.repeat(); i++) {
            Answer answer = answer(model, about(fresh(picture, i), pruning));
            GenerationResult result = answer.result();
            int tokens = result.report().imageTokens();
            int kept = result.report().keptTokens();
            Times times = answer.times();
            print("two scales: image", tokens, kept, times.images(), "s");
            print("two scales: vision", tokens, kept, times.vision(), "s");
            print("two scales: first look", tokens, kept, times.before(), "s");
            print("two scales: predictor", tokens, kept, times.choosing(), "s");
            print("two scales: prefill behind the look", tokens, kept, times.after(), "s");
            print("two scales: ttft", tokens, kept, times.toFirstToken(), "s");
            print("two scales: rows", tokens, kept, result.prefilledTokens(), "");
        }
    }

    /** A second question about a picture that was seen: the tower's work is remembered. */
    private void askAgain(LoadedModel model, byte[] picture) throws IOException {
        GenerationRequest request =
                about(picture, PruningOptions.builder().enabled(false).build());
        model.generate(request);
        for (int i = 0; i < turn.repeat(); i++) {
            Answer answer = answer(model, request);
            int tokens = answer.result().report().imageTokens();
            print("ttft, picture seen before", tokens, tokens, answer.times().toFirstToken(), "s");
            besidePlainReads(model, request, tokens);
        }
    }

    private static GenerationRequest about(byte[] picture, PruningOptions pruning) {
        return new GenerationRequest(
                List.of(ChatTurn.user(Turn.QUESTION, picture)), pruning, GenerationOptions.defaults());
    }

    private void besidePlainReads(LoadedModel model, GenerationRequest request, int tokens) throws IOException {
        List<Double> beside = new ArrayList<>();
        Reading.afterEachToken(model, request, (seconds, rate) -> beside.add(seconds * rate / Reading.GIB));
        if (!beside.isEmpty()) {
            print(
                    "a token by plain reads of 1 GiB",
                    tokens,
                    tokens,
                    Sorted.of(beside).middle(),
                    "");
        }
    }

    /** The same picture in another file: PNG readers ignore what follows the end, the cache of features does not. */
    static byte[] fresh(byte[] picture, int number) {
        byte[] other = Arrays.copyOf(picture, picture.length + 1);
        other[picture.length] = (byte) number;
        return other;
    }

    private void print(String name, Answer answer) throws IOException {
        GenerationResult result = answer.result();
        Times times = answer.times();
        int tokens = result.report().imageTokens();
        int kept = result.report().keptTokens();
        if (!result.timings().vision().isZero()) {
            print(name + "image", tokens, kept, times.images(), "s");
            print(name + "vision", tokens, kept, times.vision(), "s");
        }
        print(name + "prefill", tokens, kept, times.prefill(), "s");
        print(name + "ttft", tokens, kept, times.toFirstToken(), "s");
        print(name + "rows of the prompt", tokens, kept, result.inputTokens(), "");
        if (kept < tokens) {
            print(name + "predictor and cut", tokens, kept, times.choosing(), "s");
            print(name + "before the cut", tokens, kept, times.before(), "s");
            print(name + "after the cut", tokens, kept, times.after(), "s");
            int cutAfter = Objects.requireNonNull(result.report().at()).layers();
            double share = work.shareLeft(result.inputTokens(), tokens - kept, cutAfter);
            print(name + "share of the prefill's operations", tokens, kept, share, "");
        }
        int decoded = result.tokenIds().length - 1;
        if (decoded > 0) {
            double perToken = times.decoding() / decoded;
            print(name + "decode", tokens, kept, perToken, "s");
            // Right after, since the speed of memory changes with what else the machine does.
            print(name + "decode by reading only", tokens, kept, work.bytesPerToken() / Reading.memoryRate(), "s");
        }
    }

    private void print(String item, int tokens, int kept, double value, String unit) throws IOException {
        System.out.println(
                JSON.writeValueAsString(new Measurement(RIVAL, item, turn.dtype(), tokens, kept, value, unit, null)));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
