package io.github.glimpse.examples.benchmark;

import io.github.glimpse.engine.StoredType;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.testing.RandomModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model of a released one's sizes whose weights are random.
 *
 * @param shape {@code 3b}, {@code 7b} or {@code tiny}
 * @param layers of its decoder, null for the shape's own
 * @param directory where its folder is made
 */
record RandomModel(String shape, @Nullable Integer layers, Path directory) {

    private static final List<String> SHAPES = List.of("3b", "7b", "tiny");

    /** Refuses a shape that is not there. */
    static void require(String shape) {
        if (!SHAPES.contains(shape)) {
            throw new IllegalArgumentException("There is no shape '" + shape + "'; give one or more of " + SHAPES);
        }
    }

    /** Whether it has all of a released model's layers and widths. */
    boolean isReleased() {
        return layers == null && !shape.equals("tiny");
    }

    RandomModel withLayers(int count) {
        return new RandomModel(shape, count, directory);
    }

    /** Writes the folder, in bfloat16. The caller deletes it. */
    Path write() {
        Path folder = directory.resolve("qwen2.5-vl-" + shape + (layers == null ? "" : "-" + layers + "-layers"));
        // The embedded model has tokenizer and template of the family.
        try (ModelSource embedded = ModelSource.embedded()) {
            RandomModelFolder random = RandomModelFolder.ofShape("qwen2.5-vl-" + shape)
                    .type(StoredType.BF16)
                    .tokenizerFrom(embedded.directory());
            return (layers == null ? random : random.layers(layers)).write(folder);
        }
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look into " + folder, e);
        }
    }
}
