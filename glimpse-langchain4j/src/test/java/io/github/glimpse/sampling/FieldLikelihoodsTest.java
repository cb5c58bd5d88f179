package io.github.glimpse.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Which token belongs to which value. */
class FieldLikelihoodsTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    private static Map<String, Double> read(List<String> tokens, double... probabilities) {
        FieldLikelihoods fields = new FieldLikelihoods();
        StringBuilder text = new StringBuilder();
        for (int token = 0; token < probabilities.length; token++) {
            text.append(tokens.get(token));
            fields.add(text.length(), Math.log(probabilities[token]));
        }
        return fields.of(text.toString());
    }

    @Test
    void eachValueHasTheLeastOfItsTokens() {
        Map<String, Double> values = read(
                List.of("{\"", "shop", "\": ", "\"A", "BC", "\", \"", "total", "\": ", "12", ".5", "}"),
                0.1,
                0.2,
                0.3,
                0.9,
                0.6,
                0.8,
                0.1,
                0.1,
                0.7,
                0.5,
                0.2);

        assertThat(values.keySet()).containsExactly("/shop", "/total");
        assertThat(values.get("/shop")).isCloseTo(0.6, ROUNDING);
        assertThat(values.get("/total")).isCloseTo(0.5, ROUNDING);
    }

    @Test
    void placesInListsAndObjectsArePointers() {
        Map<String, Double> values =
                read(List.of("{\"a/b\":[", "1", ",", "{\"c\":", "null", "}]}"), 1, 0.5, 1, 1, 0.4, 1);

        assertThat(values.keySet()).containsExactly("/a~1b/0", "/a~1b/1/c");
        assertThat(values.get("/a~1b/0")).isCloseTo(0.5, ROUNDING);
        assertThat(values.get("/a~1b/1/c")).isCloseTo(0.4, ROUNDING);
    }

    @Test
    void aTokenThatCompletesNoCharacterCountsToTheNextOne() {
        FieldLikelihoods fields = new FieldLikelihoods();
        fields.add(1, 0);
        fields.add(1, Math.log(0.25));
        fields.add(2, Math.log(0.5));
        fields.add(3, 0);

        assertThat(fields.of("\"é\"").get("")).isCloseTo(0.25, ROUNDING);
    }

    @Test
    void ofACutDocumentWhatCanBeReadCounts() {
        assertThat(read(List.of("{\"a\": ", "1", ", \"b\": \"x"), 1, 0.5, 1)).containsOnlyKeys("/a");
    }
}
