package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.PruningReport;
import java.util.List;
import java.util.stream.StreamSupport;

/** What a report says of units, compared with a fixture that tells them. */
final class UnitReport {

    private UnitReport() {}

    /**
     * Compares.
     *
     * @param expected with {@code units} of the prompt, or {@code per_unit} of a cut, or neither
     */
    static void compare(Differences differences, JsonNode expected, PruningReport report) {
        List<JsonNode> units = withTokens(expected.path("units"));
        for (int i = 0; i < units.size(); i++) {
            differences.equal("unit", name(report.images().get(i).unit()), name(units.get(i)));
        }
        if (expected.path("units").isArray()) {
            differences.equal("units", report.images().size(), units.size());
            differences.equal(
                    "image tokens of the report",
                    report.imageTokens(),
                    expected.get("image_tokens").intValue());
            differences.equal(
                    "newline rows of the report",
                    report.newlineRows(),
                    expected.get("newline_rows").size());
        }
    }

    /** Tiles that show nothing of a very tall picture are a unit of the reference, which runs them for no token; here they do not run. */
    static List<JsonNode> withTokens(JsonNode units) {
        return StreamSupport.stream(units.spliterator(), false)
                .filter(unit -> unit.get("grid").get(0).intValue() > 0
                        && unit.get("grid").get(1).intValue() > 0)
                .toList();
    }

    /** Compares what is kept of each unit. */
    static void compareKept(Differences differences, JsonNode expected, PruningReport report) {
        List<JsonNode> units = withTokens(expected.path("per_unit"));
        for (int i = 0; i < units.size(); i++) {
            PruningReport.Image unit = report.images().get(i);
            differences.equal("unit", name(unit.unit()), name(units.get(i)));
            differences.equal(
                    "kept set per unit",
                    unit.kept(),
                    Differences.ints(units.get(i).get("kept_indices")));
        }
    }

    private static String name(TokenUnit unit) {
        return name(
                unit.kind().label(),
                unit.index(),
                unit.slice(),
                unit.row(),
                unit.column(),
                unit.grid().rows(),
                unit.grid().columns());
    }

    private static String name(JsonNode unit) {
        return name(
                unit.get("kind").textValue(),
                unit.get("index").intValue(),
                unit.path("slice").intValue(),
                unit.path("row").intValue(),
                unit.path("column").intValue(),
                unit.get("grid").get(0).intValue(),
                unit.get("grid").get(1).intValue());
    }

    private static String name(String kind, int index, int slice, int row, int column, int rows, int columns) {
        return kind + " " + index + ", slice " + slice + ", tile " + row + " " + column + ", " + rows + " x " + columns;
    }
}
