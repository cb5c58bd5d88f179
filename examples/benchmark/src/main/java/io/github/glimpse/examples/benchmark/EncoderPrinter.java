package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;

/** Prints what a turn with an encoder measured, one JSON line per value. */
final class EncoderPrinter {

    /** Stands between what was measured and the place of the cut in the name of an item. */
    static final String CUT = ", cut ";

    /** The unit of a computed share of an unpruned item's operations. */
    static final String OPERATIONS = "of the operations";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Turn turn;
    private final String model;

    EncoderPrinter(Turn turn) {
        this.turn = turn;
        this.model = String.valueOf(Path.of(turn.model()).getFileName());
    }

    void seconds(String item, int patches, int kept, Duration duration) throws JsonProcessingException {
        print(item, patches, kept, duration.toNanos() / 1e9, "s");
    }

    void print(String item, int patches, int kept, double value, String unit) throws JsonProcessingException {
        System.out.println(JSON.writeValueAsString(
                new Measurement("glimpse", model + ": " + item, turn.dtype(), patches, kept, value, unit, null)));
    }
}
