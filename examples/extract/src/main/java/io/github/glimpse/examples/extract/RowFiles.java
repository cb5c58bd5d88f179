package io.github.glimpse.examples.extract;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rows of a run: JSON lines that grow file by file, so that a run can go on where one ended, and a table made of them. */
final class RowFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path lines;
    private final Path table;

    RowFiles(Path lines, Path table) {
        this.lines = lines;
        this.table = table;
    }

    /** What is there already; a last line that was cut while it was written is taken away. */
    List<Row> read() throws IOException {
        List<Row> rows = new ArrayList<>();
        if (!Files.exists(lines)) {
            return rows;
        }
        String text = Files.readString(lines, StandardCharsets.UTF_8);
        int whole = text.lastIndexOf('\n') + 1;
        if (whole < text.length()) {
            Files.writeString(lines, text.substring(0, whole), StandardCharsets.UTF_8);
        }
        for (String line : text.substring(0, whole).lines().toList()) {
            if (!line.isBlank()) {
                rows.add(JSON.readValue(line, Row.class));
            }
        }
        return rows;
    }

    void add(Row row) throws IOException {
        Files.writeString(
                lines,
                JSON.writeValueAsString(row) + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The table: a column for each value and one for its confidence, in the order in which the rows have them. */
    void writeTable(List<Row> rows) throws IOException {
        Set<String> places = new LinkedHashSet<>();
        rows.forEach(row -> places.addAll(row.values().keySet()));
        CsvSchema.Builder columns = CsvSchema.builder().addColumn("file");
        for (String place : places) {
            columns.addColumn(name(place)).addColumn(name(place) + " confidence");
        }
        CsvSchema schema = columns.addColumn("kept")
                .addColumn("truncated")
                .addColumn("error")
                .setUseHeader(true)
                .build();
        try (SequenceWriter writer = new CsvMapper().writer(schema).writeValues(table.toFile())) {
            for (Row row : rows) {
                writer.write(cells(row));
            }
        }
    }

    private static Map<String, String> cells(Row row) {
        Map<String, String> cells = new LinkedHashMap<>();
        cells.put("file", row.file());
        row.values().forEach((place, value) -> {
            cells.put(name(place), value);
            cells.put(
                    name(place) + " confidence", String.valueOf(row.confidence().get(place)));
        });
        cells.put("kept", row.kept() == null ? "" : String.valueOf(row.kept()));
        cells.put("truncated", String.valueOf(row.truncated()));
        cells.put("error", row.error() == null ? "" : row.error());
        return cells;
    }

    private static String name(String place) {
        return place.isEmpty() ? "value" : place.substring(1);
    }
}
