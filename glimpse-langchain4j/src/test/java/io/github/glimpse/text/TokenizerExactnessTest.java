package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.text.jinja.PythonSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ids, places and texts equal those of the native library that files of this format are made for. {@code
 * -Dglimpse.tokenizer.texts=1000000} takes so many texts for each tokenizer, {@code -Dglimpse.tokenizer.files=<dir>} the
 * tokenizers in a folder, too.
 */
@TestCategory.Reference
class TokenizerExactnessTest {

    private static final int TEXTS = Integer.getInteger("glimpse.tokenizer.texts", Sample.count(200, 1_000));
    private static final int SEED = Integer.getInteger("glimpse.tokenizer.seed", 11);

    /** One tokenizer file. */
    record Kind(String name, JsonNode file) {}

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> equalsTheNativeLibrary() throws IOException {
        String only = System.getProperty("glimpse.tokenizer.only", "");
        return TokenizerKinds.all().stream()
                .filter(kind -> kind.name().contains(only))
                .map(kind -> dynamicTest(kind.name(), () -> compare(kind)));
    }

    private void compare(Kind kind) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), kind.file().toString());
        List<String> differences = new ArrayList<>();
        try (ReferenceTokenizer reference = ReferenceTokenizer.of(kind.file().<ObjectNode>deepCopy());
                Tokenizer tokenizer = Tokenizer.load(folder)) {
            RandomTexts texts = new RandomTexts(SEED, tokens(kind.file()));
            Random random = new Random(SEED);
            for (int round = 0; round < TEXTS && differences.size() < 5; round++) {
                String text = texts.next();
                compare(tokenizer, reference, round % 8 == 0 ? tokenizer.guard(text) : text, random, differences);
            }
        }
        assertThat(differences).isEmpty();
    }

    private static List<String> tokens(JsonNode file) {
        List<String> tokens = new ArrayList<>();
        for (int times = 0; times < 20; times++) {
            file.path("added_tokens")
                    .forEach(token -> tokens.add(token.path("content").asText()));
        }
        JsonNode vocabulary = file.path("model").path("vocab");
        if (vocabulary.isObject()) {
            vocabulary.fieldNames().forEachRemaining(tokens::add);
        } else {
            vocabulary.forEach(piece -> tokens.add(piece.path(0).asText()));
        }
        return tokens;
    }

    private static void compare(
            Tokenizer tokenizer, ReferenceTokenizer reference, String text, Random random, List<String> differences) {
        String whole = text.codePoints()
                .map(point -> point >= 0xD800 && point < 0xE000 ? 0xFFFD : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        whole = PythonSpace.stripLeft(whole, point -> point == TypedTextGuard.MARK);
        int[] expected = reference.encode(whole);
        int[] ids = tokenizer.encodePlain(text);
        if (!Arrays.equals(ids, expected)) {
            differences.add(
                    "ids of " + escaped(text) + ": " + Arrays.toString(ids) + " and not " + Arrays.toString(expected));
            return;
        }
        int[][] places = tokenizer.places(text);
        CharSpan[] spans = reference.spans(whole);
        for (int index = 0; index < expected.length; index++) {
            int start = whole.offsetByCodePoints(0, spans[index].getStart());
            int end = whole.offsetByCodePoints(0, spans[index].getEnd());
            if (places[index][0] != start || places[index][1] != end) {
                differences.add("place of token " + index + " of " + escaped(text) + ": "
                        + Arrays.toString(places[index]) + " and not " + start + ", " + end);
                return;
            }
        }
        int[] some = ids.clone();
        for (int index = 0; index < some.length; index++) {
            some[index] = random.nextInt(3) == 0 ? random.nextInt(tokenizer.vocabularySize() + 5) : some[index];
        }
        for (int[] each : List.of(ids, some)) {
            String decoded = tokenizer.decode(each);
            if (!decoded.equals(reference.decode(each))) {
                differences.add("text of " + Arrays.toString(each) + ": " + escaped(decoded) + " and not "
                        + escaped(reference.decode(each)));
                return;
            }
        }
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder("\"");
        text.chars()
                .forEach(unit -> escaped.append(
                        unit > 31 && unit < 127
                                ? Character.toString(unit)
                                : String.format(java.util.Locale.ROOT, "\\u%04x", unit)));
        return escaped.append('"').toString();
    }
}
