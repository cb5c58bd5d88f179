package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NonFiniteNumbersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Loads a folder of fixtures with each of many {@link ChangedNumber}s: it answers, or an error of ours names file and key.
 * All of them with {@code -Dglimpse.hostile=10000}, else a part by the fixed seed.
 */
public final class ChangedNumbers {

    private static final List<String> MODEL_FILES = List.of(
            "config.json",
            "generation_config.json",
            "preprocessor_config.json",
            "video_preprocessor_config.json",
            "processor_config.json",
            "tokenizer_config.json");
    private static final int PART = 6;

    /** Two files contradict each other, and the error names the key of the one that was not changed. */
    private static final Pattern CONTRADICTION =
            Pattern.compile("files belong together|use the module of this model|files of the same model");

    private ChangedNumbers() {}

    /**
     * Runs the changes of one folder.
     *
     * @param family folder of the fixtures with {@code model}
     * @param parts its folders that are loaded, {@code model} first, then perhaps a module
     * @param work folder for the changed copy
     * @param loading loads the copy and asks it
     */
    public static void run(Path family, List<String> parts, Path work, Consumer<Path> loading) {
        Path copy = HostileInputs.copy(family, parts, work.resolve(String.valueOf(family.getFileName())));
        List<ChangedNumber> changes = new ArrayList<>(ChangedNumber.all(
                family,
                parts.stream()
                        .flatMap(part -> MODEL_FILES.stream().map(file -> part + "/" + file))
                        .toList()));
        assertThat(changes).hasSizeGreaterThan(100);
        Collections.shuffle(changes, new Random(HostileInputs.SEED));
        int count = Math.min(changes.size(), HostileInputs.COUNT / PART);
        for (int i = 0; i < count; i++) {
            ChangedNumber change = changes.get(i);
            change.write(family, copy);
            HostileInputs.run(String.valueOf(family.getFileName()), i, () -> run(change, () -> loading.accept(copy)));
            restore(family.resolve(change.file()), copy.resolve(change.file()));
        }
    }

    private static void run(ChangedNumber change, Runnable loading) {
        try {
            loading.run();
        } catch (ModelFilesException e) {
            if (!CONTRADICTION.matcher(String.valueOf(e.getMessage())).find()) {
                assertThat(e.getMessage())
                        .as("%s", change)
                        .containsAnyOf(change.key(), change.parentKey())
                        .containsAnyOf(String.valueOf(change.file().getFileName()), "glimpse module");
            }
            throw e;
        } catch (NonFiniteNumbersException e) {
            throw new AssertionError("a number that no model computes with was read: " + change, e);
        } catch (GlimpseException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new AssertionError("an error that is not ours: " + change, e);
        }
    }

    private static void restore(Path from, Path to) {
        try {
            Files.write(to, Files.readAllBytes(from));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
