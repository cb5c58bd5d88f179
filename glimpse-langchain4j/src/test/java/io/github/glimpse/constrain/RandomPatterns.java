package io.github.glimpse.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Regular expressions drawn at random, each with what it means: the meaning is never read from the text. */
final class RandomPatterns {

    private static final List<String> CHARACTERS =
            List.of("a", "b", "c", "x", "0", "1", "-", "_", " ", "é", "日", "😀", "\"");
    private static final List<TextLanguage> BYTES = IntStream.range(0, 256)
            .mapToObj(value -> TextLanguage.text(String.valueOf(value)))
            .toList();

    private final Random random;

    RandomPatterns(Random random) {
        this.random = random;
    }

    /** A pattern and what it stands for. */
    record Drawn(String text, TextLanguage meaning) {}

    /** As {@code pattern} is meant: some part of a text matches. */
    Drawn search() {
        List<TextLanguage> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int count = 1 + random.nextInt(2); count > 0; count--) {
            Drawn part = sequence(2);
            boolean begins = random.nextBoolean();
            boolean ends = random.nextBoolean();
            text.append(text.isEmpty() ? "" : "|").append(begins ? "^" : "");
            text.append(part.text()).append(ends ? "$" : "");
            TextLanguage left = begins ? part.meaning() : TextLanguage.then(TextLanguage.ANY, part.meaning());
            parts.add(ends ? left : TextLanguage.then(left, TextLanguage.ANY));
        }
        return new Drawn(text.toString(), TextLanguage.or(parts));
    }

    /** As a text that matches as a whole. */
    Drawn whole() {
        return choice(2);
    }

    private Drawn choice(int depth) {
        List<Drawn> parts = new ArrayList<>();
        for (int count = 1 + random.nextInt(2); count > 0; count--) {
            parts.add(sequence(depth));
        }
        return new Drawn(
                String.join("|", parts.stream().map(Drawn::text).toList()),
                TextLanguage.or(parts.stream().map(Drawn::meaning).toList()));
    }

    private Drawn sequence(int depth) {
        StringBuilder text = new StringBuilder();
        TextLanguage meaning = TextLanguage.EMPTY;
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            Drawn part = repeated(depth);
            text.append(part.text());
            meaning = TextLanguage.then(meaning, part.meaning());
        }
        return new Drawn(text.toString(), meaning);
    }

    private Drawn repeated(int depth) {
        Drawn part = atom(depth);
        int least = random.nextInt(3);
        int most = least + random.nextInt(3);
        int any = Integer.MAX_VALUE;
        return switch (random.nextInt(9)) {
            case 0 -> new Drawn(part.text() + '*', TextLanguage.many(part.meaning(), 0, any));
            case 1 -> new Drawn(part.text() + "+?", TextLanguage.many(part.meaning(), 1, any));
            case 2 -> new Drawn(part.text() + '?', TextLanguage.many(part.meaning(), 0, 1));
            case 3 -> new Drawn(part.text() + '{' + least + '}', TextLanguage.many(part.meaning(), least, least));
            case 4 -> new Drawn(part.text() + '{' + least + ",}", TextLanguage.many(part.meaning(), least, any));
            case 5 ->
                new Drawn(part.text() + '{' + least + ',' + most + '}', TextLanguage.many(part.meaning(), least, most));
            default -> part;
        };
    }

    private Drawn atom(int depth) {
        if (depth > 0 && random.nextInt(4) == 0) {
            Drawn inner = choice(depth - 1);
            return new Drawn((random.nextBoolean() ? "(" : "(?:") + inner.text() + ')', inner.meaning());
        }
        return switch (random.nextInt(12)) {
            case 0 -> new Drawn("[a-c]", one('a', 'c'));
            case 1 -> new Drawn("[^a-b]", one(0, 'a' - 1, 'c', Character.MAX_CODE_POINT));
            case 2 -> new Drawn("[b-xé-ü日]", one('b', 'x', 'é', 'ü', '日', '日'));
            case 3 -> new Drawn("\\d", one('0', '9'));
            case 4 -> new Drawn("\\w", one('0', '9', 'A', 'Z', '_', '_', 'a', 'z'));
            case 5 -> new Drawn("\\s", one('\t', '\r', ' ', ' '));
            case 6 -> new Drawn(".", one(0, '\t', 0x0B, Character.MAX_CODE_POINT));
            case 7 -> new Drawn("\\n", one('\n', '\n'));
            default -> {
                String character = CHARACTERS.get(random.nextInt(CHARACTERS.size()));
                yield new Drawn(character, TextLanguage.text(character));
            }
        };
    }

    private static TextLanguage one(int... runs) {
        return new TextLanguage.One(IntStream.of(runs).boxed().toList());
    }

    /** What a format is, for those whose meaning is short. */
    static TextLanguage format(String name) {
        TextLanguage digit = one('0', '9', 'A', 'F', 'a', 'f');
        return switch (name) {
            case "date" -> new TextLanguage.Dates("");
            case "uuid" -> {
                TextLanguage all = TextLanguage.EMPTY;
                for (int group : new int[] {8, 4, 4, 4, 12}) {
                    TextLanguage own = TextLanguage.many(digit, group, group);
                    all = all.equals(TextLanguage.EMPTY)
                            ? own
                            : TextLanguage.then(all, TextLanguage.then(TextLanguage.text("-"), own));
                }
                yield all;
            }
            case "ipv4" -> {
                TextLanguage value = TextLanguage.or(BYTES);
                TextLanguage next = TextLanguage.then(TextLanguage.text("."), value);
                yield TextLanguage.then(value, TextLanguage.many(next, 3, 3));
            }
            default -> throw new IllegalArgumentException(name);
        };
    }
}
