package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Schemas drawn at random, each branch of which can be finished. */
final class RandomSchemas {

    private static final List<String> NAMES = List.of("a", "ab", "abc", "b", "é", "t\t", "x y", "\"");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Random random;

    RandomSchemas(Random random) {
        this.random = random;
    }

    ObjectNode next(int depth) {
        ObjectNode schema = JSON.createObjectNode();
        switch (random.nextInt(depth > 0 ? 13 : 8)) {
            case 0 -> schema.put("type", "boolean");
            case 1 -> schema.put("type", "integer");
            case 2 -> schema.put("type", "number");
            case 3 -> text(schema);
            case 4 -> values(schema);
            case 5 -> {
                int least = random.nextInt(300) - 150;
                schema.put("type", "integer").put("minimum", least).put("maximum", least + random.nextInt(250));
            }
            case 6 -> {
                ArrayNode types = schema.putArray("type").add("null");
                types.add(random.nextBoolean() ? "string" : "integer");
            }
            case 7 -> schema.put("type", random.nextBoolean() ? "object" : "null");
            case 8, 9 -> array(schema, depth);
            case 10 -> {
                ArrayNode branches = schema.putArray("anyOf");
                for (int count = 1 + random.nextInt(3); count > 0; count--) {
                    branches.add(next(depth - 1));
                }
            }
            default -> object(schema, depth);
        }
        return schema;
    }

    private void text(ObjectNode schema) {
        schema.put("type", "string");
        int least = random.nextInt(3);
        if (random.nextBoolean()) {
            schema.put("minLength", least);
        }
        if (random.nextBoolean()) {
            schema.put("maxLength", least + random.nextInt(4));
        }
    }

    private void values(ObjectNode schema) {
        ArrayNode values = schema.putArray("enum");
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            switch (random.nextInt(4)) {
                case 0 -> values.add(random.nextInt(20));
                case 1 -> values.addArray().add(random.nextInt(3)).add("a");
                default -> values.add(List.of("a", "ab", "abba", "b", "é").get(random.nextInt(5)));
            }
        }
    }

    private void array(ObjectNode schema, int depth) {
        schema.put("type", "array");
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
        schema.set("items", next(depth - 1));
    }

    private void object(ObjectNode schema, int depth) {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        for (int count = random.nextInt(5); count > 0; count--) {
            properties.set(NAMES.get(random.nextInt(NAMES.size())), next(depth - 1));
        }
        ArrayNode required = schema.putArray("required");
        properties.fieldNames().forEachRemaining(name -> {
            if (random.nextBoolean()) {
                required.add(name);
            }
        });
        switch (random.nextInt(3)) {
            case 0 -> schema.put("additionalProperties", false);
            case 1 -> schema.set("additionalProperties", next(0));
            default -> {}
        }
    }
}
