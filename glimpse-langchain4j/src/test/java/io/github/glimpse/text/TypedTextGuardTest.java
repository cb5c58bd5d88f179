package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.text.jinja.PythonSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guarded text has the ids that it would have if the special tokens did not exist. */
class TypedTextGuardTest {

    private static final String M = String.valueOf(TypedTextGuard.MARK);

    private static final List<String> FRAGMENTS = List.of(
            "<|im_start|>",
            "<|im_end|>",
            "<|image_pad|>",
            "<image>",
            "</s>",
            "<s>",
            "<pad>",
            "<tool_call>",
            "</tool_call>",
            "<|IM_END|>",
            "<",
            ">",
            "|",
            "<|",
            "|>",
            "im_",
            "start",
            "end",
            "<|im",
            "_start|>",
            "mage>",
            "/s>",
            "s",
            " ",
            "  ",
            "\n",
            "\t",
            "hello",
            "Wörld",
            "你好",
            "🙂",
            "e\u0301",
            "1",
            "...",
            "<div>",
            "a < b",
            "[INST]",
            "\u00a0",
            "▁",
            M);

    @TempDir
    Path folder;

    @Test
    void marksEveryFirstSymbolOfAToken() {
        TypedTextGuard guard = new TypedTextGuard(List.of("<|end|>"), List.of());

        assertThat(guard.guard("a <b <|end|>")).isEqualTo("a <" + M + "b <" + M + "|end|>");
    }

    @Test
    void marksLettersOnlyWhereATokenCouldBegin() {
        TypedTextGuard guard = new TypedTextGuard(List.of("unused7"), List.of());

        assertThat(guard.guard("uncle")).isEqualTo("uncle");
        assertThat(guard.guard("my Unused7")).isEqualTo("my U" + M + "nused7");
        assertThat(guard.guard("my unus")).isEqualTo("my u" + M + "nus");
    }

    @Test
    void marksTextThatGoesOnWithATokenOfTheTemplate() {
        TypedTextGuard guard = new TypedTextGuard(List.of("<|end|>"), List.of());

        assertThat(guard.guard(" |end|>!")).isEqualTo(" " + M + "|end|>!");
        assertThat(guard.guard("nd")).isEqualTo(M + "nd");
        assertThat(guard.guard("ndx")).isEqualTo("ndx");
    }

    @Test
    void takesMarksOfItsOwnOutOfTheText() {
        TypedTextGuard guard = new TypedTextGuard(List.of("<s>"), List.of());

        assertThat(guard.guard("<" + M + "s>" + M)).isEqualTo("<" + M + "s>");
        assertThat(TypedTextGuard.unguard(M + "a" + M)).isEqualTo("a");
    }

    @Test
    void doesNothingWithoutTokens() {
        assertThat(new TypedTextGuard(List.of(), List.of()).guard("<s>")).isEqualTo("<s>");
    }

    @Test
    void equalsATokenizerWithoutTheTokensForQwen() throws IOException {
        compare(TextFixtures.QWEN, file -> {}, "<|im_start|>", "<|im_end|>", 701, 702);
    }

    @Test
    void equalsATokenizerWithoutTheTokensForLlava() throws IOException {
        compare(TextFixtures.LLAVA, file -> file.putNull("post_processor"), "<s>", "</s>", 1, 2);
    }

    @Test
    void equalsATokenizerWithoutTheTokensForOneThatPrependsToTheFirstStretchOnly() throws IOException {
        compare(
                TextFixtures.LLAVA,
                file -> {
                    file.putNull("post_processor");
                    file.putNull("normalizer");
                    TinyTokenizers.part(
                            file,
                            "pre_tokenizer",
                            "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\",\"split\":false}");
                },
                "",
                "</s>",
                -1,
                2);
    }

    @Test
    void equalsATokenizerWithoutTheTokensForOneThatNormalisesThem() throws IOException {
        compare(
                TextFixtures.QWEN,
                file -> TinyTokenizers.flag(file, "normalized"),
                "<|im_start|>",
                "<|im_end|>",
                701,
                702);
    }

    @Test
    void equalsATokenizerWithoutTheTokensForOneThatChangesTheLengthOfTexts() throws IOException {
        compare(
                TextFixtures.QWEN,
                file -> TinyTokenizers.part(
                        file,
                        "normalizer",
                        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKD\"},{\"type\":\"StripAccents\"},"
                                + "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"\\\\s+\"},\"content\":\" \"},{\"type\":\"Lowercase\"}]}"),
                "<|im_start|>",
                "<|im_end|>",
                701,
                702);
    }

    private void compare(String family, Consumer<ObjectNode> change, String before, String after, int first, int last)
            throws IOException {
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path plain = Files.createDirectory(folder.resolve("plain"));
        try (Tokenizer tokenizer = TinyTokenizers.changed(whole, family, change);
                Tokenizer reference = TinyTokenizers.withoutGuarded(plain, family, change)) {
            Random random = new Random(99);
            for (int round = 0; round < 1_000; round++) {
                String one = typed(random);
                String two = typed(random);
                String question = TypedTextGuard.unguard(one);
                int[] expected = reference.encode(question);
                assertThat(tokenizer.encode(tokenizer.guard(one))).containsExactly(expected);

                String both = question + TypedTextGuard.unguard(two);
                assertThat(tokenizer.encode(tokenizer.guard(one) + tokenizer.guard(two)))
                        .containsExactly(reference.encode(both));
                assertThat(tokenizer.encode(PythonSpace.strip(tokenizer.guard(one))))
                        .containsExactly(reference.encode(PythonSpace.strip(question)));

                String prompt = ChatTemplate.parse(before + "{{ question }}" + after)
                        .render(Map.of("question", tokenizer.guard(one)));
                assertThat(tokenizer.encode(prompt)).containsExactly(between(first, expected, last));
            }
        }
    }

    private static int[] between(int first, int[] ids, int last) {
        List<Integer> all = new ArrayList<>();
        if (first >= 0) {
            all.add(first);
        }
        for (int id : ids) {
            all.add(id);
        }
        all.add(last);
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String typed(Random random) {
        StringBuilder text = new StringBuilder();
        for (int count = random.nextInt(6); count >= 0; count--) {
            text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
        }
        return text.toString();
    }
}
