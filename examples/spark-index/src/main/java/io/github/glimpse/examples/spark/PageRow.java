package io.github.glimpse.examples.spark;

import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.documents.IndexedPage.PageVector;
import io.github.glimpse.documents.PageBox;
import io.github.glimpse.documents.PageGeometry;
import io.github.glimpse.documents.PageWord;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** A page as a row of Parquet, and back. Boxes and sizes are points, from the upper left corner. */
final class PageRow {

    static final String DOCUMENT = "document";
    static final String SHA256 = "sha256";
    static final String VERSION = "version";
    static final String PAGE = "page";
    static final String ERROR = "error";
    static final String SETTLED = "settled";
    static final String VECTORS = "vectors";
    static final String MILLIS = "millis";

    private static final String WORDS = "words";
    private static final String READ = "read";
    private static final String GEOMETRY = "geometry";

    private static final StructType BOX = struct(
            field("x1", DataTypes.DoubleType),
            field("y1", DataTypes.DoubleType),
            field("x2", DataTypes.DoubleType),
            field("y2", DataTypes.DoubleType));

    static final StructType SCHEMA = struct(
            field(DOCUMENT, DataTypes.StringType),
            field(SHA256, DataTypes.StringType),
            field(VERSION, DataTypes.StringType),
            field(PAGE, DataTypes.IntegerType),
            field(
                    GEOMETRY,
                    struct(
                            field("width", DataTypes.DoubleType),
                            field("height", DataTypes.DoubleType),
                            field("rotation", DataTypes.IntegerType),
                            field("crop_left", DataTypes.DoubleType),
                            field("crop_bottom", DataTypes.DoubleType))),
            field(WORDS, list(struct(field("text", DataTypes.StringType), field("box", BOX)))),
            field(READ, DataTypes.StringType),
            field(VECTORS, list(struct(field("box", BOX), field("vector", list(DataTypes.FloatType))))),
            field(ERROR, DataTypes.StringType),
            field(SETTLED, DataTypes.BooleanType),
            field(MILLIS, DataTypes.DoubleType));

    private PageRow() {}

    private static StructType struct(StructField... fields) {
        return new StructType(fields);
    }

    private static StructField field(String name, DataType type) {
        return new StructField(name, type, true, Metadata.empty());
    }

    private static ArrayType list(DataType type) {
        return DataTypes.createArrayType(type, false);
    }

    /**
     * A row.
     *
     * @param settled whether it may be kept the next time
     * @param millis that the page took, on average of its document
     */
    static Row of(IndexedPage page, String version, boolean settled, double millis) {
        PageGeometry geometry = page.geometry();
        return RowFactory.create(
                page.document(),
                page.sha256(),
                version,
                page.page(),
                geometry == null
                        ? null
                        : RowFactory.create(
                                geometry.width(),
                                geometry.height(),
                                geometry.rotation(),
                                geometry.cropLeft(),
                                geometry.cropBottom()),
                page.words().stream()
                        .map(word -> RowFactory.create(word.text(), row(word.box())))
                        .toArray(),
                page.read(),
                page.vectors().stream()
                        .map(vector -> RowFactory.create(row(vector.box()), boxed(vector.vector())))
                        .toArray(),
                page.error(),
                settled,
                millis);
    }

    private static Row row(PageBox box) {
        return RowFactory.create(box.x1(), box.y1(), box.x2(), box.y2());
    }

    private static Float[] boxed(float[] vector) {
        Float[] values = new Float[vector.length];
        for (int at = 0; at < vector.length; at++) {
            values[at] = vector[at];
        }
        return values;
    }

    /** The page of a row. */
    static IndexedPage page(Row row) {
        List<PageWord> words = new ArrayList<>();
        for (Row word : row.<Row>getList(row.fieldIndex(WORDS))) {
            words.add(new PageWord(word.getString(0), box(word.getStruct(1))));
        }
        List<PageVector> vectors = new ArrayList<>();
        for (Row vector : row.<Row>getList(row.fieldIndex(VECTORS))) {
            vectors.add(new PageVector(box(vector.getStruct(0)), floats(vector.getList(1))));
        }
        return new IndexedPage(
                text(row, DOCUMENT),
                text(row, SHA256),
                row.getInt(row.fieldIndex(PAGE)),
                geometry(row),
                words,
                text(row, READ),
                vectors,
                row.isNullAt(row.fieldIndex(ERROR)) ? null : text(row, ERROR));
    }

    private static String text(Row row, String name) {
        return row.getString(row.fieldIndex(name));
    }

    private static @Nullable PageGeometry geometry(Row row) {
        int at = row.fieldIndex(GEOMETRY);
        if (row.isNullAt(at)) {
            return null;
        }
        Row sizes = row.getStruct(at);
        return new PageGeometry(
                sizes.getDouble(0), sizes.getDouble(1), sizes.getInt(2), sizes.getDouble(3), sizes.getDouble(4));
    }

    private static PageBox box(Row row) {
        return new PageBox(row.getDouble(0), row.getDouble(1), row.getDouble(2), row.getDouble(3));
    }

    private static float[] floats(List<Float> values) {
        float[] vector = new float[values.size()];
        for (int at = 0; at < vector.length; at++) {
            vector[at] = values.get(at);
        }
        return vector;
    }
}
