package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.ToolUse.Choice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Every golden case of constrained answers, in the test resources and in any folder of that format:
 * {@code -Dglimpse.constrained=<dir>[,<dir>…]}. Every bit of every mask counts.
 */
class ConstrainedFixturesIT {

    /**
     * Cases of answers that contradict section 4.2 of the rules of conversations: blanks directly before a call are dropped, and
     * {@code parameters} in place of {@code arguments} makes a block text.
     */
    private static final Set<String> CONTRADICTED = Set.of("text-first", "cut-in-name", "parameters-key");

    private static int schemas;
    private static int documents;
    private static int masks;
    private static int prompts;
    private static int parser;
    private static int skipped;

    private final List<String> differences = new ArrayList<>();

    @AfterAll
    static void count() {
        System.out.printf(
                Locale.ROOT,
                "constrained: schemas %d, documents %d, masks %d, prompts %d, parser %d, skipped %d%n",
                schemas,
                documents,
                masks,
                prompts,
                parser,
                skipped);
    }

    private void noDifferences() {
        assertThat(differences).isEmpty();
    }

    @Test
    void acceptsRejectsAndMasksDocumentsOfEverySchema() {
        for (Path folder : ConstrainedFixtures.folders()) {
            for (JsonNode entry :
                    ConstrainedFixtures.read(folder.resolve("index.json")).path("cases")) {
                JsonNode schema = ConstrainedFixtures.read(
                        folder.resolve(entry.path("file").asText()));
                String name = schema.path("name").asText();
                OutputConstraint constraint = constraint(schema);
                schemas++;
                for (JsonNode accepted : schema.path("accept")) {
                    int failed = firstRefused(constraint, accepted.asText());
                    documents++;
                    differ(failed == -1, name + " refuses " + accepted + " at " + failed);
                }
                for (JsonNode rejected : schema.path("reject")) {
                    int failed = firstRefused(constraint, rejected.path("text").asText());
                    documents++;
                    differ(failed == rejected.path("at").asInt(), name + " at " + failed + ": " + rejected);
                }
                schema.path("masks").properties().forEach(masksOf -> {
                    TokenVocabulary vocabulary = ConstrainedFixtures.vocabulary(masksOf.getKey());
                    compareAll(name + ' ' + masksOf.getKey(), constraint, vocabulary, masksOf.getValue());
                });
            }
        }
        noDifferences();
    }

    private static OutputConstraint constraint(JsonNode schema) {
        return OutputConstraint.jsonSchema(
                schema.path("schema").asText(), schema.path("closed").asBoolean() ? JsonStyle.CLOSED : JsonStyle.OPEN);
    }

    /** The first byte that is refused; the length where the text may not end; -1 if it is a document. */
    private static int firstRefused(OutputConstraint constraint, String text) {
        Automaton automaton = automaton(constraint);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MaskWalk walk = new MaskWalk(automaton, ConstrainedFixtures.vocabulary(ConstrainedFixtures.QWEN));
        Configuration at = automaton.start();
        Frame stack = Frame.bottom();
        for (int index = 0; index < bytes.length; index++) {
            at = walk.step(at, stack, bytes[index] & 0xFF);
            if (at == null) {
                return index;
            }
            stack = walk.behind();
        }
        return at.returns ? -1 : bytes.length;
    }

    private static Automaton automaton(OutputConstraint constraint) {
        return ((MaskCursor) constraint.start(ConstrainedFixtures.vocabulary(ConstrainedFixtures.QWEN))).automaton();
    }

    private void differ(boolean same, String what) {
        if (!same) {
            differences.add(what);
        }
    }

    private void compareAll(String name, OutputConstraint constraint, TokenVocabulary vocabulary, JsonNode masksOf) {
        ConstraintCursor start = constraint.start(vocabulary);
        ConstraintCursor inBytes = constraint.start(ByteTokens.markedLike(vocabulary));
        for (JsonNode expected : masksOf) {
            compare(name, start.copy(), inBytes.copy(), vocabulary, expected);
        }
    }

