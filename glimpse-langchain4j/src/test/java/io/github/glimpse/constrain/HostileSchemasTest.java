package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Schemas that are made to cost much: each becomes a constraint or a refusal, and neither takes long. */
class HostileSchemasTest {

    private static final int RANDOM = Integer.getInteger("glimpse.constrained.hostile", 300);
    private static final long SEED = Long.getLong("glimpse.constrained.seed", 19);

    /** Warm ones take a hundredth of it: these run cold. */
    private static final long MOST_MILLIS = 3_000;

    /** The time of the thread, not the clock's: others use the machine too. */
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private long slowest;
    private String slowestName = "";

    private static Map<String, String> bombs() {
        Map<String, String> bombs = new LinkedHashMap<>();
        bombs.put("deep JSON", "{\"items\":".repeat(20_000) + "{}" + "}".repeat(20_000));
        bombs.put("deep schema", "{\"items\":".repeat(65) + "{}" + "}".repeat(65));
        bombs.put("deep list", "[".repeat(100_000));
        bombs.put("deep const", "{\"const\":" + "[".repeat(200) + "]".repeat(200) + "}");
        bombs.put("long", "{\"title\":\"" + "x".repeat(2_000_000) + "\"}");
        bombs.put("list of a megabyte", "{\"enum\":[" + numbers(0, 130_000) + "]}");
        bombs.put(
                "long list of long words",
                "{\"enum\":["
                        + IntStream.range(0, 1_000)
                                .mapToObj(word -> "\"" + String.valueOf(word).repeat(200) + "\"")
                                .collect(Collectors.joining(","))
                        + "]}");
        bombs.put("chain", defs(900, number -> "{\"$ref\":\"#/$defs/d" + (number + 1) + "\"}"));
        bombs.put("chain of many", defs(1_100, number -> "{\"$ref\":\"#/$defs/d" + (number + 1) + "\"}"));
        bombs.put("doubling", defs(40, number -> "{\"allOf\":[{\"$ref\":\"#/$defs/dN\"},{\"$ref\":\"#/$defs/dN\"}]}"
                .replace("N", String.valueOf(number + 1))));
        bombs.put(
                "doubling choice",
                defs(40, number -> "{\"anyOf\":[{\"$ref\":\"#/$defs/dN\"},{\"$ref\":\"#/$defs/dN\"}]}"
                        .replace("N", String.valueOf(number + 1))));
        bombs.put(
                "nested objects by chain",
                defs(
                        900,
                        number ->
                                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/dN\"}},\"required\":[\"a\"]}"
                                        .replace("N", String.valueOf(number + 1))));
        bombs.put("itself", "{\"$ref\":\"#\"}");
        bombs.put("itself by choice", "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}");
        bombs.put(
                "each other",
                "{\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}]}},"
                        + "\"$ref\":\"#/$defs/a\"}");
        bombs.put(
                "product",
                "{\"allOf\":["
                        + IntStream.range(0, 12)
                                .mapToObj(each -> "{\"anyOf\":["
                                        + IntStream.range(0, 12)
                                                .mapToObj(number -> "{\"required\":[\"p" + number + "\"]}")
                                                .collect(Collectors.joining(","))
                                        + "]}")
                                .collect(Collectors.joining(","))
                        + "]}");
        bombs.put(
                "many branches",
                "{\"oneOf\":["
                        + IntStream.range(0, 300)
                                .mapToObj(number -> "{\"type\":\"object\",\"properties\":{\"t\":{\"const\":" + number
                                        + "}},\"required\":[\"t\"]}")
                                .collect(Collectors.joining(","))
                        + "]}");
        bombs.put(
                "ambiguous recursion",
                "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}},{\"type\":\"array\","
                        + "\"items\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"integer\"}]}},{\"type\":\"array\",\"minItems\":1,"
                        + "\"items\":{\"$ref\":\"#\"}},{\"type\":\"null\"}]}");
        for (String pattern : List.of(
                "(?:a{1000}){1000}",
                "[ab]*a[ab]{20}",
                "(a|a)*b",
                "((((a*)*)*)*)*",
                "a{10000}",
                "a{99999999}",
                "(".repeat(1000),
                "[a-z]{0,500}[a-z]{0,500}x",
                ".{0,300}foo.{0,300}")) {
            bombs.put(
                    "pattern " + pattern.substring(0, Math.min(20, pattern.length())),
                    "{\"type\":\"string\",\"pattern\":\"" + pattern + "\"}");
        }
        for (String keyword : List.of("minLength", "maxLength", "minItems", "maxItems")) {
            for (String value : List.of("3000", "1000000", "2147483646", "1e9", "1e999999999", "1e-999999999")) {
                String type = keyword.endsWith("Items") ? "array" : "string";
                bombs.put(keyword + ' ' + value, "{\"type\":\"" + type + "\",\"" + keyword + "\":" + value + "}");
            }
        }
        for (String bound : List.of(
                "1e999999999",
                "-1e999999999",
                "1e-999999999",
                "-1e-999999999",
                "1e99999999999",
                "0.1234567890123456789012345",
                "9".repeat(99),
                "9".repeat(2_000))) {
            for (String keyword : List.of("minimum", "exclusiveMaximum")) {
                bombs.put(keyword + ' ' + bound, "{\"type\":\"number\",\"" + keyword + "\":" + bound + "}");
                bombs.put(
                        "integer " + keyword + ' ' + bound, "{\"type\":\"integer\",\"" + keyword + "\":" + bound + "}");
            }
            bombs.put("const " + bound, "{\"const\":" + bound + "}");
        }
        bombs.put(
                "many names",
                "{\"type\":\"object\",\"properties\":{"
                        + IntStream.range(0, 5_000)
                                .mapToObj(number -> "\"name" + number + "\":{\"type\":\"string\"}")
                                .collect(Collectors.joining(","))
                        + "}}");
        bombs.put(
                "many required",
                "{\"type\":\"object\",\"required\":["
                        + IntStream.range(0, 50_000)
                                .mapToObj(number -> "\"r" + number + "\"")
                                .collect(Collectors.joining(","))
                        + "]}");
        bombs.put(
                "wide and deep",
                "{\"type\":\"array\",\"minItems\":9999,\"items\":{\"type\":\"array\",\"minItems\":9999,"
                        + "\"items\":{\"type\":\"array\",\"minItems\":9999,\"items\":{\"const\":\"" + "x".repeat(500)
                        + "\"}}}}");
        return bombs;
    }

