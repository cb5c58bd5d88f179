package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JavaShapesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void datesTimesAndUuidsAreAskedForAsJavaReadsThem() throws Exception {
        try (InputStream file = JavaShapesTest.class.getResourceAsStream("/fixtures/constrained/java-shapes.json")) {
            JsonNode cases = JSON.readTree(Objects.requireNonNull(file));
            assertThat(cases.size()).isPositive();
            for (JsonNode golden : cases) {
                JsonNode schema = golden.get("from").deepCopy();
                JavaShapes.apply(schema);
                // The mask closes what lists properties; the golden case says so where it is no shape.
                JsonNode expected = golden.get("to").deepCopy();
                if (golden.get("java").asText().startsWith("none")) {
                    ((ObjectNode) expected).remove("additionalProperties");
                }
                assertThat(schema).as(golden.get("java").asText()).isEqualTo(expected);
            }
        }
    }
}
