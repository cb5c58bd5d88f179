package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The public test suite of JSON schema, draft 2020-12, where its schemas say what is understood: documents that are valid
 * can be written in one of their spellings, those that are not in none.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JsonSchemaTestSuiteTest {

    /** Valid, and not written: see {@link TextFormats}, and the digits that numbers have. */
    private static final Set<String> NOT_WRITTEN = new TreeSet<>(Set.of(
            "date-time: a valid date-time with a leap second, with minus offset",
            "date-time: case-insensitive T and Z",
            "email: a quoted string with a @ in the local part is valid",
            "email: a quoted string with a double dot in the local part is valid",
            "email: a quoted string with a space in the local part is valid",
            "email: an IPv4-address-literal after the @ is valid",
            "email: an IPv6-address-literal after the @ is valid",
            "hostname: a valid punycoded IDN hostname",
            "hostname: maximum label length",
            "time: a valid time string with case-insensitive Z",
            "time: valid leap second, large negative time-offset",
            "time: valid leap second, large positive time-offset",
            "time: valid leap second, negative time-offset",
            "time: valid leap second, positive time-offset"));

    private int documents;
    private final Map<String, Integer> refused = new TreeMap<>();
    private final Set<String> wronglyAccepted = new TreeSet<>();
    private final Set<String> wronglyRejected = new TreeSet<>();

    JsonSchemaTestSuiteTest() throws IOException {
        try (InputStream file = Objects.requireNonNull(
                JsonSchemaTestSuiteTest.class.getResourceAsStream("/fixtures/json-schema-test-suite.json"))) {
            JsonMapper json = JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();
            json.readTree(file).path("groups").forEach(this::run);
        }
        System.out.printf(
                Locale.ROOT, "JSON-Schema-Test-Suite: documents %d, refused schemas %s%n", documents, refused);
    }

    private void run(JsonNode group) {
        OutputConstraint constraint = null;
        try {
            constraint = OutputConstraint.jsonSchema(group.path("schema").asText(), JsonStyle.OPEN);
        } catch (UnsupportedConstraintException unsupported) {
            refused.merge(unsupported.keyword(), 1, Integer::sum);
            return;
        } catch (InvalidConstraintException unsatisfiable) {
            // Then no document may be valid.
        }
        for (JsonNode test : group.path("tests")) {
            boolean valid = test.get(0).booleanValue();
            boolean written = false;
            for (String spelling : spellings(test.get(2))) {
                written |= constraint != null && accepts(constraint, spelling);
            }
            documents++;
            String name = group.path("file").asText() + ": "
                    + group.path("description").asText() + ": " + test.get(1).asText();
            if (written && !valid) {
                wronglyAccepted.add(name);
            } else if (valid && !written && !group.path("file").asText().equals("format")) {
                // The groups of "format" take it for a mere annotation, which it is by default. Here it counts.
                wronglyRejected.add(name.replaceFirst("format/(.+?): .+?: ", "$1: "));
            }
        }
    }

    private static boolean accepts(OutputConstraint constraint, String text) {
        ConstraintCursor cursor = constraint.start(ByteTokens.VOCABULARY);
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            try {
                cursor.accept(each & 0xFF, ConstraintListener.NONE);
            } catch (IllegalArgumentException forbidden) {
                return false;
            }
        }
        return cursor.complete();
    }

    /** The value in every order of its properties, and numbers with and without a point. */
    private static List<String> spellings(JsonNode value) {
        if (value.isObject()) {
            List<Map.Entry<String, JsonNode>> properties = new ArrayList<>(value.properties());
            List<String> all = new ArrayList<>();
            for (List<Map.Entry<String, JsonNode>> order : orders(properties)) {
                List<String> texts = List.of("");
                for (Map.Entry<String, JsonNode> property : order) {
                    String name = JsonText.quoted(property.getKey()) + ':';
                    texts = joined(
                            texts,
                            spellings(property.getValue()).stream()
                                    .map(name::concat)
                                    .toList());
                }
                texts.forEach(text -> all.add('{' + text + '}'));
            }
            return all;
        }
        if (value.isArray()) {
            List<String> texts = List.of("");
            for (JsonNode item : value) {
                texts = joined(texts, spellings(item));
            }
            return texts.stream().map(text -> '[' + text + ']').toList();
        }
        if (value.isNumber()) {
            Set<String> texts = new TreeSet<>();
            texts.add(value.decimalValue().toPlainString());
            texts.add(value.decimalValue().stripTrailingZeros().toPlainString());
            texts.add(JsonText.spelled(value));
            texts.add(value.decimalValue().toString());
            texts.add(value.decimalValue().stripTrailingZeros().toPlainString() + ".0");
            return List.copyOf(texts);
        }
        return List.of(value.isTextual() ? JsonText.quoted(value.textValue()) : value.toString());
    }

    private static List<String> joined(List<String> left, List<String> right) {
        List<String> all = new ArrayList<>();
        for (String each : left) {
            for (String other : right) {
                all.add(each.isEmpty() ? other : each + ',' + other);
            }
        }
        return all;
    }

    private static <T> List<List<T>> orders(List<T> items) {
        if (items.isEmpty()) {
            return List.of(List.of());
        }
        List<List<T>> all = new ArrayList<>();
        for (int index = 0; index < items.size(); index++) {
            List<T> rest = new ArrayList<>(items);
            T first = rest.remove(index);
            for (List<T> order : orders(rest)) {
                List<T> whole = new ArrayList<>(List.of(first));
                whole.addAll(order);
                all.add(whole);
            }
        }
        return all;
    }

    @Test
    void writesNoDocumentThatIsNotValid() {
        assertThat(wronglyAccepted).isEmpty();
    }

    @Test
    void writesEveryValidDocumentButThoseThatAreNamed() {
        assertThat(wronglyRejected).isEqualTo(NOT_WRITTEN);
    }

    @Test
    void understandsMoreThanFiveHundredDocumentsOfTheSuite() {
        assertThat(documents).isGreaterThan(593);
    }
}
