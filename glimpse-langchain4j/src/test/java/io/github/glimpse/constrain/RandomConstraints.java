package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.TextLanguage.Possible.TooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Constraints of every kind drawn at random, each with a search that tells what may be written by trying it. */
final class RandomConstraints {

    private final Random random;
    private int refused;
    private int impossible;

    RandomConstraints(Random random) {
        this.random = random;
    }

    /** Whether symbols, bytes and the two markers, are a document or the beginning of one. */
    interface Search {
        boolean mayBegin(int[] symbols);

        boolean isDocument(int[] symbols);
    }

    /** A constraint, what it was made of, its search, and whether the fewest tokens to its end are known exactly. */
    record Drawn(String source, OutputConstraint constraint, Search search, boolean exact) {

        Drawn(String source, OutputConstraint constraint, Search search) {
            this(source, constraint, search, false);
        }
    }

    /** Schemas that were not understood so far: {@code oneOf} whose branches are not certain to exclude each other. */
    int refused() {
        return refused;
    }

    /** Schemas that nothing satisfied so far, as both sides found. */
    int impossible() {
        return impossible;
    }

    /**
     * Draws one.
     *
     * @param tokens whether the vocabulary has the markers of calls
     */
    Drawn next(boolean tokens) {
        while (true) {
            Drawn drawn;
            try {
                drawn = draw(tokens);
            } catch (TooLargeException e) {
                continue;
            }
            if (drawn != null) {
                return drawn;
            }
        }
    }

    private @Nullable Drawn draw(boolean tokens) {
        return switch (random.nextInt(16)) {
            case 0 -> choice();
            case 1 -> regex();
            case 2, 3 -> tools(tokens);
            case 4 -> json();
            default -> schema();
        };
    }

    private JsonStyle style() {
        JsonStyle style = random.nextBoolean() ? JsonStyle.OPEN : JsonStyle.CLOSED;
        return random.nextInt(4) == 0 ? style.withIntegerDigits(1 + random.nextInt(4)) : style;
    }

    private @Nullable Drawn schema() {
        JsonStyle style = style();
        RandomSchemas schemas = new RandomSchemas(random);
        ObjectNode schema = schemas.whole(3);
        SchemaSearch search = new SchemaSearch(new SchemaMeaning(schema, style, schemas.patterns()));
        String source = schema + " " + style;
        try {
            OutputConstraint constraint = OutputConstraint.jsonSchema(schema.toString(), style);
            if (!search.isPossible()) {
                throw new AssertionError("taken, though nothing satisfies it: " + source);
            }
            return new Drawn(source, constraint, search);
        } catch (UnsupportedConstraintException unsupported) {
            if (!unsupported.keyword().equals("oneOf")) {
                throw new AssertionError(source, unsupported);
            }
            refused++;
        } catch (InvalidConstraintException invalid) {
            if (!isBeyondLimit(invalid) && search.isPossible()) {
                throw new AssertionError(source, invalid);
            }
            impossible += isBeyondLimit(invalid) ? 0 : 1;
        }
        return null;
    }

    private Drawn json() {
        ObjectNode schema = new RandomSchemas(random).single(0).removeAll().put("type", "object");
        return new Drawn(
                "any object",
                OutputConstraint.json(JsonStyle.OPEN),
                new SchemaSearch(new SchemaMeaning(schema, JsonStyle.OPEN, Map.of())));
    }

