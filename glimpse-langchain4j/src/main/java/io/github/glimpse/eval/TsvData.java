package io.github.glimpse.eval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.eval.EvaluationItem.PictureFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Data as TSV in the form of the usual exports: {@code index}, {@code image} (base64; up to 64 characters name another row by its
 * index) or {@code image_path}, {@code question}, {@code answer} (a text, or a list as Python prints it), options {@code A}, {@code B}
 * and so on, {@code hint}, {@code category}. Pictures stay in the file until they are asked about.
 *
 * @see <a href="https://github.com/open-compass/VLMEvalKit">VLMEvalKit</a>
 */
final class TsvData {

    private static final long TEXT_ROOM = 1 << 20;
    private static final int LONGEST_REFERENCE = 64;
    /** Columns that may hold a list as a text. */
    private static final Set<String> LISTS = Set.of("answers", "boxes", "bboxs", "bboxes");

    private static final String CHOICE_REQUEST = "Answer with the letter of the right option.";

    private final Path file;
    private final DataOptions options;
    private final List<String> columns;

    /** Where the pictures of rows start, by index. */
    private final Map<String, Long> records = new HashMap<>();

    private final List<EvaluationItem> items = new ArrayList<>();

    private TsvData(Path file, DataOptions options, List<String> columns) {
        this.file = file;
        this.options = options;
        this.columns = columns;
    }

    static List<EvaluationItem> read(Path file, DataOptions options) {
        try (DelimitedReader reader = DelimitedReader.open(file, 0, '\t', maxRecord(options))) {
            List<String> header = reader.next();
            if (header == null || !header.contains("question") || !header.contains("answer")) {
                throw new EvaluationDataException("'" + file + "' has no header with the columns question and answer");
            }
            TsvData data = new TsvData(file, options, header);
            List<String> cells;
            while ((cells = reader.next()) != null) {
                if (cells.size() > 1 || !cells.get(0).isEmpty()) {
                    data.add(cells, reader);
                }
            }
            return data.items;
        } catch (IOException e) {
            throw JsonData.unreadable(file, e);
        }
    }

    private static long maxRecord(DataOptions options) {
        return options.pictures().maxBytes() / 3 * 4 + TEXT_ROOM;
    }

    private void add(List<String> cells, DelimitedReader reader) {
        String where = reader.where();
        options.checkCount(items.size() + 1, file);
        if (cells.size() != columns.size()) {
            throw new EvaluationDataException(
                    where + " has " + cells.size() + " columns, the header has " + columns.size());
        }
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            row.put(columns.get(i), cells.get(i));
        }
        String image = row.getOrDefault("image", "").strip();
        String index = row.getOrDefault("index", "");
        if (image.length() > LONGEST_REFERENCE) {
            records.put(index, reader.recordStart());
        }
        PictureFile picture = null;
        if (!image.isEmpty()) {
            String owner = image.length() > LONGEST_REFERENCE ? index : image;
            picture = picture(image.length() > LONGEST_REFERENCE ? reader.recordStart() : null, owner, where);
        }
        String id = index.isEmpty() ? Integer.toString(items.size() + 1) : index;
        EvaluationItem item = DataRow.item(json(row), where, id, picture, options);
        if (item != null) {
            items.add(item);
        }
    }

    private ObjectNode json(Map<String, String> row) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        row.forEach((column, cell) -> {
            if (!cell.isEmpty() && !column.equals("image") && !column.equals("image_path")) {
                node.set(column, LISTS.contains(column) ? JsonData.pythonList(cell) : node.textNode(cell));
            }
        });
        String path = row.getOrDefault("image_path", "");
        if (!path.isEmpty()) {
            node.set("image", JsonData.pythonList(path));
        }
        String answer = row.getOrDefault("answer", "");
        Map<String, String> choices = choices(row);
        if (choices.isEmpty()) {
            node.set("answer", JsonData.pythonList(answer));
            return node;
        }
        node.remove("answer");
        node.putArray("answers").add(answer.strip()).add(choices.getOrDefault(answer.strip(), answer));
        StringBuilder question = new StringBuilder();
        if (!row.getOrDefault("hint", "").isEmpty()) {
            question.append(row.get("hint")).append('\n');
        }
        question.append(row.getOrDefault("question", ""));
        choices.forEach((letter, text) ->
                question.append('\n').append(letter).append(". ").append(text));
        node.put("question", question.append('\n').append(CHOICE_REQUEST).toString());
        if (row.getOrDefault("metric", "").isEmpty()) {
            node.put("metric", Choice.NAME);
        }
        return node;
    }

    private static Map<String, String> choices(Map<String, String> row) {
        Map<String, String> choices = new LinkedHashMap<>();
        for (char letter = 'A'; letter <= 'Z'; letter++) {
            String text = row.getOrDefault(String.valueOf(letter), "");
            if (!text.isEmpty()) {
                choices.put(String.valueOf(letter), text);
            }
        }
        return choices;
    }

    private PictureFile picture(@Nullable Long own, String owner, String where) {
        return () -> {
            Long start = own != null ? own : records.get(owner);
            if (start == null) {
                throw new EvaluationDataException(
                        where + " takes the picture of row '" + owner + "', which has none in the file");
            }
            return decode(start, where);
        };
    }

    private byte[] decode(long start, String where) {
        try (DelimitedReader reader = DelimitedReader.open(file, start, '\t', maxRecord(options))) {
            List<String> cells = reader.next();
            int column = columns.indexOf("image");
            if (cells == null || cells.size() <= column) {
                throw new EvaluationDataException(where + ": the file was changed while it was read; start anew");
            }
            byte[] bytes = Base64.getDecoder().decode(cells.get(column).strip());
            if (bytes.length > options.pictures().maxBytes()) {
                throw new EvaluationDataException(where + " has a picture of " + bytes.length + " bytes, the limit is "
                        + options.pictures().maxBytes());
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new EvaluationDataException(where + ": the column image is no base64: " + e.getMessage(), e);
        } catch (IOException e) {
            throw JsonData.unreadable(file, e);
        }
    }
}
