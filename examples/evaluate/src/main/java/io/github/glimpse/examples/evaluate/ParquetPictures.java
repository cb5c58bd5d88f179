package io.github.glimpse.examples.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.eval.EvaluationDataException;
import io.github.glimpse.image.PictureFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a Parquet file, read as they are asked for. Questions are asked in the order of the rows, so a reader that only goes
 * forward does; asked for an earlier row it starts anew.
 */
final class ParquetPictures {

    private final Path file;
    private final PictureFolder folder;
    private @Nullable ParquetRows rows;
    private int next;
    private int lastRow = -1;
    private byte[] last = new byte[0];

    ParquetPictures(Path file, PictureFolder folder) {
        this.file = file;
        this.folder = folder;
    }

    /**
     * The picture of a row.
     *
     * @throws EvaluationDataException if it has none, or one over the limit
     */
    synchronized byte[] bytes(int row, String where) {
        if (row == lastRow) {
            return last;
        }
        try {
            JsonNode found = row(row);
            JsonNode image = found == null ? null : found.get(ParquetData.pictureColumn());
            last = picture(image, where);
            lastRow = row;
            return last;
        } catch (IOException e) {
            throw new EvaluationDataException(where + ": the picture cannot be read: " + e.getMessage(), e);
        }
    }

    private @Nullable JsonNode row(int row) throws IOException {
        ParquetRows open = rows;
        if (open == null || row < next) {
            if (open != null) {
                open.close();
            }
            open = ParquetRows.open(file, ParquetData::picturesOnly);
            rows = open;
            next = 0;
        }
        while (next < row) {
            open.skip();
            next++;
        }
        next++;
        return open.next();
    }

    private byte[] picture(@Nullable JsonNode image, String where) throws IOException {
        JsonNode content = image != null && image.isObject() ? image.get("bytes") : image;
        if (content != null && content.isBinary()) {
            byte[] bytes = content.binaryValue();
            if (bytes.length > folder.maxBytes()) {
                throw new EvaluationDataException(
                        where + " has a picture of " + bytes.length + " bytes, the limit is " + folder.maxBytes());
            }
            return bytes;
        }
        JsonNode path = image == null ? null : image.get("path");
        if (path != null && path.isTextual()) {
            return folder.read(folder.resolve(path.textValue(), where), where);
        }
        throw new EvaluationDataException(where + " has no picture in the column image");
    }
}
