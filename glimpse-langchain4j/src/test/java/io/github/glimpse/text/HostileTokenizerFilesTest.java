package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.testing.OwnProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokenizer files that ended the process while the native library read them, a dozen of each kind: each is refused or
 * works, soon, in a process that lives.
 */
class HostileTokenizerFilesTest {

    private static final int OF_EACH_KIND = 13;
    private static final int FILES = 9 * OF_EACH_KIND + 3;

    @TempDir
    Path folder;

    @Test
    void areRefusedOrWorkInAProcessThatLives() throws IOException, InterruptedException {
        List<String> lines = OwnProcess.lines(Attack.class, 300, folder);

        assertThat(lines).hasSize(FILES);
        assertThat(lines).allMatch(line -> line.startsWith("refused ") || line.startsWith("works "));
        assertThat(lines).anyMatch(line -> line.startsWith("works "));
    }

    /** What runs in the process. */
    static final class Attack {

        private static final ObjectMapper MAPPER = new ObjectMapper();
        private static final List<String> TEXTS = List.of(
                "",
                "hello world",
                "a".repeat(20_000),
                " ".repeat(20_000) + "x",
                "<s>[INST] 🙂 \uD83D",
                "x".repeat(30) + "!");

        private Attack() {}

        /** Argument: a folder. Prints a line for each file. */
        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            Random random = new Random(7);
            for (int kind = 1; kind <= 9; kind++) {
                for (int round = 0; round < OF_EACH_KIND; round++) {
                    ObjectNode file = (ObjectNode) TextFixtures.read(
                            TextFixtures.resource(round % 2 == 0 ? TextFixtures.QWEN : TextFixtures.LLAVA)
                                    .resolve("tokenizer.json"));
                    change(kind, round, file, random);
                    tell(kind, folder, file);
                }
            }
            for (int round = 0; round < 3; round++) {
                tell(10, folder, manyTokens(round));
            }
        }

        private static void tell(int kind, Path folder, ObjectNode file) {
            String outcome;
            try (Tokenizer tokenizer = TinyTokenizers.load(folder, file)) {
                for (String text : TEXTS) {
                    int[] ids = tokenizer.encode(tokenizer.guard(text));
                    tokenizer.decode(ids);
                    tokenizer.tokensBetween(text, 0, text.length());
                }
                outcome = "works";
            } catch (GlimpseException refused) {
                outcome = "refused";
            } catch (RuntimeException | StackOverflowError other) {
                outcome = other.toString();
            }
            System.out.println(outcome + " kind " + kind);
        }

        private static void change(int kind, int round, ObjectNode file, Random random) {
            ObjectNode model = (ObjectNode) file.path("model");
            switch (kind) {
                case 1 -> model.put("continuing_subword_prefix", "#".repeat(1 + round * round));
                case 2 ->
                    normalizer(
                            file,
                            precompiled(
                                    random.ints(4 + round).mapToObj(i -> "!").reduce("", String::concat)));
                case 3 -> normalizer(file, precompiled(Base64.getEncoder().encodeToString(damagedMap(round, random))));
                case 4 -> regex(file, round, "(".repeat(50_000 - round) + "a" + ")".repeat(50_000 - round));
                case 5 ->
                    regex(
                            file,
                            round,
                            List.of("(a+)+$", "(a|a)*b", "(\\s+\\s+)+x", "a*a*a*a*a*a*a*b", "(.*)*=")
                                    .get(round % 5));
                case 6 ->
                    regex(
                            file,
                            round,
                            List.of("x*", "a?", "(?!\\S)", "\\s*", "x*|y", "()", "^", "$", "\\b", "x{0}")
                                    .get(round % 10));
                case 7 -> splitter(file, "{\"type\":\"FixedLength\",\"length\":" + (round < 7 ? 0 : round) + "}");
                case 8 -> normalizer(file, growing("normalizers", 6 + round % 3));
                default -> TinyTokenizers.part(file, "decoder", growing("decoders", 6 + round % 3));
            }
        }

        private static byte[] damagedMap(int round, Random random) {
            byte[] map = new byte[4 + 64 * round];
            random.nextBytes(map);
            if (round % 3 == 0) {
                map[0] = (byte) (16 * round);
                map[1] = 0;
                map[2] = 0;
                map[3] = 0;
            }
            return map;
        }

        private static String precompiled(String map) {
            return "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"" + map + "\"}";
        }

        private static String growing(String steps, int count) {
            List<String> all = new ArrayList<>();
            for (int step = 0; step < count; step++) {
                all.add("{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"" + "a".repeat(20) + "\"}");
            }
            return "{\"type\":\"Sequence\",\"" + steps + "\":[" + String.join(",", all) + "]}";
        }

        private static void normalizer(ObjectNode file, String json) {
            TinyTokenizers.part(file, "normalizer", json);
        }

        private static void splitter(ObjectNode file, String json) {
            TinyTokenizers.part(file, "pre_tokenizer", json);
        }

        private static void regex(ObjectNode file, int round, String expression) {
            ObjectNode part = MAPPER.createObjectNode();
            part.putObject("pattern").put("Regex", expression);
            if (round % 3 == 0) {
                normalizer(file, part.put("type", "Replace").put("content", " ").toString());
            } else if (round % 3 == 1) {
                splitter(
                        file,
                        part.put("type", "Split")
                                .put("behavior", "Isolated")
                                .put("invert", false)
                                .toString());
            } else {
                TinyTokenizers.part(
                        file,
                        "decoder",
                        part.put("type", "Replace").put("content", " ").toString());
            }
        }

        /** Sixty thousand added tokens of 900 characters; that many of 60, and of 6. */
        private static ObjectNode manyTokens(int round) {
            ObjectNode file = (ObjectNode)
                    TextFixtures.read(TextFixtures.resource(TextFixtures.QWEN).resolve("tokenizer.json"));
            ArrayNode tokens = (ArrayNode) file.path("added_tokens");
            int id = tokens.get(tokens.size() - 1).path("id").asInt() + 1;
            String same = "a".repeat(List.of(895, 55, 1).get(round));
            Consumer<ObjectNode> plain = token -> token.put("normalized", false)
                    .put("special", false)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false);
            for (int count = 0; count < 60_000; count++) {
                plain.accept(tokens.addObject().put("id", id + count).put("content", same + (10_000 + count)));
            }
            return file;
        }
    }
}
