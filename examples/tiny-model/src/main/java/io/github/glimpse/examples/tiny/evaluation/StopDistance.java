package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.diversity.StopDistanceMeter;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Measures the stop distance of the profile {@code auto} for any model: {@code StopDistance <model folder> [<folder of
 * pictures>]}. Without pictures it draws 100 of the validation split. Prints one line:
 * {@code pictures=<n> stop-distance=<d> kept=<mean %>}.
 */
public final class StopDistance {

    private static final int PICTURES = 100;
    private static final double WANTED = 0.33;
    private static final double ROUNDING = 10_000;

    private StopDistance() {}

    /** Measures and prints. */
    public static void main(String[] arguments) {
        if (arguments.length < 1 || arguments.length > 2) {
            throw new IllegalArgumentException(
                    "Give the folder of a model and, if you have some, a folder of pictures");
        }
        Stream<byte[]> pictures = arguments.length == 2 ? files(Path.of(arguments[1])) : drawings();
        measure(Path.of(arguments[0]), pictures, System.out);
    }

    /** Measures with these pictures and prints the line. */
    static void measure(Path model, Stream<byte[]> pictures, PrintStream out) {
        StopDistanceMeter meter = new StopDistanceMeter();
        EngineOptions options = EngineOptions.builder(model)
                .strategies(List.of(meter))
                .pruning(PruningOptions.builder().strategy(meter.name()).build())
                .generation(GenerationOptions.builder().maxOutputTokens(1).build())
                .build();
        try (LoadedModel loaded = LoadedModel.load(options)) {
            pictures.forEach(picture -> loaded.generate(GenerationRequest.of(ChatTurn.user("?", picture))));
        }
        double distance = Math.rint(meter.stopDistance(WANTED) * ROUNDING) / ROUNDING;
        out.println(String.format(
                Locale.ROOT,
                "pictures=%d stop-distance=%.4f kept=%.1f %%",
                meter.pictures(),
                distance,
                100 * meter.meanRatio(distance)));
    }

    /** Pictures of the split on which settings are chosen. */
    static Stream<byte[]> drawings() {
        return LongStream.range(0, PICTURES)
                .mapToObj(number -> DrawingRequest.nth(Split.VALIDATION, FacePool.SEEN, number))
                .map(request -> PictureBytes.png(Studio.draw(request)));
    }

    private static Stream<byte[]> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream().map(StopDistance::bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