    /** Least bytes are the least tokens of a vocabulary that has nothing but bytes. */
    private void compare(
            String name,
            ConstraintCursor cursor,
            ConstraintCursor inBytes,
            TokenVocabulary vocabulary,
            JsonNode expected) {
        long[] allowed = new long[vocabulary.words()];
        for (int id : ids(expected, vocabulary)) {
            cursor.mask(allowed);
            differ(ByteTokens.allows(allowed, id), name + " forbids " + id + " of " + expected.path("ids"));
            if (!ByteTokens.allows(allowed, id)) {
                return;
            }
            cursor.accept(id, ConstraintListener.NONE);
            ByteTokens.accept(inBytes, vocabulary, id);
        }
        masks++;
        // The second one comes of what the first one prepared.
        for (int time = 0; time < 3; time++) {
            cursor.mask(allowed);
            String hex = ConstrainedFixtures.hex(allowed, vocabulary.scores());
            differ(
                    hex.equals(expected.path("allowed").asText()),
                    name + " time " + time + " after " + expected.path("bytes") + expected.path("ids") + " is " + hex
                            + " in place of " + expected.path("allowed").asText());
        }
        differ(cursor.complete() == expected.path("complete").asBoolean(), name + " complete " + expected);
        if (expected.has("least_bytes")) {
            differ(
                    inBytes.leastTokens() == expected.path("least_bytes").asInt(),
                    name + " least " + inBytes.leastTokens() + " after " + expected.path("bytes") + " in place of "
                            + expected.path("least_bytes"));
            differ(cursor.leastTokens() <= inBytes.leastTokens(), name + " counts more tokens than bytes");
        }
    }

    /** Ids, or one for each byte where the case says bytes only. */
    private static int[] ids(JsonNode expected, TokenVocabulary vocabulary) {
        if (expected.has("ids")) {
            return ConstrainedFixtures.ints(expected.path("ids"));
        }
        byte[] bytes = HexFormat.of().parseHex(expected.path("bytes").asText());
        int[] ids = new int[bytes.length];
        for (int index = 0; index < bytes.length; index++) {
            TokenTrie trie = vocabulary.all();
            ids[index] = trie.id(trie.firstId(trie.child(0, bytes[index] & 0xFF)));
        }
        return ids;
    }

    @Test
    void refusesWhatItDoesNotUnderstandByKeywordAndPlace() {
        for (Path folder : ConstrainedFixtures.folders()) {
            JsonNode refused = ConstrainedFixtures.readList(folder.resolve("refused.json"));
            for (JsonNode each : refused.path("unsupported")) {
                Throwable error = catchThrowable(
                        () -> OutputConstraint.jsonSchema(each.path("schema").asText(), JsonStyle.OPEN));
                schemas++;
                differ(
                        error instanceof UnsupportedConstraintException unsupported
                                && unsupported
                                        .keyword()
                                        .equals(each.path("keyword").asText())
                                && unsupported
                                        .pointer()
                                        .equals(each.path("pointer").asText()),
                        each + " gives " + error);
            }
            for (JsonNode each : refused.path("unsatisfiable")) {
                Throwable error = catchThrowable(() -> OutputConstraint.jsonSchema(each.asText(), JsonStyle.OPEN));
                schemas++;
                differ(error instanceof InvalidConstraintException, each + " gives " + error);
            }
        }
        noDifferences();
    }

    @Test
    void masksChoices() {
        for (Path folder : ConstrainedFixtures.folders()) {
            for (JsonNode each : ConstrainedFixtures.readList(folder.resolve("choices.json"))) {
                List<String> texts = new ArrayList<>();
                each.path("choice").forEach(text -> texts.add(text.asText()));
                String tokenizer = each.path("tokenizer").asText();
                OutputConstraint constraint = OutputConstraint.choice(texts);
                TokenVocabulary vocabulary = each.path("strip_first_blank").asBoolean()
                        ? ConstrainedFixtures.stripping(tokenizer)
                        : ConstrainedFixtures.vocabulary(tokenizer);
                compareAll(texts + " " + tokenizer, constraint, vocabulary, each.path("masks"));
            }
        }
        noDifferences();
    }

