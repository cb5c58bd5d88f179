package io.github.glimpse.eval;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.eval.EvaluationItem.PictureFile;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelArea;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns one row of data, as JSON, into a question. Public for readers of other formats.
 *
 * <p>Known keys, the first that is there counts: {@code id}, {@code question_id}, {@code questionId}, {@code index}; {@code image},
 * {@code image_path} (a path below the picture folder, or a list that starts with one); {@code question}; {@code answers},
 * {@code answer}, {@code label} (a text, a number, or a list of texts or of objects with {@code answer}); {@code boxes}, {@code
 * bboxs}, {@code bboxes} ({@code [[x1, y1, x2, y2], …]} in pixels, or one such box) and for them {@code width} and {@code height};
 * {@code metric}; {@code kind}, {@code category}, {@code dataset}; {@code split}. Others are ignored.
 *
 * <p>A row with {@code conversations} is read as one of the Visual-CoT benchmark: the question is that of the first message
 * without the request for a box, the answer is the last message, the box stands behind {@code ###} in the second image.
 *
 * @see <a href="https://github.com/deepcs233/Visual-CoT">Visual-CoT</a>
 */
public final class DataRow {

    private static final int MOST_BOXES = 10_000;
    private static final int MOST_ANSWERS = 10_000;
    private static final List<String> IDS = List.of("id", "question_id", "questionId", "index");
    private static final List<String> IMAGES = List.of("image", "image_path");
    private static final List<String> ANSWERS = List.of("answers", "answer", "label");
    private static final List<String> BOXES = List.of("boxes", "bboxs", "bboxes");
    private static final List<String> KINDS = List.of("kind", "category", "dataset");
    private static final String BOX_MARK = "###";

    private final JsonNode tree;
    private final String where;
    private final DataOptions options;

    private DataRow(JsonNode tree, String where, DataOptions options) {
        this.tree = tree;
        this.where = where;
        this.options = options;
    }

    /**
     * The question of a row.
     *
     * @param where names file and line, as the start of messages
     * @param id for rows without one
     * @param given the picture, if it does not lie in a file of its own
     * @return null if the row is of another split
     * @throws EvaluationDataException if something is missing or of a wrong kind
     */
    public static @Nullable EvaluationItem item(
            JsonNode tree, String where, String id, @Nullable PictureFile given, DataOptions options) {
        if (!tree.isObject()) {
            throw new EvaluationDataException(where + " is no object with a question; see the known keys");
        }
        String split = tree.path("split").asText("");
        if (!options.split().isEmpty() && !split.isEmpty() && !split.equals(options.split())) {
            return null;
        }
        return new DataRow(tree, where, options).item(id, given);
    }

    private EvaluationItem item(String fallbackId, @Nullable PictureFile given) {
        boolean talk = tree.path("conversations").isArray();
        List<String> answers = talk ? List.of(VisualCotTalk.answer(tree, where)) : answers();
        String question = talk ? VisualCotTalk.question(tree, where) : text(List.of("question"), "question");
        JsonNode id = first(IDS);
        return new EvaluationItem(
                id == null || id.asText().isEmpty() ? fallbackId : id.asText(),
                given != null ? given : picture(),
                question,
                answers,
                boxes(),
                size(),
                tree.path("metric").asText("").isEmpty()
                        ? options.metric()
                        : tree.path("metric").asText(),
                kind());
    }

    private String kind() {
        JsonNode kind = first(KINDS);
        return kind == null ? "" : kind.asText();
    }

    private @Nullable JsonNode first(List<String> keys) {
        for (String key : keys) {
            if (tree.hasNonNull(key)) {
                return tree.get(key);
            }
        }
        return null;
    }

    private String text(List<String> keys, String what) {
        JsonNode node = first(keys);
        if (node == null || !node.isValueNode() || node.asText().isBlank()) {
            throw new EvaluationDataException(where + " has no text '" + what + "'");
        }
        return node.asText();
    }

    private List<String> answers() {
        JsonNode node = first(ANSWERS);
        if (node == null) {
            throw new EvaluationDataException(where + " has neither of " + ANSWERS + "; say what counts as right");
        }
        List<String> answers = new ArrayList<>();
        for (JsonNode one : node.isArray() ? node : List.of(node)) {
            JsonNode value = one.isObject() ? one.path("answer") : one;
            if (!value.isValueNode() || value.isNull() || answers.size() == MOST_ANSWERS) {
                throw new EvaluationDataException(where + ": answer " + (answers.size() + 1)
                        + " is no text and no number, or there are more than " + MOST_ANSWERS);
            }
            answers.add(value.asText());
        }
        if (answers.isEmpty()) {
            throw new EvaluationDataException(where + " has an empty list of answers; give at least one");
        }
        if (answers.stream().allMatch(String::isBlank)) {
            throw new EvaluationDataException(where + " has nothing but blank answers; say what counts as right");
        }
        return answers;
    }

    private PictureFile picture() {
        JsonNode node = first(IMAGES);
        JsonNode name = node != null && node.isArray() ? node.path(0) : node;
        boolean several = node != null && node.isArray() && node.size() > 1 && !isBoxed(node.path(1));
        if (name == null || !name.isTextual() || several) {
            throw new EvaluationDataException(
                    where + (several ? " has several images; a question is about one" : " has no text 'image'"));
        }
        Path path;
        try {
            path = options.pictures().resolve(name.textValue(), where);
        } catch (InvalidImageException e) {
            throw new EvaluationDataException(String.valueOf(e.getMessage()), e);
        }
        return () -> options.pictures().read(path, where);
    }

    private static boolean isBoxed(JsonNode image) {
        return image.asText("").contains(BOX_MARK);
    }

    private List<PixelArea> boxes() {
        JsonNode node = first(BOXES);
        String second = tree.path("image").path(1).asText("");
        if (node == null && second.contains(BOX_MARK)) {
            node = JsonData.parse(second.substring(second.indexOf(BOX_MARK) + BOX_MARK.length()), where);
        }
        if (node == null) {
            return List.of();
        }
        if (!node.isArray() || node.size() > MOST_BOXES) {
            throw new EvaluationDataException(where + ": boxes is no list of at most " + MOST_BOXES + " boxes");
        }
        boolean single = node.size() == 4 && node.get(0).isNumber();
        List<PixelArea> boxes = new ArrayList<>();
        for (JsonNode box : single ? List.of(node) : node) {
            boxes.add(box(box, boxes.size() + 1));
        }
        return boxes;
    }

    private PixelArea box(JsonNode box, int number) {
        boolean numbers = box.isArray() && box.size() == 4;
        for (JsonNode side : box) {
            numbers &= side.isNumber() && Double.isFinite(side.doubleValue());
        }
        if (!numbers
                || box.get(2).doubleValue() < box.get(0).doubleValue()
                || box.get(3).doubleValue() < box.get(1).doubleValue()) {
            throw new EvaluationDataException(
                    where + ": box " + number + " is not [x1, y1, x2, y2] with x1 <= x2, y1 <= y2");
        }
        double left = box.get(0).doubleValue();
        double top = box.get(1).doubleValue();
        return new PixelArea(
                left, top, box.get(2).doubleValue() - left, box.get(3).doubleValue() - top);
    }

    private @Nullable ImageSize size() {
        if (!tree.hasNonNull("width") && !tree.hasNonNull("height")) {
            return null;
        }
        int width = tree.path("width").asInt(0);
        int height = tree.path("height").asInt(0);
        if (width < 1 || height < 1) {
            throw new EvaluationDataException(
                    where + ": width and height must both be at least 1, as the boxes are in" + " pixels of that size");
        }
        return new ImageSize(width, height);
    }
}
