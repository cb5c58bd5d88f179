package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Times masks on the 151,936 first tokens of o200k_base, and prints a table for {@code docs/guide/agents.md}. Run by hand:
 * {@code mvn -pl glimpse-langchain4j test -Dtest=MaskSpeedTest -Dglimpse.constrained.speed=<file>}; the file gets the
 * documents and tokens for {@code src/test/python/constrain/speed.py}, which times llguidance on the same.
 */
@EnabledIfSystemProperty(named = "glimpse.constrained.speed", matches = ".+")
class MaskSpeedTest {

    private static final int ROUNDS = 40;
    private static final int KEPT = 64;

    /** A schema as LangChain4j writes them, and documents of it. */
    private record Sample(String name, String schema, List<String> documents) {}

    private static final List<Sample> SAMPLES = List.of(
            new Sample("invoice", """
                    {"type":"object","properties":{"number":{"type":"string"},"issued":{"type":"object","properties":\
                    {"year":{"type":"integer","minimum":0,"maximum":9999},"month":{"type":"integer","minimum":1,"maximum":12},\
                    "day":{"type":"integer","minimum":1,"maximum":28}},"required":["year","month","day"],\
                    "additionalProperties":false},"seller":{"type":"string"},"lines":{"type":"array","items":{"type":"object",\
                    "properties":{"what":{"type":"string"},"count":{"type":"integer"},"price":{"type":"number"}},\
                    "required":["what","count","price"],"additionalProperties":false}},"total":{"type":"number"},"currency":\
                    {"type":"string","enum":["EUR","USD","GBP","CHF"]},"paid":{"type":"boolean"}},"required":["number",\
                    "issued","seller","lines","total","currency","paid"],"additionalProperties":false}""", List.of("""
                            {"number": "2024-00317", "issued": {"year": 2024, "month": 3, "day": 17}, "seller": "Bäckerei \
                            Müller & Söhne, Hauptstraße 12, 50667 Köln", "lines": [{"what": "Rye bread, 1 kg", "count": 12, \
                            "price": 4.85}, {"what": "Croissant \\"butter\\"", "count": 40, "price": 1.6}, {"what": "Delivery to \
                            the door before six o'clock", "count": 1, "price": 15}], "total": 137.2, "currency": "EUR", \
                            "paid": false}""")),
            new Sample("shapes", """
                    {"type":"object","properties":{"values":{"type":"array","items":{"anyOf":[{"type":"object","properties":\
                    {"type":{"type":"string","enum":["Circle"]},"radius":{"type":"number"},"label":{"type":"string"}},\
                    "required":["type","radius"],"additionalProperties":false},{"type":"object","properties":{"type":{"type":\
                    "string","enum":["Square"]},"side":{"type":"number"},"label":{"type":"string"}},"required":["type","side"],\
                    "additionalProperties":false}]}}},"required":["values"],"additionalProperties":false}""", List.of("""
                            {"values":[{"type":"Circle","radius":2.75,"label":"the big one in the middle of the picture"},\
                            {"type":"Square","side":12},{"type":"Square","side":0.5,"label":"a small mark, hardly seen"}]}""")),
            new Sample("tree", """
                    {"$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array",\
                    "items":{"$ref":"#/$defs/node"}}},"required":["name"],"additionalProperties":false}},\
                    "$ref":"#/$defs/node"}""", List.of("""
                            {"name": "shop", "children": [{"name": "fruit", "children": [{"name": "apples from the region"}, \
                            {"name": "bananas"}]}, {"name": "bread", "children": []}]}""")),
            new Sample("map", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}", List.of("""
                            {"apples": 12, "pears and plums": 7, "bananas": 123456, "日本の柿": 3}""")),
            new Sample("any", "{\"type\":\"object\"}", List.of("""
                            {"title": "Notes of the meeting", "items": [1, 2.5, true, null, {"deep": ["a", "b"]}], \
                            "text": "A longer text, such as models write when they are asked to describe a picture: \
                            two people at a table, a cup of coffee, and a dog that looks out of the window."}""")),
            new Sample("lengths", """
                    {"type":"object","properties":{"title":{"type":"string","minLength":1,"maxLength":80},"code":{"type":\
                    "string","pattern":"^[A-Z]{3}-\\\\d{4}$"},"when":{"type":"string","format":"date-time"}},"required":\
                    ["title","code","when"],"additionalProperties":false}""", List.of("""
                            {"title": "Quarterly report of the northern region", "code": "ABC-1234", \
                            "when": "2024-02-29T12:30:00Z"}""")));

    /** The least time at each place of the documents, in nanoseconds: others use the machine too. */
    private static final class Times {
        private final Map<String, Long> least = new HashMap<>();

        void add(String place, long nanos) {
            least.merge(place, nanos, Math::min);
        }

        String row(String name) {
            long[] sorted =
                    least.values().stream().mapToLong(Long::longValue).sorted().toArray();
            double mean = Arrays.stream(sorted).average().orElse(0);
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %.1f | %.1f | %.1f | %.1f |",
                    name,
                    sorted.length,
                    mean / 1e3,
                    sorted[sorted.length / 2] / 1e3,
                    sorted[(int) (sorted.length * 0.99)] / 1e3,
                    sorted[sorted.length - 1] / 1e3);
        }
    }

    private final Times structure = new Times();
    private final Times strings = new Times();
    private final Times first = new Times();
    private final Times compiled = new Times();

    @Test
    void timesMasksOnALargeVocabulary() throws IOException {
        List<byte[]> tokens = LargeVocabulary.tokens();
        long before = usedBytes();
        TokenVocabulary vocabulary = LargeVocabulary.of(tokens);
        long vocabularyBytes = usedBytes() - before;
        List<String> lines = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Sample sample : SAMPLES) {
                long begin = System.nanoTime();
                OutputConstraint constraint = OutputConstraint.jsonSchema(sample.schema(), JsonStyle.OPEN);
                constraint.start(vocabulary);
                compiled.add(sample.name(), System.nanoTime() - begin);
                for (String document : sample.documents()) {
                    int[] ids = ids(vocabulary, document);
                    if (round == 0) {
                        lines.add(JsonText.quoted(sample.schema()) + "\t" + Arrays.toString(ids));
                    }
                    run(sample.name(), vocabulary, constraint, ids, first, first);
                    run(sample.name(), vocabulary, constraint, ids, structure, strings);
                }
            }
        }
        Files.write(Path.of(System.getProperty("glimpse.constrained.speed")), lines);
        System.out.println("| masks | count | mean, us | median | p99 | most |\n|---|---|---|---|---|---|");
        System.out.println(structure.row("structure, names, numbers"));
        System.out.println(strings.row("inside strings"));
        System.out.println(first.row("all of a constraint's first answer"));
        System.out.println(compiled.row("compile"));
        System.out.printf(Locale.ROOT, "vocabulary: %.1f MB%n", vocabularyBytes / 1e6);
        measureConstraints(vocabulary);
        compileALongSchema();
        measureManyWays(vocabulary);
    }

    private static long usedBytes() {
        for (int time = 0; time < 3; time++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** So many as a model keeps, each after its documents. */
    private static void measureConstraints(TokenVocabulary vocabulary) {
        List<OutputConstraint> kept = new ArrayList<>();
        long before = usedBytes();
        for (int count = 0; count < KEPT; count++) {
            Sample sample = SAMPLES.get(count % SAMPLES.size());
            OutputConstraint constraint = OutputConstraint.jsonSchema(sample.schema(), JsonStyle.OPEN);
            for (String document : sample.documents()) {
                run("", vocabulary, constraint, ids(vocabulary, document), new Times(), new Times());
            }
            kept.add(constraint);
        }
        System.out.printf(
                Locale.ROOT, "%d constraints: %.2f MB each%n", KEPT, (usedBytes() - before) / 1e6 / kept.size());
    }

    /** The slowest mask of an answer whose alternatives cannot be told apart for long, in time of the thread. */
    private static void measureManyWays(TokenVocabulary vocabulary) {
        for (int count : new int[] {32, 200, 500, 1_300}) {
            measureManyWays(
                    vocabulary, count + " objects", ManyWaysTest.objects(count), "{\"note\":\"a long note\",\"k");
        }
        measureManyWays(vocabulary, "twins", ManyWaysTest.TWINS, "[".repeat(14) + "\"a\",\"b\"],[\"c");
    }

    private static void measureManyWays(TokenVocabulary vocabulary, String name, String schema, String document) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] allowed = new long[vocabulary.words()];
        long least = Long.MAX_VALUE;
        int ways = 0;
        for (int round = 0; round < ROUNDS / 4; round++) {
            ConstraintCursor cursor =
                    OutputConstraint.jsonSchema(schema, JsonStyle.CLOSED).start(vocabulary);
            long most = 0;
            for (byte symbol : document.getBytes(StandardCharsets.UTF_8)) {
                long before = threads.getCurrentThreadCpuTime();
                cursor.mask(allowed);
                most = Math.max(most, threads.getCurrentThreadCpuTime() - before);
                cursor.accept(LargeVocabulary.single(vocabulary, symbol), ConstraintListener.NONE);
                ways = Math.max(ways, ((MaskCursor) cursor).ways());
            }
            least = Math.min(least, most);
        }
        System.out.printf(Locale.ROOT, "%s: up to %d states at once, slowest mask %.1f ms%n", name, ways, least / 1e6);
    }

    private static void compileALongSchema() {
        StringBuilder schema = new StringBuilder("{\"type\":\"object\",\"properties\":{");
        for (int number = 0; schema.length() < 100_000; number++) {
            schema.append(number == 0 ? "" : ",")
                    .append("\"field")
                    .append(number)
                    .append("\":");
            schema.append(SAMPLES.get(number % 2).schema());
        }
        schema.append("}}");
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            OutputConstraint.jsonSchema(schema.toString(), JsonStyle.CLOSED);
            least = Math.min(least, System.nanoTime() - begin);
        }
        System.out.printf(Locale.ROOT, "compile of %d characters: %.1f ms%n", schema.length(), least / 1e6);
    }

    private static void run(
            String name,
            TokenVocabulary vocabulary,
            OutputConstraint constraint,
            int[] ids,
            Times structure,
            Times strings) {
        ConstraintCursor cursor = constraint.start(vocabulary);
        long[] allowed = new long[vocabulary.words()];
        for (int at = 0; at < ids.length; at++) {
            long before = System.nanoTime();
            cursor.mask(allowed);
            long time = System.nanoTime() - before;
            assertThat(ByteTokens.allows(allowed, ids[at])).isTrue();
            int count = 0;
            for (long word : allowed) {
                count += Long.bitCount(word);
            }
            (count > 10_000 ? strings : structure).add(name + at, time);
            cursor.accept(ids[at], ConstraintListener.NONE);
        }
        assertThat(cursor.complete()).isTrue();
    }

    /** The longest token at each place. */
    private static int[] ids(TokenVocabulary vocabulary, String text) {
        TokenTrie trie = vocabulary.all();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<Integer> ids = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int best = -1;
            int length = 0;
            int node = 0;
            for (int depth = 0; at + depth < bytes.length && node >= 0; depth++) {
                int child = node + 1;
                while (child < trie.behind(node) && trie.symbol(child) != (bytes[at + depth] & 0xFF)) {
                    child = trie.behind(child);
                }
                node = child < trie.behind(node) ? child : -1;
                if (node >= 0 && trie.firstId(node) < trie.firstId(node + 1)) {
                    best = trie.id(trie.firstId(node));
                    length = depth + 1;
                }
            }
            ids.add(best);
            at += length;
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