    private static String numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    private static String defs(int count, IntFunction<String> def) {
        return "{\"$defs\":{"
                + IntStream.range(0, count)
                        .mapToObj(number -> "\"d" + number + "\":" + def.apply(number))
                        .collect(Collectors.joining(","))
                + ",\"d" + count + "\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/d0\"}";
    }

    @Test
    void everyBombIsAConstraintOrARefusal() {
        bombs().forEach(this::run);
        System.out.printf(Locale.ROOT, "slowest of the bombs: %s, %d ms%n", slowestName, slowest);
    }

    @Test
    void everyRandomSchemaIsAConstraintOrARefusal() {
        Random random = new Random(SEED);
        for (int count = 0; count < RANDOM; count++) {
            run("random " + count, random(random, 6));
        }
        System.out.printf(Locale.ROOT, "slowest of %d random ones: %s, %d ms%n", RANDOM, slowestName, slowest);
    }

    /** Keywords with values of their own or of another's, whatever they mean together. */
    private static String random(Random random, int depth) {
        List<String> keywords = List.of(
                "type",
                "properties",
                "required",
                "items",
                "prefixItems",
                "enum",
                "const",
                "anyOf",
                "allOf",
                "oneOf",
                "$ref",
                "minItems",
                "maxItems",
                "minLength",
                "maxLength",
                "pattern",
                "format",
                "minimum",
                "maximum",
                "not",
                "additionalProperties",
                "exclusiveMinimum");
        List<String> parts = new ArrayList<>();
        for (int count = random.nextInt(5); count > 0; count--) {
            String keyword = keywords.get(random.nextInt(keywords.size()));
            parts.add("\"" + keyword + "\":" + randomValue(random, random.nextInt(12) == 0 ? "" : keyword, depth));
        }
        return "{" + parts.stream().distinct().collect(Collectors.joining(",")) + "}";
    }

    private static String randomValue(Random random, String keyword, int depth) {
        String inner = depth > 0 ? random(random, depth - 1) : "{}";
        return switch (keyword) {
            case "type" ->
                List.of("\"object\"", "\"array\"", "\"string\"", "\"integer\"", "\"number\"", "[\"null\",\"object\"]")
                        .get(random.nextInt(6));
            case "properties" -> "{\"a\":" + inner + ",\"b\":" + random(random, depth / 2) + "}";
            case "required" -> "[\"a\",\"c\"]";
            case "prefixItems", "anyOf", "allOf", "oneOf" -> "[" + inner + "," + random(random, depth / 2) + "]";
            case "enum" -> "[1,\"a\",{\"a\":[]},null]";
            case "pattern" ->
                "\"" + List.of("^a+$", "[^a]", "(ab|c)*", "a{3,}", "x").get(random.nextInt(5)) + "\"";
            case "format" ->
                List.of("\"date\"", "\"ipv6\"", "\"uri\"", "\"none\"").get(random.nextInt(4));
            case "$ref" ->
                List.of("\"#\"", "\"#/properties/a\"", "\"#/anyOf/0\"", "\"#/none\"")
                        .get(random.nextInt(4));
            case "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum" ->
                String.valueOf(random.nextInt(40) - 3);
            default -> inner;
        };
    }

    private void run(String name, String schema) {
        long begin = CPU.getCurrentThreadCpuTime();
        try {
            answer(OutputConstraint.jsonSchema(schema, JsonStyle.OPEN));
        } catch (UnsupportedConstraintException | InvalidConstraintException refused) {
            assertThat(refused.getMessage()).as(name).isNotBlank();
        } catch (RuntimeException | StackOverflowError error) {
            fail(name + ": " + schema.substring(0, Math.min(300, schema.length())), error);
        }
        long millis = (CPU.getCurrentThreadCpuTime() - begin) / 1_000_000;
        if (Boolean.getBoolean("glimpse.constrained.times") && millis > 50) {
            System.out.printf(Locale.ROOT, "%s: %d ms%n", name, millis);
        }
        if (millis > slowest) {
            slowest = millis;
            slowestName = name;
        }
        assertThat(millis).as(name).isLessThan(MOST_MILLIS);
    }

    /** Some tokens, none of which may lead into a dead end. */
    private static void answer(OutputConstraint constraint) {
        Random random = new Random(SEED);
        ConstraintCursor cursor = constraint.start(ByteTokens.VOCABULARY);
        long[] allowed = new long[ByteTokens.VOCABULARY.words()];
        for (int count = 0; count < 300 && !cursor.finished(); count++) {
            cursor.mask(allowed);
            int[] ids = BitSet.valueOf(allowed).stream().toArray();
            assertThat(ids).isNotEmpty();
            int id = ids[random.nextInt(ids.length)];
            if (id == ByteTokens.END) {
                return;
            }
            cursor.accept(id, ConstraintListener.NONE);
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
}
