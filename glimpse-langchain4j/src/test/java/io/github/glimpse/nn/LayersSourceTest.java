package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.WeightNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Where the library of kernels for steps looks for the weights of a layer, against where they are. */
class LayersSourceTest {

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("INPUT_NORM", "input_norm"),
            Map.entry("QUERIES", "q"),
            Map.entry("KEYS", "k"),
            Map.entry("VALUES", "v"),
            Map.entry("OUTPUT", "o"),
            Map.entry("QUERY_NORM", "q_norm"),
            Map.entry("KEY_NORM", "k_norm"),
            Map.entry("POST_NORM", "post_norm"),
            Map.entry("GATE", "gate"),
            Map.entry("UP", "up"),
            Map.entry("DOWN", "down"));

    @Test
    void itLooksForWeightsWhereTheyAre() throws Exception {
        Path sources =
                Path.of(System.getProperty("glimpse.basedir", ".."), "glimpse-langchain4j", "src", "main", "cpp");
        Map<String, Integer> places = new LinkedHashMap<>();
        for (String source : new String[] {"layer.h", "layer.cpp", "linear.cpp"}) {
            Pattern.compile("\\b([A-Z_]+) = (\\d+)")
                    .matcher(Files.readString(sources.resolve(source)))
                    .results()
                    .forEach(found -> places.put(found.group(1), Integer.parseInt(found.group(2))));
        }

        NAMES.forEach((constant, name) ->
                assertThat(places).as(name).containsEntry(constant, DecoderStack.LAYER.place(name)));
        assertThat(places).containsEntry("TENSORS_OF_LAYER", DecoderStack.LAYER.size());
        for (String part : new String[] {"weight", "bias", "unit", "columns", "kept"}) {
            assertThat(places).as(part).containsEntry(part.toUpperCase(Locale.ROOT), WeightNames.PRODUCT.place(part));
        }
    }
}
