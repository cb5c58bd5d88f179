package io.github.glimpse.constrain;

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
import org.jspecify.annotations.Nullable;

/**
 * Schemas that are made to cost much, and a program that compiles them: each becomes a constraint or a refusal that says
 * what to do, and neither takes long. A process of its own, since what is wrong here may end it.
 */
final class HostileSchemas {

    private static final int TRIES = 5;

    /** The time of the thread, not the clock's. */
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private long slowest;
    private String slowestName = "";
    private int taken;
    private int refused;
    private final long mostNanos;

    private HostileSchemas(long mostNanos) {
        this.mostNanos = mostNanos;
    }

    /**
     * Compiles all bombs and so many random schemas, and writes what was slowest.
     *
     * @param arguments how many, their seed, and milliseconds that one may take, the least of some tries
     */
    public static void main(String[] arguments) {
        int count = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        HostileSchemas schemas = new HostileSchemas(1_000_000 * Long.parseLong(arguments[2]));
        Random random = new Random(seed);
        for (int number = 0; number < count; number++) {
            schemas.run("random " + number, random(random, 6));
        }
        bombs().forEach(schemas::run);
        System.out.printf(
                Locale.ROOT,
                "hostile schemas: %d taken, %d refused, slowest %s: %.1f ms%n",
                schemas.taken,
                schemas.refused,
                schemas.slowestName,
                schemas.slowest / 1e6);
    }

    private void run(String name, String schema) {
        long least = Long.MAX_VALUE;
        for (int time = 0; time < TRIES && least > mostNanos; time++) {
            long begin = CPU.getCurrentThreadCpuTime();
            OutputConstraint constraint = compile(name, schema);
            least = Math.min(least, CPU.getCurrentThreadCpuTime() - begin);
            if (time == 0 && constraint != null) {
                taken++;
                answer(name, constraint);
            } else if (time == 0) {
                refused++;
            }
        }
        if (least > slowest) {
            slowest = least;
            slowestName = name;
        }
        if (least > mostNanos) {
            throw new AssertionError(name + " took " + least / 1_000_000 + " ms");
        }
    }

    private static @Nullable OutputConstraint compile(String name, String schema) {
        try {
            return OutputConstraint.jsonSchema(schema, JsonStyle.OPEN);
        } catch (UnsupportedConstraintException | InvalidConstraintException error) {
            // What it is, and what to do about it.
            String message = String.valueOf(error.getMessage());
            if (!message.contains("; ") && !message.contains("JSON schema keyword")) {
                throw new AssertionError(name + " is refused without a next step: " + message);
            }
            return null;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
            throw new AssertionError(name + ": " + schema.substring(0, Math.min(300, schema.length())), error);
        }
    }

    /** Some tokens, none of which may lead into a dead end. */
    private static void answer(String name, OutputConstraint constraint) {
        Random random = new Random(name.hashCode());
        ConstraintCursor cursor = constraint.start(ByteTokens.VOCABULARY);
        long[] allowed = new long[ByteTokens.VOCABULARY.words()];
        for (int count = 0; count < 300 && !cursor.finished(); count++) {
            cursor.mask(allowed);
            int[] ids = BitSet.valueOf(allowed).stream().toArray();
            if (ids.length == 0) {
                throw new AssertionError(name + " gets stuck");
            }
            int id = ids[random.nextInt(ids.length)];
            if (id == ByteTokens.END) {
                return;
            }
            cursor.accept(id, ConstraintListener.NONE);
        }
    }

    /** A class of so many characters, no two beside each other. */
    private static String isolated(int count) {
        return IntStream.range(0, count)
                .map(number -> (number < 27_000 ? 0x100 : 0x10000 - 27_000) + 2 * number)
                .filter(point -> point < 0xD800 || point >= 0xE000)
                .mapToObj(Character::toString)
                .collect(Collectors.joining("", "[", "]"));
    }

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
        bombs.put(
                "chain of nested",
                defs(
                        900,
                        number -> "{\"allOf\":[".repeat(60) + "{\"$ref\":\"#/$defs/d" + (number + 1) + "\"}"
                                + "]}".repeat(60)));
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
                "(?:(?:" + "()".repeat(100) + "){10000}){1000}",
                isolated(30_000),
                isolated(1_000) + "a{10000}a{10000}a{10000}a{10000}",
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
                "nested alternatives",
                "{\"anyOf\":[".repeat(60) + "{\"type\":\"null\"},{\"type\":\"integer\"}" + "]}".repeat(60));
        bombs.put(
                "many formats",
                defs(
                        300,
                        number -> "{\"type\":\"object\",\"properties\":{\"u\":{\"format\":\"uri\"},"
                                + "\"i\":{\"format\":\"ipv6\"},\"n\":{\"$ref\":\"#/$defs/dN\"}}}"
                                        .replace("N", String.valueOf(number + 1))));
        bombs.put(
                "patterns that hold together",
                "{\"type\":\"string\",\"allOf\":["
                        + IntStream.range(0, 30)
                                .mapToObj(number ->
                                        "{\"pattern\":\"[a-" + (char) ('b' + number % 20) + "]{" + number + "}x\"}")
                                .collect(Collectors.joining(","))
                        + "]}");
        bombs.put(
                "names alike",
                "{\"type\":\"object\",\"additionalProperties\":{},\"properties\":{"
                        + IntStream.range(0, 300)
                                .mapToObj(number -> "\"" + "n".repeat(number) + "\":{}")
                                .collect(Collectors.joining(","))
                        + "}}");
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
}
