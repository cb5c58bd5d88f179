package io.github.glimpse.examples.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveStringifier;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file as JSON, one after the other: lists and structures too, bytes as binary nodes. */
final class ParquetRows implements Closeable {

    private final ParquetFileReader reader;
    private final MessageType schema;
    private final MessageType wanted;
    private @Nullable RecordReader<Group> group;
    private long left;

    private ParquetRows(ParquetFileReader reader, MessageType schema, MessageType wanted) {
        this.reader = reader;
        this.schema = schema;
        this.wanted = wanted;
    }

    /**
     * Opens a file.
     *
     * @param columns which columns to read
     * @throws IOException if it is no Parquet file
     */
    static ParquetRows open(Path file, UnaryOperator<MessageType> columns) throws IOException {
        ParquetFileReader reader;
        try {
            ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                    .withCodecFactory(new ParquetCodecs())
                    .build();
            reader = ParquetFileReader.open(new LocalInputFile(file), options);
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e); // it says so of files that are none
        }
        MessageType schema = reader.getFileMetaData().getSchema();
        MessageType wanted = columns.apply(schema);
        reader.setRequestedSchema(wanted);
        return new ParquetRows(reader, schema, wanted);
    }

    /** All columns of the file. */
    MessageType schema() {
        return schema;
    }

    /** The next row, null at the end. */
    @Nullable
    JsonNode next() throws IOException {
        Group row = read();
        return row == null ? null : object(row);
    }

    /** Leaves a row out. */
    void skip() throws IOException {
        read();
    }

    private @Nullable Group read() throws IOException {
        try {
            while (left == 0) {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return null;
                }
                MessageColumnIO columns = new ColumnIOFactory().getColumnIO(wanted, schema);
                group = columns.getRecordReader(pages, new GroupRecordConverter(wanted));
                left = pages.getRowCount();
            }
            left--;
            RecordReader<Group> current = group;
            return current == null ? null : current.read();
        } catch (RuntimeException e) {
            throw new IOException("a row cannot be decoded: " + reason(e), e);
        }
    }

    /** The first failure: those above it say only that there was one. */
    private static String reason(Throwable failure) {
        Throwable first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return String.valueOf(first.getMessage());
    }

    /** Whether a column holds text. */
    static boolean isText(Type field) {
        LogicalTypeAnnotation annotation = field.getLogicalTypeAnnotation();
        return LogicalTypeAnnotation.stringType().equals(annotation)
                || LogicalTypeAnnotation.enumType().equals(annotation);
    }

    /** Whether a column holds bytes, text included. */
    static boolean isBytes(Type field) {
        return field.isPrimitive() && field.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    }

    private static ObjectNode object(Group group) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        GroupType type = group.getType();
        for (int field = 0; field < type.getFieldCount(); field++) {
            JsonNode value = field(group, field);
            if (value != null) {
                node.set(type.getFieldName(field), value);
            }
        }
        return node;
    }

    private static @Nullable JsonNode field(Group group, int field) {
        int count = group.getFieldRepetitionCount(field);
        Type type = group.getType().getType(field);
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < count; i++) {
                list.add(value(group, field, i, type));
            }
            return list;
        }
        return count == 0 ? null : value(group, field, 0, type);
    }

    private static JsonNode value(Group group, int field, int index, Type type) {
        if (type.isPrimitive()) {
            return primitive(group, field, index, type);
        }
        Group inner = group.getGroup(field, index);
        return LogicalTypeAnnotation.listType().equals(type.getLogicalTypeAnnotation()) ? list(inner) : object(inner);
    }

    /** A list is a group with one repeated field, whose only field, if it has one, is the element. */
    private static ArrayNode list(Group group) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        Type repeated = group.getType().getType(0);
        for (int i = 0; i < group.getFieldRepetitionCount(0); i++) {
            boolean wrapped = !repeated.isPrimitive() && repeated.asGroupType().getFieldCount() == 1;
            JsonNode element = wrapped ? field(group.getGroup(0, i), 0) : value(group, 0, i, repeated);
            list.add(element == null ? JsonNodeFactory.instance.nullNode() : element);
        }
        return list;
    }

    /** Whether the stored number is not what a reader sees: a decimal without its point, a day or a time since 1970. */
    private static boolean isWritten(Type field) {
        LogicalTypeAnnotation annotation = field.getLogicalTypeAnnotation();
        return annotation instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation
                || annotation instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation
                || annotation instanceof LogicalTypeAnnotation.TimeLogicalTypeAnnotation
                || annotation instanceof LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
    }

    private static String written(Group group, int field, int index, PrimitiveType type) {
        PrimitiveStringifier text = type.stringifier();
        return switch (type.getPrimitiveTypeName()) {
            case INT32 -> text.stringify(group.getInteger(field, index));
            case INT64 -> text.stringify(group.getLong(field, index));
            default -> text.stringify(group.getBinary(field, index));
        };
    }

    private static JsonNode primitive(Group group, int field, int index, Type type) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        PrimitiveTypeName name = type.asPrimitiveType().getPrimitiveTypeName();
        if (isWritten(type)) {
            return nodes.textNode(written(group, field, index, type.asPrimitiveType()));
        }
        return switch (name) {
            case INT32 -> nodes.numberNode(group.getInteger(field, index));
            case INT64 -> nodes.numberNode(group.getLong(field, index));
            case FLOAT -> nodes.numberNode(group.getFloat(field, index));
            case DOUBLE -> nodes.numberNode(group.getDouble(field, index));
            case BOOLEAN -> nodes.booleanNode(group.getBoolean(field, index));
            case BINARY ->
                isText(type)
                        ? nodes.textNode(group.getString(field, index))
                        : nodes.binaryNode(group.getBinary(field, index).getBytes());
            case INT96, FIXED_LEN_BYTE_ARRAY -> nodes.textNode(group.getValueToString(field, index));
        };
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
