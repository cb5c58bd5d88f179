package io.github.glimpse.train;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one run: one safetensors file per checkpoint, the newest two kept. A process killed at any moment
 * leaves the newest complete file; one that is damaged nevertheless is passed over for the one before.
 */
final class CheckpointFolder {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFolder.class);
    private static final int KEPT = 2;
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{9,18})\\.safetensors");

    private final Path folder;

    CheckpointFolder(Path folder) {
        this.folder = folder;
    }

    Path write(long step, Map<String, CheckpointTensor> tensors, Map<String, String> notes) {
        Path file = folder.resolve(String.format(Locale.ROOT, "checkpoint-%09d.safetensors", step));
        SafetensorsWriter.write(file, tensors, notes);
        List<Path> all = newestFirst();
        all.stream().skip(KEPT).forEach(CheckpointFolder::delete);
        unfinished().forEach(CheckpointFolder::delete);
        return file;
    }

    /** The newest checkpoint that can be read. */
    Optional<SafetensorsFile> newest() {
        for (Path file : newestFirst()) {
            try {
                return Optional.of(SafetensorsFile.open(file));
            } catch (ModelFilesException e) {
                LOG.warn("Passing over a damaged checkpoint: {}", e.getMessage());
            }
        }
        return Optional.empty();
    }

    private List<Path> newestFirst() {
        List<Path> files = new ArrayList<>(list(name -> NAME.matcher(name).matches()));
        files.sort(Comparator.comparingLong(CheckpointFolder::stepOf).reversed());
        return files;
    }

    private List<Path> unfinished() {
        return list(name -> name.startsWith("checkpoint-") && name.endsWith(SafetensorsWriter.UNFINISHED));
    }

    private static long stepOf(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    private List<Path> list(java.util.function.Predicate<String> wanted) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> wanted.test(file.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoint folder '" + folder + "' cannot be listed", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("An old checkpoint is left: {}", e.getMessage());
        }
    }
}
