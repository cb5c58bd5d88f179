package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What libtorch's profiler has written about the tokens of an answer, by layers of the decoder. A token begins with its embedding, a layer
 * with the first of its two norms, and the head with the last norm.
 *
 * @param parts the layers, then the head; sums of all tokens
 * @param tokens that were read as a whole
 */
record Profile(List<Part> parts, int tokens) {

    // Without and with a library of kernels for steps.
    private static final Set<String> FIRST_OF_A_TOKEN = Set.of("aten::embedding", "glimpse::embedding_of_rows");
    private static final Set<String> NORMS = Set.of("aten::layer_norm", "glimpse::norm_of_rows");

    private static final String PRODUCT = "linear";

    /** All layers of a step, and a step as a whole, in one call, whose parts are told of too. */
    private static final Set<String> IN_PARTS = Set.of("glimpse::layers_of_rows", "glimpse::step_of_rows");

    /**
     * A layer, or the head.
     *
     * @param products linear layers
     * @param productMicros time inside of them
     * @param calls other calls
     * @param callMicros time inside of these
     * @param betweenMicros between the calls
     */
    record Part(int products, double productMicros, int calls, double callMicros, double betweenMicros) {

        private Part plus(Event event, double between) {
            boolean product = event.name().contains(PRODUCT);
            return new Part(
                    products + (product ? 1 : 0),
                    productMicros + (product ? event.micros() : 0),
                    calls + (product ? 0 : 1),
                    callMicros + (product ? 0 : event.micros()),
                    betweenMicros + between);
        }
    }

    private record Event(String name, double start, double micros) {

        double end() {
            return start + micros;
        }
    }

    /** Reads a trace; a token that began before it or ended after it is left out. */
    static Profile read(Path trace, int layers) throws IOException {
        List<List<Event>> tokens = tokens(outer(trace));
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i <= layers; i++) {
            parts.add(new Part(0, 0, 0, 0, 0));
        }
        List<List<Event>> whole = tokens.subList(Math.min(1, tokens.size()), Math.max(1, tokens.size() - 1));
        for (List<Event> token : whole) {
            int norms = 0;
            Event before = null;
            for (Event event : token) {
                norms += NORMS.contains(event.name()) ? 1 : 0;
                // What a layer's first norm is made of comes just before it, and counts to the layer before.
                int part = Math.min(layers, Math.max(0, norms - 1) / 2);
                double between = before == null ? 0 : event.start() - before.end();
                parts.set(part, parts.get(part).plus(event, between));
                before = event;
            }
        }
        return new Profile(parts, whole.size());
    }

    /** Calls of the text, without those inside of them. */
    private static List<Event> outer(Path trace) throws IOException {
        JsonNode read = new ObjectMapper().readTree(trace.toFile());
        List<Event> events = new ArrayList<>();
        for (JsonNode event : read.has("traceEvents") ? read.get("traceEvents") : read) {
            String name = event.path("name").asText();
            if (name.contains("::") && !IN_PARTS.contains(name) && event.has("dur")) {
                events.add(new Event(
                        name, event.get("ts").asDouble(), event.get("dur").asDouble()));
            }
        }
        events.sort(Comparator.comparingDouble(Event::start)
                .thenComparing(Comparator.comparingDouble(Event::micros).reversed()));
        List<Event> outer = new ArrayList<>();
        double end = Double.NEGATIVE_INFINITY;
        for (Event event : events) {
            if (event.start() >= end) {
                outer.add(event);
                end = event.end();
            }
        }
        return outer;
    }

    private static List<List<Event>> tokens(List<Event> events) {
        List<List<Event>> tokens = new ArrayList<>();
        for (Event event : events) {
            if (tokens.isEmpty() || FIRST_OF_A_TOKEN.contains(event.name())) {
                tokens.add(new ArrayList<>());
            }
            tokens.get(tokens.size() - 1).add(event);
        }
        return tokens;
    }
}
