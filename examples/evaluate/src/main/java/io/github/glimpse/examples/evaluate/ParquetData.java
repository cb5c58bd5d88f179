package io.github.glimpse.examples.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.eval.DataOptions;
import io.github.glimpse.eval.DataRow;
import io.github.glimpse.eval.EvaluationDataException;
import io.github.glimpse.eval.EvaluationItem;
import io.github.glimpse.eval.EvaluationItem.PictureFile;
import io.github.glimpse.eval.EvaluationSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Questions from a Parquet file, with the columns that {@link DataRow} knows. The column {@code image} is a picture's bytes, a structure
 * with {@code bytes} and {@code path} as Hugging Face data sets have it, or a path. Pictures stay in the file until they are asked
 * about.
 */
final class ParquetData {

    private static final String IMAGE = "image";

    /** A dictionary makes a small file of long texts that repeat, and each would be in memory. */
    private static final long MOST_LETTERS = 200_000_000;

    private ParquetData() {}

    /**
     * Reads a file.
     *
     * @throws EvaluationDataException if it is no Parquet file or a row is of another form; names file and row
     */
    static EvaluationSet read(Path file, DataOptions options) {
        if (!Files.isRegularFile(file)) {
            throw new EvaluationDataException("There is no data file '" + file + "'; check the path");
        }
        List<EvaluationItem> items = new ArrayList<>();
        try (ParquetRows rows = ParquetRows.open(file, ParquetData::withoutPictures)) {
            ParquetPictures pictures =
                    hasPictures(rows.schema()) ? new ParquetPictures(file, options.pictures()) : null;
            long letters = 0;
            JsonNode row;
            for (int number = 0; (row = rows.next()) != null; number++) {
                if (number == options.maxRows()) {
                    throw new EvaluationDataException(
                            "The data file '" + file + "' has more than " + options.maxRows() + " rows; split it");
                }
                EvaluationItem item = item(row, number, file, pictures, options);
                if (item != null) {
                    letters += item.question().length()
                            + item.answers().stream().mapToLong(String::length).sum();
                    if (letters > MOST_LETTERS) {
                        throw new EvaluationDataException("Row " + (number + 1) + " of '" + file
                                + "': questions and answers so far have more than " + MOST_LETTERS
                                + " letters; split the file");
                    }
                    items.add(item);
                }
            }
        } catch (IOException e) {
            throw new EvaluationDataException(
                    "The data file '" + file + "' cannot be read as Parquet: " + e.getMessage(), e);
        }
        return EvaluationSet.of(file.getFileName().toString(), items);
    }

    private static @Nullable EvaluationItem item(
            JsonNode row, int number, Path file, @Nullable ParquetPictures pictures, DataOptions options) {
        String where = "Row " + (number + 1) + " of '" + file + "'";
        PictureFile picture = pictures == null ? null : () -> pictures.bytes(number, where);
        return DataRow.item(row, where, Integer.toString(number + 1), picture, options);
    }

    private static boolean hasPictures(MessageType schema) {
        return schema.containsField(IMAGE) && !ParquetRows.isText(schema.getType(IMAGE));
    }

    private static MessageType withoutPictures(MessageType schema) {
        List<Type> fields = schema.getFields().stream()
                .filter(field -> ParquetRows.isText(field) || !field.getName().equals(IMAGE))
                .filter(field -> !field.isPrimitive() || ParquetRows.isText(field) || !ParquetRows.isBytes(field))
                .toList();
        return new MessageType(schema.getName(), fields);
    }

    /** The column with the pictures alone. */
    static MessageType picturesOnly(MessageType schema) {
        return new MessageType(schema.getName(), List.of(schema.getType(IMAGE)));
    }

    /** The name of the column with the pictures. */
    static String pictureColumn() {
        return IMAGE;
    }
}
