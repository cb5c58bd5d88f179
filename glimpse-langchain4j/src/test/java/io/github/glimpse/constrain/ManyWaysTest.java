package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Schemas whose alternatives cannot be told apart for long. How long their masks take is printed by {@link MaskSpeedTest}. */
class ManyWaysTest {

    /** Objects that differ in the name of their last property. */
    static String objects(int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> String.format(Locale.ROOT, """
                        {"type":"object","properties":{"note":{"type":"string"},"k%d":{"const":1}},"required":["note","k%d"],\
                        "additionalProperties":false}""", index, index))
                .collect(Collectors.joining(",", "{\"anyOf\":[", "]}"));
    }

    /** Each bracket may be of either array, so that each doubles the ways. */
    static final String TWINS = """
            {"$defs":{"n":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/n"}},{"type":"array","items":{"$ref":"#/$defs/n"},\
            "maxItems":3},{"type":"string"}]}},"$ref":"#/$defs/n"}""";

    private static ConstraintCursor start(String schema) {
        return OutputConstraint.jsonSchema(schema, JsonStyle.CLOSED).start(ByteTokens.VOCABULARY);
    }

    private static void write(ConstraintCursor cursor, String text) {
        text.chars().forEach(symbol -> cursor.accept(symbol, ConstraintListener.NONE));
    }

    @Test
    void hundredsOfObjectsAreToldApartByTheirLastName() {
        ConstraintCursor cursor = start(objects(400));
        write(cursor, "{\"note\":\"x\",\"k399\":1}");
        assertThat(cursor.finished()).isTrue();
    }

    @Test
    void moreWaysToBeginThanTheLimitAreRefused() {
        String schema = IntStream.range(0, 1_600)
                .mapToObj(index -> "{\"type\":\"array\",\"prefixItems\":[{\"const\":" + index
                        + "}],\"minItems\":1,\"items\":false}")
                .collect(Collectors.joining(",", "{\"anyOf\":[", "]}"));

        assertThatThrownBy(() -> start(schema))
                .isInstanceOf(InvalidConstraintException.class)
                .hasMessageContaining("1500 ways or more")
                .hasMessageContaining("ask for fewer alternatives");
    }

    @Test
    void waysThatDoubleAtEachBracketStayBoundedAndAnAnswerCanStillBeFinished() {
        ConstraintCursor cursor = start(TWINS);
        write(cursor, "[".repeat(40) + "\"x\"");
        assertThat(((MaskCursor) cursor).ways()).isLessThanOrEqualTo(1_500);
        write(cursor, "]".repeat(40));
        assertThat(cursor.finished()).isTrue();
    }
}