    private Drawn choice() {
        List<String> pool = List.of("yes", "no", "yes, it is", "a", "ab", " a", "été", "日本", "{\"a\":1}", "line\nline");
        List<String> texts = new ArrayList<>();
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            texts.add(pool.get(random.nextInt(pool.size())));
        }
        Search search = new Search() {
            @Override
            public boolean mayBegin(int[] symbols) {
                return texts.stream().anyMatch(text -> begins(text, symbols) >= 0);
            }

            @Override
            public boolean isDocument(int[] symbols) {
                return texts.stream().anyMatch(text -> begins(text, symbols) == 0);
            }
        };
        return new Drawn("choice " + texts, OutputConstraint.choice(texts), search, true);
    }

    /** Bytes of the text behind its beginning; -1 if it does not begin so. */
    private static int begins(String text, int[] symbols) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int index = 0; index < symbols.length; index++) {
            if (index >= bytes.length || (bytes[index] & 0xFF) != symbols[index]) {
                return -1;
            }
        }
        return bytes.length - symbols.length;
    }

    private @Nullable Drawn regex() {
        RandomPatterns.Drawn pattern = new RandomPatterns(random).whole();
        OutputConstraint constraint;
        try {
            constraint = OutputConstraint.regex(pattern.text());
        } catch (InvalidConstraintException invalid) {
            if (!isBeyondLimit(invalid)) {
                throw new AssertionError(pattern.text(), invalid);
            }
            return null;
        }
        TextLanguage.Possible possible = new TextLanguage.Possible();
        return new Drawn("regex " + pattern.text(), constraint, new Search() {
            @Override
            public boolean mayBegin(int[] symbols) {
                return walk(symbols, false);
            }

            @Override
            public boolean isDocument(int[] symbols) {
                return walk(symbols, true);
            }

            private boolean walk(int[] symbols, boolean whole) {
                TextLanguage rest = pattern.meaning();
                for (int at = 0; at < symbols.length; ) {
                    TextLanguage.Begun begun = symbols[at] > 0xFF ? null : TextLanguage.Begun.at(symbols, at);
                    if (begun == null || !begun.isWhole()) {
                        return begun != null && !whole && possible.isPossible(rest, begun);
                    }
                    rest = rest.after(begun.first());
                    at += begun.length();
                }
                return whole ? rest.hasEmpty() : possible.isPossible(rest);
            }
        });
    }

    private @Nullable Drawn tools(boolean tokens) {
        List<ToolShape> shapes = new ArrayList<>();
        List<ToolSearch.Tool> searches = new ArrayList<>();
        for (String name : List.of("find", "find_all", "zoom").subList(0, 1 + random.nextInt(3))) {
            RandomSchemas schemas = new RandomSchemas(random);
            ObjectNode schema = schemas.single(1).removeAll();
            schema.put("type", "object").putObject("properties").set("q", schemas.single(1));
            shapes.add(new ToolShape(name, schema.toString(), ToolShape.Arguments.STRICT));
            searches.add(new ToolSearch.Tool(
                    name, new SchemaSearch(new SchemaMeaning(schema, JsonStyle.CLOSED, schemas.patterns()))));
        }
        ToolUse use = new ToolUse(
                random.nextBoolean() ? ToolUse.Choice.AUTO : ToolUse.Choice.REQUIRED, 1 + random.nextInt(3));
        String source = shapes + " " + use + (tokens ? " by tokens" : " by characters");
        try {
            if (random.nextBoolean()) {
                return new Drawn(
                        source,
                        OutputConstraint.tools(shapes, use, JsonStyle.CLOSED, ToolCallFormat.HERMES),
                        new ToolSearch(searches, use, null, tokens));
            }
            RandomSchemas schemas = new RandomSchemas(random);
            ObjectNode schema = schemas.single(2);
            SchemaSearch answer = new SchemaSearch(new SchemaMeaning(schema, JsonStyle.CLOSED, schemas.patterns()));
            return new Drawn(
                    source + " or " + schema,
                    OutputConstraint.toolsOrJson(
                            shapes, use, JsonStyle.CLOSED, ToolCallFormat.HERMES, schema.toString()),
                    new ToolSearch(searches, use, answer, tokens));
        } catch (UnsupportedConstraintException unsupported) {
            refused++;
            return null;
        } catch (InvalidConstraintException invalid) {
            if (!isBeyondLimit(invalid)) {
                throw new AssertionError(source, invalid);
            }
            return null;
        }
    }

    private static boolean isBeyondLimit(InvalidConstraintException invalid) {
        return String.valueOf(invalid.getMessage()).contains("steps to prepare, which is the limit");
    }
}