    @Test
    void masksCallsOfTools() {
        for (Path folder : ConstrainedFixtures.folders()) {
            for (JsonNode each : ConstrainedFixtures.readList(folder.resolve("tool-masks.json"))) {
                List<ToolShape> tools = new ArrayList<>();
                for (JsonNode tool : each.path("tools")) {
                    JsonNode function = tool.path("function");
                    tools.add(new ToolShape(
                            function.path("name").asText(),
                            function.path("parameters").toString(),
                            ToolShape.Arguments.STRICT));
                }
                int calls = each.path("parallel").asBoolean()
                        ? each.path("max_calls").asInt()
                        : 1;
                OutputConstraint constraint = OutputConstraint.tools(
                        tools,
                        new ToolUse(Choice.valueOf(each.path("choice").asText()), calls),
                        JsonStyle.CLOSED,
                        ToolCallFormat.HERMES);
                String tokenizer = each.path("tokenizer").asText();
                compareAll(
                        each.path("name").asText(),
                        constraint,
                        ConstrainedFixtures.vocabulary(tokenizer),
                        each.path("masks"));
            }
        }
        noDifferences();
    }

    @Test
    void writesPromptsWithToolsInTheFormOfEachFamily() throws IOException {
        for (Path folder : ConstrainedFixtures.folders()) {
            for (JsonNode each : ConstrainedFixtures.readList(folder.resolve("prompts.json"))) {
                int compared = 0;
                for (ToolPromptCase family : ToolPromptCase.FAMILIES) {
                    String name = each.path("name").asText() + ' ' + family.name();
                    if (each.has(family.name())) {
                        String prompt = family.prompt(each);
                        compared++;
                        differ(prompt.equals(each.path(family.name()).asText()), name + " is " + prompt);
                    }
                    if (each.has(family.name() + "_ids")) {
                        int[] ids = ConstrainedFixtures.ints(each.path(family.name() + "_ids"));
                        differ(Arrays.equals(family.ids(each), ids), name + " has other ids");
                    }
                }
                prompts += compared > 0 ? 1 : 0;
                skipped += compared > 0 ? 0 : 1;
            }
        }
        noDifferences();
    }

    @Test
    void readsCallsHoweverTheTextIsCut() {
        Random random = new Random(4101);
        for (Path folder : ConstrainedFixtures.folders()) {
            for (JsonNode each : ConstrainedFixtures.readList(folder.resolve("parser.json"))) {
                String text = each.path("text").asText();
                boolean cut = each.path("limit").asBoolean();
                List<List<String>> expected = events(each.path("events"));
                parser++;
                if (CONTRADICTED.contains(each.path("name").asText())) {
                    differ(!ToolCallEvents.of(text, cut).equals(expected), each.path("name") + " is no contradiction");
                    continue;
                }
                for (JsonNode split : each.path("splits")) {
                    int[] cuts = Arrays.stream(ConstrainedFixtures.ints(split.path("cuts")))
                            .map(place -> text.offsetByCodePoints(0, place))
                            .toArray();
                    List<List<String>> events = ToolCallEvents.of(text, cut, cuts);
                    differ(events.equals(expected), split + " gives " + events);
                }
                for (int time = 0; time < 100; time++) {
                    double share = time / 99.0;
                    int[] cuts = IntStream.range(1, text.length())
                            .filter(at -> random.nextDouble() <= share)
                            .toArray();
                    List<List<String>> events = ToolCallEvents.of(text, cut, cuts);
                    differ(
                            events.equals(expected),
                            each.path("name") + " cut at " + Arrays.toString(cuts) + " gives " + events);
                }
            }
        }
        noDifferences();
    }

    private static List<List<String>> events(JsonNode nodes) {
        List<List<String>> events = new ArrayList<>();
        for (JsonNode node : nodes) {
            List<String> event = new ArrayList<>();
            node.forEach(part -> event.add(part.asText()));
            events.add(event);
        }
        return events;
    }
}
