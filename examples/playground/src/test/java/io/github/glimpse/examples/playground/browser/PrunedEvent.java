package io.github.glimpse.examples.playground.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The event {@code pruned} of an answer's stream, read independently of the page's scripts. */
final class PrunedEvent {

    private static final String NAME = "event:pruned\n";
    private static final String[] ROWS = {"top", "middle", "bottom"};
    private static final String[] COLUMNS = {"left", "centre", "right"};

    private final JsonNode units;

    private PrunedEvent(JsonNode units) {
        this.units = units;
    }

    /** Reads a whole body of server-sent events. */
    static PrunedEvent of(String body) throws IOException {
        assertThat(body).containsOnlyOnce(NAME);
        String data = body.substring(body.indexOf(NAME) + NAME.length())
                .lines()
                .findFirst()
                .orElseThrow();
        assertThat(data).startsWith("data:");
        return new PrunedEvent(
                new ObjectMapper().readTree(data.substring("data:".length())).get("units"));
    }

    /** Retained tokens of an image that is one grid, of all its tokens. */
    String kept(int image) {
        JsonNode unit = unit(image);
        return bits(unit).cardinality() + " of " + tokens(unit) + " tokens";
    }

    /** The summary above the table of regions: ninths of the image with retained tokens, most tokens first. */
    String regions(int image, int width, int height) {
        JsonNode unit = unit(image);
        int columns = unit.get("columns").asInt();
        int[] kept = new int[ROWS.length * COLUMNS.length];
        bits(unit).stream().forEach(token -> {
            double x = unit.get("left").asDouble()
                    + (token % columns + 0.5) * unit.get("tokenWidth").asDouble();
            int row = token / columns;
            double y = unit.get("top").asDouble()
                    + (row + 0.5) * unit.get("tokenHeight").asDouble();
            kept[COLUMNS.length * third(y / height) + third(x / width)]++;
        });
        List<Integer> some = new ArrayList<>();
        for (int region = 0; region < kept.length; region++) {
            if (kept[region] > 0) {
                some.add(region);
            }
        }
        some.sort(Comparator.comparing(region -> -kept[region]));
        return some.size() + " of 9 regions have kept tokens: "
                + some.stream()
                        .map(region -> ROWS[region / COLUMNS.length] + " " + COLUMNS[region % COLUMNS.length] + " "
                                + kept[region])
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private JsonNode unit(int image) {
        List<JsonNode> found = new ArrayList<>();
        units.forEach(unit -> {
            if (unit.get("picture").asInt() == image) {
                found.add(unit);
            }
        });
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static int tokens(JsonNode unit) {
        return unit.get("rows").asInt() * unit.get("columns").asInt();
    }

    private static BitSet bits(JsonNode unit) {
        return BitSet.valueOf(Base64.getDecoder().decode(unit.get("kept").asText()));
    }

    private static int third(double share) {
        return Math.min(2, (int) (3 * share));
    }
}
