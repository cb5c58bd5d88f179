package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@link HostileSchemas} finds in a process of its own with a small heap, and answers that nest too deep. */
class HostileSchemasTest {

    private static final String SCHEMAS = System.getProperty("glimpse.constrained.hostile", "200");

    /** Alone on a machine 100 hold. Where others run, a thread's own time grows with them. */
    private static final String MILLIS = System.getProperty("glimpse.constrained.millis", "2000");

    /** Ends a hang; no measure of speed. */
    private static final String HANG_MILLIS = "60000";

    private static final String SEED = System.getProperty("glimpse.constrained.seed", "19");

    @Test
    void everyHostileSchemaIsAConstraintOrARefusal() throws IOException, InterruptedException {
        compileAll(HANG_MILLIS);
    }

    /** A measure of time, for an idle machine. */
    @Test
    @Tag("timing")
    void noHostileSchemaTakesLong() throws IOException, InterruptedException {
        compileAll(MILLIS);
    }

    private static void compileAll(String mostMillis) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileSchemas.class.getName(),
                        SCHEMAS,
                        SEED,
                        mostMillis))
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            System.out.print(output);
            assertThat(process.exitValue()).as(output).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void anAnswerNestsNoDeeperThanItsLevels() {
        ConstraintCursor cursor = OutputConstraint.jsonSchema(
                        "{\"$defs\":{\"l\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/l\"}}},\"$ref\":\"#/$defs/l\"}",
                        JsonStyle.OPEN)
                .start(ByteTokens.VOCABULARY);
        long[] allowed = new long[ByteTokens.VOCABULARY.words()];
        int open = 0;
        cursor.mask(allowed);
        while (ByteTokens.allows(allowed, '[')) {
            cursor.accept('[', ConstraintListener.NONE);
            cursor.mask(allowed);
            open++;
        }
        assertThat(open).isEqualTo(Automaton.MOST_LEVELS + 1);
        assertThat(BitSet.valueOf(allowed).stream().toArray()).containsExactly(']');
        assertThat(cursor.leastTokens()).isEqualTo(open);
    }

    @Test
    void aDocumentThatNestsTooDeepIsRefusedAtItsFirstBracketTooMany() {
        for (OutputConstraint constraint :
                List.of(OutputConstraint.json(JsonStyle.OPEN), OutputConstraint.jsonSchema("true", JsonStyle.OPEN))) {
            ConstraintCursor cursor = constraint.start(ByteTokens.VOCABULARY);
            int open = 0;
            boolean refused = false;
            for (byte next : "{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8)) {
                try {
                    cursor.accept(next, ConstraintListener.NONE);
                } catch (IllegalArgumentException tooDeep) {
                    refused = true;
                    break;
                }
                open += next == '{' ? 1 : 0;
            }
            assertThat(refused).isTrue();
            assertThat(open).isEqualTo(Automaton.MOST_LEVELS + 1);
            // It stays where it was, and can still be finished.
            assertThat(cursor.leastTokens()).isLessThan(3 * open);
            long[] allowed = new long[ByteTokens.VOCABULARY.words()];
            while (!cursor.finished()) {
                cursor.mask(allowed, cursor.leastTokens());
                cursor.accept(BitSet.valueOf(allowed).nextSetBit(0), ConstraintListener.NONE);
            }
        }
    }
}
