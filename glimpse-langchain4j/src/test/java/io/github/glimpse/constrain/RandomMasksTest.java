package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random schemas, random answers: every bit of every mask against a search that tries all ways. */
class RandomMasksTest {

    private static final int MASKS = Integer.getInteger("glimpse.constrained.masks", 400);
    private static final long SEED = Long.getLong("glimpse.constrained.seed", 19);
    private static final int MOST_BYTES = 60;

    private final Random random = new Random(SEED);
    private final List<byte[]> tokens = tokens();
    private final int end = tokens.size();
    private final TokenVocabulary vocabulary = TokenVocabulary.of(
            end + 1,
            id -> id < end ? tokens.get(id) : null,
            new int[] {end},
            Map.of(),
            TokenVocabulary.FirstBlank.KEPT);

    private static List<byte[]> tokens() {
        List<byte[]> tokens = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            tokens.add(new byte[] {(byte) value});
        }
        String[] texts = {
            "{\"", "\":", "\",\"", "\": \"", "}}", "}]", "]}", "[[", "[{", "{}", "[]", "\"\"", ", \"", ",\"", "\"a",
            "ab", "abc", "\"ab\":", "12", "-1", "00", "0.", "1e", "true", "null", "tr", "\\n", "\\u0", "\\u00", "é",
            "日本", "x y", "\"b\":[", "1,", "1}", "10", " 1", "a\"", "a\",", "aaaa", "\\\"", "\":{\"", "\"}", "\"},{\"",
            "e5", ".5", ",-"
        };
        for (String text : texts) {
            tokens.add(text.getBytes(StandardCharsets.UTF_8));
        }
        tokens.add(new byte[] {(byte) 0x97, (byte) 0xE6});
        tokens.add(new byte[] {'a', (byte) 0xE6, (byte) 0x97});
        tokens.add(new byte[] {(byte) 0xA5, '"'});
        return tokens;
    }

    @Test
    void everyBitOfAMaskIsWhatASearchFinds() {
        RandomSchemas schemas = new RandomSchemas(random);
        int masks = 0;
        while (masks < MASKS) {
            JsonNode schema = schemas.next(3);
            OutputConstraint constraint = OutputConstraint.jsonSchema(schema.toString(), JsonStyle.OPEN);
            for (int answer = 0; answer < 3; answer++) {
                masks += compare(schema, constraint.start(vocabulary));
            }
        }
        System.out.printf(Locale.ROOT, "masks equal to a search: %d (seed %d)%n", masks, SEED);
    }

    private int compare(JsonNode schema, ConstraintCursor cursor) {
        byte[] written = new byte[0];
        long[] allowed = new long[vocabulary.words()];
        int masks = 0;
        while (written.length < MOST_BYTES && !cursor.finished()) {
            cursor.mask(allowed);
            // Most answers go on for a while before they are looked at: their beginnings are much alike.
            if (random.nextInt(4) == 0) {
                masks++;
                compare(schema, cursor, written, allowed);
            }
            List<Integer> ids = ids(allowed);
            List<Integer> longer =
                    ids.stream().filter(id -> id >= 256 && id != end).toList();
            List<Integer> from = longer.isEmpty() || random.nextInt(3) == 0 ? ids : longer;
            int id = from.get(random.nextInt(from.size()));
            if (id == end) {
                break;
            }
            cursor.accept(id, ConstraintListener.NONE);
            written = joined(written, tokens.get(id));
        }
        return masks;
    }

    private void compare(JsonNode schema, ConstraintCursor cursor, byte[] written, long[] allowed) {
        String where = schema + " after " + new String(written, StandardCharsets.UTF_8);
        assertThat(cursor.complete()).as(where).isEqualTo(SchemaSearch.isDocument(schema, written));
        assertThat(ByteTokens.allows(allowed, end)).as(where).isEqualTo(cursor.complete());
        for (int id = 0; id < end; id++) {
            boolean expected = SchemaSearch.mayBegin(schema, joined(written, tokens.get(id)));
            if (ByteTokens.allows(allowed, id) != expected) {
                assertThat(ByteTokens.allows(allowed, id))
                        .as(where + " with " + new String(tokens.get(id), StandardCharsets.UTF_8) + " (" + id + ")")
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void anAnswerEndsWithinItsLimitAndIsADocument() {
        RandomSchemas schemas = new RandomSchemas(random);
        long[] allowed = new long[vocabulary.words()];
        for (int count = 0; count < MASKS / 5; count++) {
            JsonNode schema = schemas.next(3);
            OutputConstraint constraint = OutputConstraint.jsonSchema(schema.toString(), JsonStyle.OPEN);
            for (int answer = 0; answer < 3; answer++) {
                ConstraintCursor cursor = constraint.start(vocabulary);
                int left = cursor.leastTokens() + random.nextInt(40);
                byte[] written = new byte[0];
                while (left > 0 && !cursor.finished()) {
                    assertThat(cursor.leastTokens()).isLessThanOrEqualTo(left);
                    cursor.mask(allowed, left--);
                    List<Integer> ids = ids(allowed);
                    int id = ids.get(random.nextInt(ids.size()));
                    if (id == end) {
                        break;
                    }
                    cursor.accept(id, ConstraintListener.NONE);
                    written = joined(written, tokens.get(id));
                }
                assertThat(SchemaSearch.isDocument(schema, written))
                        .as(schema + " " + new String(written, StandardCharsets.UTF_8))
                        .isTrue();
            }
        }
    }

    @Test
    void aMaskNearTheLimitHoldsExactlyWhatCanStillBeFinished() {
        RandomSchemas schemas = new RandomSchemas(random);
        long[] all = new long[vocabulary.words()];
        long[] allowed = new long[vocabulary.words()];
        for (int count = 0; count < MASKS / 5; count++) {
            OutputConstraint constraint =
                    OutputConstraint.jsonSchema(schemas.next(3).toString(), JsonStyle.OPEN);
            ConstraintCursor cursor = constraint.start(vocabulary);
            for (int step = 0; step < 12 && !cursor.finished(); step++) {
                int left = cursor.leastTokens() + random.nextInt(6);
                cursor.mask(allowed, left);
                cursor.mask(all);
                for (int id : ids(all)) {
                    ConstraintCursor next = cursor.copy();
                    next.accept(id, ConstraintListener.NONE);
                    boolean inTime = id == end || next.leastTokens() <= Math.max(left, cursor.leastTokens()) - 1;
                    assertThat(ByteTokens.allows(allowed, id)).isEqualTo(inTime);
                }
                List<Integer> ids = ids(all);
                int id = ids.get(random.nextInt(ids.size()));
                if (id == end) {
                    break;
                }
                cursor.accept(id, ConstraintListener.NONE);
            }
        }
    }

    private static List<Integer> ids(long[] allowed) {
        return java.util.BitSet.valueOf(allowed).stream().boxed().toList();
    }

    private static byte[] joined(byte[] left, byte[] right) {
        byte[] joined = java.util.Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }
}
