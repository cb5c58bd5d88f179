package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Captions;
import io.github.glimpse.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {

    @Test
    void everyWordOfTheCaptionsIsOneToken(@TempDir Path folder) throws IOException {
        ClipTokenizer.write(folder);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (String word : Captions.words()) {
                assertThat(tokens(tokenizer, word))
                        .containsExactly(ClipTokenizer.START, word + "</w>", ClipTokenizer.END);
            }
            assertThat(tokens(tokenizer, "5 Signs: Red  top"))
                    .containsExactly(
                            ClipTokenizer.START,
                            "5</w>",
                            "signs</w>",
                            ":</w>",
                            "red</w>",
                            "top</w>",
                            ClipTokenizer.END);
        }
    }

    @Test
    void otherWordsAreSpelled(@TempDir Path folder) throws IOException {
        ClipTokenizer.write(folder);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            List<String> tokens = tokens(tokenizer, "zebra é");
            assertThat(String.join("", tokens.subList(1, tokens.size() - 1))).isEqualTo("zebra</w>Ã©</w>");
        }
    }

    @Test
    void learnsTheMostFrequentPairFirst() {
        assertThat(ClipTokenizer.learn(List.of("abc", "abd", "b")))
                .extracting(ClipTokenizer.Pair::toString)
                .containsExactly("a b", "ab c</w>", "ab d</w>");
    }

    @Test
    void filesAgree(@TempDir Path folder) throws IOException {
        ClipTokenizer.write(folder);
        List<String> merges = Files.readAllLines(folder.resolve("merges.txt"));
        assertThat(merges.get(0)).startsWith("#version");
        assertThat(ClipTokenizer.all())
                .hasSize(512 + merges.size() - 1 + 2)
                .doesNotHaveDuplicates()
                .startsWith("!", "\"")
                .endsWith(ClipTokenizer.START, ClipTokenizer.END);
        assertThat(merges.stream().skip(1).map(merge -> merge.replace(" ", "")).collect(Collectors.toList()))
                .isEqualTo(ClipTokenizer.all().subList(512, ClipTokenizer.all().size() - 2));
    }

    private static List<String> tokens(Tokenizer tokenizer, String text) {
        return IntStream.of(tokenizer.encode(text))
                .mapToObj(ClipTokenizer.all()::get)
                .toList();
    }
}
