package io.github.glimpse.constrain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The first tokens of o200k_base, as many as Qwen2.5-VL has. */
final class LargeVocabulary {

    static final int SCORES = 151_936;
    private static final int END = SCORES - 1;

    private LargeVocabulary() {}

    static TokenVocabulary of(List<byte[]> tokens) {
        return TokenVocabulary.of(
                SCORES,
                id -> id < tokens.size() ? tokens.get(id) : null,
                new int[] {END},
                Map.of(),
                TokenVocabulary.FirstBlank.KEPT);
    }

    /** The token of a byte alone. */
    static int single(TokenVocabulary vocabulary, int symbol) {
        TokenTrie trie = vocabulary.all();
        return trie.id(trie.firstId(trie.child(0, symbol)));
    }

    /** Their bytes. */
    static List<byte[]> tokens() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(
                        LargeVocabulary.class.getResourceAsStream("/com/knuddels/jtokkit/o200k_base.tiktoken")),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .limit(END)
                    .map(line -> Base64.getDecoder().decode(line.substring(0, line.indexOf(' '))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
