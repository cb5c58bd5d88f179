package io.github.glimpse.train;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.PictureFolder;
import io.github.glimpse.image.PixelArea;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Training data as JSON lines in the form of Visual-CoT: {@code question}, {@code answer}, {@code image} (a path below the picture
 * folder), {@code width}, {@code height}, {@code bboxs} ({@code [[x1, y1, x2, y2], …]} in pixels), {@code dataset}, {@code split}.
 * In place of boxes {@code mask} may name a picture in which everything but black must be seen.
 *
 * @see <a href="https://github.com/deepcs233/Visual-CoT">Visual-CoT</a>
 */
public final class VisualCotFile {

    private static final int LONGEST_LINE = 1_000_000;
    private static final int MOST_BOXES = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(10).build())
            .build());

    private VisualCotFile() {}

    /**
     * Reads a file; pictures are read when a sample is used.
     *
     * @param pictures folder of the pictures
     * @param split takes lines of this split, or without one; empty takes all
     * @throws TrainingDataException if a line is not of that form; names the line
     */
    public static List<GlimpseSample> read(Path file, Path pictures, String split) {
        List<GlimpseSample> samples = new ArrayList<>();
        PictureFolder folder = PictureFolder.of(pictures);
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            String line;
            while ((line = lines.readLine()) != null) {
                number++;
                if (!line.isBlank()) {
                    JsonNode tree = parse(file, number, line);
                    String own = tree.path("split").asText("");
                    if (split.isEmpty() || own.isEmpty() || own.equals(split)) {
                        samples.add(sample(tree, "Line " + number + " of '" + file + "'", folder));
                    }
                }
            }
        } catch (IOException e) {
            throw new TrainingDataException("The data file '" + file + "' cannot be read: " + e.getMessage(), e);
        }
        return samples;
    }

    private static JsonNode parse(Path file, int number, String line) {
        if (line.length() > LONGEST_LINE) {
            throw new TrainingDataException(
                    "Line " + number + " of '" + file + "' has " + line.length() + " characters, the limit is "
                            + LONGEST_LINE,
                    null);
        }
        try {
            JsonNode tree = JSON.readTree(line);
            if (!tree.isObject()) {
                throw new TrainingDataException("Line " + number + " of '" + file + "' is no JSON object", null);
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new TrainingDataException(
                    "Line " + number + " of '" + file + "' is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static GlimpseSample sample(JsonNode tree, String where, PictureFolder pictures) {
        GlimpseSample.PictureFile mask =
                tree.hasNonNull("mask") ? picture(text(tree, "mask", where), where, pictures) : null;
        List<PixelArea> boxes = tree.hasNonNull("bboxs") ? boxes(tree.get("bboxs"), where) : List.of();
        if (boxes.isEmpty() && mask == null) {
            throw new TrainingDataException(where + " has neither bboxs nor mask; say what must be seen", null);
        }
        return new GlimpseSample(
                text(tree, "question", where),
                tree.path("answer").asText(""),
                picture(text(tree, "image", where), where, pictures),
                side(tree, "width", where),
                side(tree, "height", where),
                boxes,
                mask,
                tree.path("dataset").asText(""));
    }

    private static String text(JsonNode tree, String key, String where) {
        if (!tree.path(key).isTextual()) {
            throw new TrainingDataException(where + " has no text '" + key + "'", null);
        }
        return tree.get(key).textValue();
    }

    private static int side(JsonNode tree, String key, String where) {
        if (!tree.path(key).canConvertToInt() || tree.get(key).intValue() < 1) {
            throw new TrainingDataException(
                    where + " has no '" + key + "' of at least 1: the boxes are in pixels of that size", null);
        }
        return tree.get(key).intValue();
    }

    private static List<PixelArea> boxes(JsonNode array, String where) {
        if (!array.isArray() || array.size() > MOST_BOXES) {
            throw new TrainingDataException(where + ": bboxs is no list of at most " + MOST_BOXES + " boxes", null);
        }
        List<PixelArea> boxes = new ArrayList<>();
        for (JsonNode box : array) {
            boolean numbers = box.isArray() && box.size() == 4;
            for (JsonNode number : box) {
                numbers &= number.isNumber();
            }
            if (!numbers
                    || box.get(2).doubleValue() < box.get(0).doubleValue()
                    || box.get(3).doubleValue() < box.get(1).doubleValue()) {
                throw new TrainingDataException(
                        where + ": box " + (boxes.size() + 1) + " is not [x1, y1, x2, y2] with x1 <= x2, y1 <= y2",
                        null);
            }
            double left = box.get(0).doubleValue();
            double top = box.get(1).doubleValue();
            boxes.add(new PixelArea(
                    left, top, box.get(2).doubleValue() - left, box.get(3).doubleValue() - top));
        }
        return boxes;
    }

    private static GlimpseSample.PictureFile picture(String name, String where, PictureFolder pictures) {
        try {
            Path path = pictures.resolve(name, where);
            return () -> bytes(pictures, path, where);
        } catch (InvalidImageException e) {
            throw new TrainingDataException(String.valueOf(e.getMessage()), e);
        }
    }

    private static byte[] bytes(PictureFolder pictures, Path path, String where) {
        try {
            return pictures.read(path, where);
        } catch (InvalidImageException e) {
            throw new TrainingDataException(String.valueOf(e.getMessage()), e);
        }
    }
}
