package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Schemas drawn at random, of all keywords that are understood. */
final class RandomSchemas {

    private static final List<String> NAMES = List.of("a", "ab", "abc", "b", "é", "t\t", "x y", "\"", "\u007f", "");
    private static final List<String> TYPES =
            List.of("boolean", "integer", "number", "string", "array", "object", "null");
    private static final List<String> BOUNDS = List.of("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Random random;
    private final Map<String, TextLanguage> patterns = new HashMap<>();
    private int definitions;

    RandomSchemas(Random random) {
        this.random = random;
    }

    /** What the patterns mean that were drawn so far. */
    Map<String, TextLanguage> patterns() {
        return patterns;
    }

    /** A schema with definitions that may refer to each other, and that nothing may satisfy. */
    ObjectNode whole(int depth) {
        definitions = random.nextInt(4);
        ObjectNode schema = next(depth);
        if (definitions > 0) {
            ObjectNode defs = schema.putObject("$defs");
            for (int number = 0; number < definitions; number++) {
                defs.set("d" + number, next(2));
            }
        }
        return schema;
    }

    /** A schema without definitions. */
    ObjectNode single(int depth) {
        definitions = 0;
        return next(depth);
    }

    private ObjectNode next(int depth) {
        ObjectNode schema = JSON.createObjectNode();
        if (depth > 0 && random.nextInt(3) == 0) {
            combined(schema, depth);
        } else {
            typed(schema, TYPES.get(random.nextInt(depth > 0 ? TYPES.size() : 4)), depth);
        }
        return schema;
    }

    private void combined(ObjectNode schema, int depth) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                ArrayNode branches = schema.putArray("anyOf");
                for (int count = 1 + random.nextInt(3); count > 0; count--) {
                    branches.add(next(depth - 1));
                }
            }
            case 2 -> {
                ArrayNode parts = schema.putArray("allOf");
                for (int count = 1 + random.nextInt(2); count > 0; count--) {
                    typed(parts.addObject(), type, depth - 1);
                }
                typed(schema, type, depth);
            }
            case 3 -> {
                typed(schema, type, depth);
                ArrayNode branches = schema.putArray(random.nextInt(4) == 0 ? "oneOf" : "anyOf");
                typed(branches.addObject(), type, depth - 1);
                typed(branches.addObject(), TYPES.get(random.nextInt(TYPES.size())), 0);
            }
            case 4 -> {
                ArrayNode branches = schema.putArray("oneOf");
                for (int count = 0; count < 2; count++) {
                    ObjectNode branch = branches.addObject();
                    typed(branch, "object", depth - 1);
                    ((ObjectNode) branch.get("properties")).putObject("a").put("const", count);
                    branch.withArray("required").add("a");
                }
            }
            case 5, 6 -> {
                if (definitions > 0) {
                    schema.put("$ref", random.nextInt(4) == 0 ? "#" : "#/$defs/d" + random.nextInt(definitions));
                }
                if (random.nextInt(3) == 0) {
                    typed(schema, type, depth - 1);
                }
            }
            default -> {
                typed(schema, type, depth);
                schema.set("type", JSON.createArrayNode().add("null").add(type));
            }
        }
    }

    private void typed(ObjectNode schema, String type, int depth) {
        if (random.nextInt(8) == 0) {
            values(schema);
        }
        if (random.nextInt(12) != 0) {
            schema.put("type", type);
        }
        switch (type) {
            case "integer", "number" -> bounds(schema, type);
            case "string" -> text(schema);
            case "array" -> array(schema, depth);
            case "object" -> object(schema, depth);
            default -> {}
        }
    }

    private void bounds(ObjectNode schema, String type) {
        BigDecimal low = BigDecimal.valueOf(random.nextInt(3000) - 1500, random.nextInt(type.equals("number") ? 4 : 2));
        for (String keyword : BOUNDS) {
            if (random.nextInt(4) == 0) {
                boolean above = keyword.endsWith("aximum");
                schema.put(
                        keyword,
                        above ? low.add(BigDecimal.valueOf(random.nextInt(4000), 1 + random.nextInt(2))) : low);
            }
        }
    }

    private void text(ObjectNode schema) {
        int least = random.nextInt(3);
        if (random.nextInt(3) == 0) {
            schema.put("minLength", least);
        }
        if (random.nextInt(3) == 0) {
            schema.put("maxLength", least + random.nextInt(4));
        }
        if (random.nextInt(3) == 0) {
            RandomPatterns.Drawn pattern = new RandomPatterns(random).search();
            patterns.put(pattern.text(), pattern.meaning());
            schema.put("pattern", pattern.text());
        }
        if (random.nextInt(8) == 0) {
            schema.remove(List.of("minLength", "maxLength", "pattern"));
            schema.put("format", List.of("date", "uuid", "ipv4").get(random.nextInt(3)));
        }
    }

    private void values(ObjectNode schema) {
        ArrayNode values = JSON.createArrayNode();
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            switch (random.nextInt(8)) {
                case 0 -> values.add(random.nextInt(20));
                case 1 -> values.addArray().add(random.nextInt(3)).add("a");
                case 2 -> values.add(new BigDecimal("1.5"));
                case 3 -> values.addNull().add(true);
                case 4 -> values.addObject().put("a", 1).putArray("b").add("x");
                default ->
                    values.add(List.of("a", "ab", "abba", "b", "é", "\u0001/", "\u007f")
                            .get(random.nextInt(7)));
            }
        }
        if (random.nextInt(4) == 0) {
            schema.set("const", values.get(0));
        } else {
            schema.set("enum", values);
        }
    }

    private void array(ObjectNode schema, int depth) {
        int least = random.nextInt(3);
        if (random.nextBoolean()) {
            schema.put("minItems", least);
        }
        if (random.nextBoolean()) {
            schema.put("maxItems", least + random.nextInt(3));
        }
        if (random.nextInt(3) == 0) {
            ArrayNode first = schema.putArray("prefixItems");
            for (int count = random.nextInt(3); count >= 0; count--) {
                first.add(next(depth - 1));
            }
        }
        switch (random.nextInt(5)) {
            case 0 -> schema.put("items", random.nextBoolean());
            case 1 -> {}
            default -> schema.set("items", next(depth - 1));
        }
    }

    private void object(ObjectNode schema, int depth) {
        ObjectNode properties = schema.putObject("properties");
        for (int count = random.nextInt(5); count > 0; count--) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            if (random.nextInt(12) == 0) {
                properties.put(name, false);
            } else {
                properties.set(name, next(depth - 1));
            }
        }
        ArrayNode required = schema.putArray("required");
        NAMES.forEach(name -> {
            if (random.nextInt(properties.has(name) ? 2 : 40) == 0) {
                required.add(name);
            }
        });
        switch (random.nextInt(4)) {
            case 0 -> schema.put("additionalProperties", random.nextBoolean());
            case 1 -> schema.set("additionalProperties", next(0));
            default -> {}
        }
    }
}
