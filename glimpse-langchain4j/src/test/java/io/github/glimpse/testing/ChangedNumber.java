package io.github.glimpse.testing;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Change of one number in a JSON file of a model folder: zero, negative, denormal, too large, not finite, or of another type.
 *
 * @param file path of the file in the folder
 * @param pointer place of the number in the file
 * @param value the JSON text in its place
 */
public record ChangedNumber(Path file, JsonPointer pointer, String value) {

    /** Texts that take the place of each number; 1e999 is infinite as a double, 1e39 as a float32, 1e-46 is zero there. */
    private static final List<String> VALUES = List.of(
            "0",
            "-1",
            "-0.0",
            "1",
            "1e-300",
            "1e-46",
            "1e39",
            "1e300",
            "1e999",
            "-1e999",
            "\"NaN\"",
            "2147483647",
            "9007199254740993",
            "123456789012345678901234567890",
            "0.5",
            "true",
            "\"x\"",
            "[]",
            "{}",
            "[1]",
            "null");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PLACEHOLDER = "\u0001placeholder\u0001";

    /** All changes of all numbers of some files that exist in a folder; of a list, its first and last number. */
    public static List<ChangedNumber> all(Path folder, List<String> files) {
        List<ChangedNumber> all = new ArrayList<>();
        for (String file : files) {
            Path path = folder.resolve(file);
            if (Files.isRegularFile(path)) {
                for (JsonPointer pointer : numbers(read(path), JsonPointer.empty())) {
                    VALUES.forEach(value -> all.add(new ChangedNumber(Path.of(file), pointer, value)));
                }
            }
        }
        return all;
    }

    private static List<JsonPointer> numbers(JsonNode node, JsonPointer place) {
        List<JsonPointer> found = new ArrayList<>();
        if (node.isNumber()) {
            found.add(place);
        }
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                found.addAll(numbers(entry.getValue(), place.appendProperty(entry.getKey())));
            }
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (i == 0 || i == array.size() - 1 || !array.get(i).isNumber()) {
                    found.addAll(numbers(array.get(i), place.appendIndex(i)));
                }
            }
        }
        return found;
    }

    /** Name of the key whose number is changed, or that of the list which has it. */
    public String key() {
        return named(pointer).last().getMatchingProperty();
    }

    /** Name of the object that has the key; the key itself at the top. */
    public String parentKey() {
        JsonPointer parent = named(pointer).head();
        return parent.matches() ? key() : named(parent).last().getMatchingProperty();
    }

    private static JsonPointer named(JsonPointer place) {
        JsonPointer named = place;
        while (named.last().getMatchingIndex() >= 0) {
            named = named.head();
        }
        return named;
    }

    /** Writes the file with the change into a folder. */
    public void write(Path from, Path to) {
        JsonNode root = read(from.resolve(file));
        ContainerNode<?> parent = (ContainerNode<?>) root.at(pointer.head());
        if (parent instanceof ObjectNode object) {
            object.put(pointer.last().getMatchingProperty(), PLACEHOLDER);
        } else {
            ((ArrayNode) parent).set(pointer.last().getMatchingIndex(), PLACEHOLDER);
        }
        try {
            String marked = JSON.writeValueAsString(PLACEHOLDER);
            Files.writeString(to.resolve(file), JSON.writeValueAsString(root).replace(marked, value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return file + " " + pointer + " = " + value;
    }
}
