package io.github.glimpse.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Finds the weight files of a model directory, and says what to do with those that cannot be read. */
final class WeightFiles {

    static final String SINGLE_FILE = "model.safetensors";
    static final String INDEX_FILE = "model.safetensors.index.json";
    private static final int MOST_SHOWN = 5;

    private WeightFiles() {}

    /**
     * Finds the weights.
     *
     * @param missing receives what is not there
     * @return the files, all of which exist; meaningless if something was added to {@code missing}
     */
    static List<Path> find(Path directory, List<String> missing) {
        Path single = directory.resolve(SINGLE_FILE);
        if (ModelFiles.isFile(single)) {
            return List.of(single);
        }
        Path index = directory.resolve(INDEX_FILE);
        if (ModelFiles.isFile(index)) {
            return shards(index, missing);
        }
        missing.add(missing(names(directory)));
        return List.of();
    }

    /** Names of the files of a directory that end so, sorted. */
    static List<String> names(Path directory, String ending) {
        return names(directory).stream().filter(name -> name.endsWith(ending)).toList();
    }

    /** What to say where neither a single file nor an index is among these files. */
    static String missing(Collection<String> names) {
        return SINGLE_FILE + " or " + INDEX_FILE + " with its shards" + hint(names);
    }

    /**
     * The files that an index names, sorted.
     *
     * @throws ModelFilesException if it names none, or one that is more than a plain name
     */
    static SortedSet<String> shardNames(Path index) {
        JsonNode weightMap = TextFiles.json(index).path("weight_map");
        TreeSet<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> item : weightMap.properties()) {
            String name = item.getValue().textValue();
            if (name == null || !TextFiles.isPlainName(name) || !name.endsWith(".safetensors")) {
                throw new ModelFilesException("'" + index + "' names " + item.getValue()
                        + " as a shard; only plain names" + " of .safetensors files in the same directory are allowed");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw new ModelFilesException("'" + index + "' has no 'weight_map' from tensor to file; download it again");
        }
        return names;
    }

    private static List<Path> shards(Path index, List<String> missing) {
        SortedSet<String> names = shardNames(index);
        List<Path> shards = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        for (String name : names) {
            Path shard = index.resolveSibling(name);
            shards.add(shard);
            if (!ModelFiles.isFile(shard)) {
                absent.add(name);
            }
        }
        if (!absent.isEmpty()) {
            String more = absent.size() > MOST_SHOWN ? ", …" : "";
            missing.add(absent.size() + " of " + names.size() + " shards named in " + INDEX_FILE + " ("
                    + String.join(", ", absent.subList(0, Math.min(absent.size(), MOST_SHOWN))) + more
                    + "): download them");
        }
        return List.copyOf(shards);
    }

    private static String hint(Collection<String> names) {
        if (names.contains("new_modules_gp.pt")) {
            return " (this is a glimpse module: give the directory of the base model here, and this one as its module)";
        }
        if (names.stream().anyMatch(name -> name.endsWith(".safetensors"))) {
            return " (there are .safetensors files, but not under these names: download the index file too)";
        }
        if (names.stream().anyMatch(name -> name.endsWith(".bin") || name.endsWith(".pth") || name.endsWith(".pt"))) {
            return " (PyTorch pickles are not read, convert them once in Python: transformers.AutoModelForImageTextToText"
                    + ".from_pretrained(path).save_pretrained(path, safe_serialization=True))";
        }
        if (names.stream().anyMatch(name -> name.endsWith(".gguf"))) {
            return " (GGUF files are not read: download the original model)";
        }
        return "";
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFilesException("The directory '" + directory + "' cannot be listed: " + e.getMessage(), e);
        }
    }
}
