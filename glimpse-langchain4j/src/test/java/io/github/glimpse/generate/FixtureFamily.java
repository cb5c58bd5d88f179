package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.ModelFamilies;
import io.github.glimpse.model.clip.DualEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of reference values in the format of the fixtures' README: {@code model}, modules, {@code images}, {@code cases}.
 *
 * @param directory the folder
 */
public record FixtureFamily(Path directory) {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Path SUBSET = Path.of("src", "test", "resources", "fixtures");

    /**
     * The folders to run: those of the property alone, else the subset and those of the environment variable, but each case
     * once: a folder of the subset that lies in one of the others, file by file, is left out.
     */
    public static List<FixtureFamily> toRun() {
        String property = System.getProperty("glimpse.fixtures", "");
        if (!property.isBlank()) {
            return inside(property);
        }
        List<FixtureFamily> families = new ArrayList<>(children(SUBSET));
        String environment = System.getenv("GLIMPSE_FIXTURES");
        if (environment != null && !environment.isBlank()) {
            List<FixtureFamily> others = inside(environment);
            families.removeIf(family -> others.stream().anyMatch(family::liesIn));
            families.addAll(others);
        }
        return families;
    }

    /** Whether another folder of this name has every file of this one, with the same bytes; the lists of files may differ. */
    private boolean liesIn(FixtureFamily other) {
        if (!name().equals(other.name())) {
            return false;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path theirs = other.directory.resolve(directory.relativize(file));
                if (!file.endsWith("index.json")
                        && (!Files.isRegularFile(theirs) || Files.mismatch(file, theirs) >= 0)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<FixtureFamily> inside(String list) {
        List<FixtureFamily> families = new ArrayList<>();
        for (String entry : list.split(",", -1)) {
            Path path = Path.of(entry.strip());
            // Maven runs tests in the module's directory; a relative path is meant from where the command was typed.
            Path base = Path.of(System.getProperty("glimpse.basedir", "."));
            Path resolved = Files.isDirectory(path) ? path : base.resolve(path);
            if (!Files.isDirectory(resolved)) {
                throw new IllegalArgumentException("No directory " + path + ", neither here nor in " + base);
            }
            families.addAll(isFamily(resolved) ? List.of(new FixtureFamily(resolved)) : children(resolved));
        }
        return families;
    }

    private static List<FixtureFamily> children(Path parent) {
        List<FixtureFamily> found = list(parent).stream()
                .filter(FixtureFamily::isFamily)
                .map(FixtureFamily::new)
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("No folder with 'model' and 'cases' in " + parent.toAbsolutePath());
        }
        return found;
    }

    private static boolean isFamily(Path path) {
        return Files.isDirectory(path.resolve("cases")) && Files.isRegularFile(path.resolve("model/config.json"));
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether this release has the family, with a language decoder. */
    boolean isSupported() {
        return !isImageText()
                && ModelFamilies.discover(List.of())
                        .accepts(ModelConfig.ofFile(directory.resolve("model/config.json")));
    }

    /** Whether cases and values are those of a model with cross-attention, which have a form of their own. */
    boolean isImageText() {
        return modelType().equals("blip");
    }

    /** Whether its reference ends an answer at a stop id; those with schedules of their own go on behind it. */
    boolean endsAnswers() {
        return !Files.isDirectory(directory.resolve("schedules"));
    }

    /** The type that the model's configuration names. */
    String modelType() {
        return ModelConfig.ofFile(directory.resolve("model/config.json")).string("model_type", "");
    }

    /** Whether it is a model that makes vectors, which has a test of its own. */
    public boolean makesVectors() {
        return DualEncoder.accepts(ModelConfig.ofFile(directory.resolve("model/config.json")));
    }

    public String name() {
        return String.valueOf(directory.getFileName());
    }

    public Path model() {
        return directory.resolve("model");
    }

    List<FixtureCase> cases() {
        return list(directory.resolve("cases")).stream()
                .map(path -> new FixtureCase(
                        this,
                        String.valueOf(path.getFileName()),
                        json(path.resolve("request.json")),
                        json(path.resolve("expected.json"))))
                .toList();
    }

    public static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
