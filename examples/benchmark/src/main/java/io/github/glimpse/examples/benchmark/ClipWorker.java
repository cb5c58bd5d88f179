package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.ImageTimings;
import io.github.glimpse.embedding.ImageVectors;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Glimpse's turn with CLIP: vectors of a batch of pictures, unpruned and with cuts inside the tower in turns, and of texts. It
 * uses what an application uses, {@link EmbeddingEngine}.
 */
final class ClipWorker {

    private static final int TEXTS = 32;

    private final Turn turn;
    private final EncoderPrinter printer;
    private final VitWork work;

    /** A pruning, and the number of blocks after which it cuts; 0 for none. */
    private record Setting(PruningOptions pruning, int after) {}

    private ClipWorker(Turn turn) throws IOException {
        this.turn = turn;
        this.printer = new EncoderPrinter(turn);
        this.work = VitWork.of(new ObjectMapper()
                .readTree(Path.of(turn.model(), "config.json").toFile())
                .path("vision_config"));
    }

    public static void main(String[] arguments) throws IOException {
        new ClipWorker(Turn.parse(arguments[0])).run();
    }

    private void run() throws IOException {
        List<byte[]> pictures = new ArrayList<>();
        for (String picture : turn.pictures()) {
            pictures.add(Files.readAllBytes(Path.of(picture)));
        }
        List<String> texts = IntStream.range(0, TEXTS)
                .mapToObj(i -> "a photo of number " + i)
                .toList();
        EmbeddingOptions options = EmbeddingOptions.builder(Path.of(turn.model()))
                .runtime(EncoderRuntime.of(turn))
                .load(EncoderRuntime.load(turn))
                .batchSize(pictures.size())
                .timeout(Duration.ofHours(1))
                .build();
        try (EmbeddingEngine engine = EmbeddingEngine.load(options)) {
            List<Setting> settings = settings();
            for (Setting setting : settings) {
                engine.embedImages(pictures, setting.pruning());
            }
            engine.embedTexts(texts);
            for (int i = 0; i < turn.repeat(); i++) {
                for (Setting setting : settings) {
                    embed(engine, pictures, setting);
                }
                long start = System.nanoTime();
                engine.embedTexts(texts);
                printer.seconds(TEXTS + " short texts", 0, 0, Duration.ofNanos(System.nanoTime() - start));
            }
            float first = engine.embedImages(pictures).vectors().get(0)[0];
            printer.print("first number of the first vector", 0, 0, first, "");
            printer.print("resident", 0, 0, Resident.bytes(), "bytes");
        }
    }

    /** None, then a cut at a quarter and at half of the depth for each share. */
    private List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting(PruningOptions.builder().enabled(false).build(), 0));
        for (double retention : turn.retentions()) {
            for (int after : new int[] {work.blocks() / 4, work.blocks() / 2}) {
                settings.add(new Setting(
                        PruningOptions.builder()
                                .schedule(List.of(PruningStep.builder("cls-attention")
                                        .at("layer " + after)
                                        .retentionRatio(retention)
                                        .build()))
                                .build(),
                        after));
            }
        }
        return settings;
    }

    private void embed(EmbeddingEngine engine, List<byte[]> pictures, Setting setting) throws IOException {
        long start = System.nanoTime();
        ImageVectors vectors = engine.embedImages(pictures, setting.pruning());
        Duration whole = Duration.ofNanos(System.nanoTime() - start);
        ImageTimings timings = vectors.timings();
        int patches = work.patches();
        int kept = vectors.report().images().get(0).kept().length;
        String count = pictures.size() + " pictures, ";
        String cut = setting.after() == 0 ? "" : EncoderPrinter.CUT + "after block " + setting.after();
        printer.seconds(count + "tower" + cut, patches, kept, timings.vision());
        printer.seconds(count + "whole request" + cut, patches, kept, whole);
        if (setting.after() == 0) {
            printer.seconds(count + "read and resized", patches, kept, timings.images());
        } else {
            double share = work.cut(setting.after(), kept) / work.whole();
            printer.print(count + "tower" + cut, patches, kept, share, EncoderPrinter.OPERATIONS);
        }
    }
}
