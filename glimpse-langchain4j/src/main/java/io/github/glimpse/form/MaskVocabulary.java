package io.github.glimpse.form;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.TokenVocabulary;
import io.github.glimpse.constrain.TokenVocabulary.FirstBlank;
import io.github.glimpse.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model's tokens as masks need them; made when the first answer is to be kept to a form, kept for all others. */
public final class MaskVocabulary {

    private final Tokenizer tokenizer;
    private final int scores;
    private final Set<Integer> ends;
    private @Nullable TokenVocabulary vocabulary;

    /**
     * Of a model; nothing is made yet.
     *
     * @param scores that it gives
     * @param ends ids that end an answer
     */
    public MaskVocabulary(Tokenizer tokenizer, int scores, Set<Integer> ends) {
        this.tokenizer = tokenizer;
        this.scores = scores;
        this.ends = Set.copyOf(ends);
    }

    /**
     * The tokens.
     *
     * @throws UnsupportedContentException if the tokenizer joins tokens in a way in which they have no bytes of their own
     */
    synchronized TokenVocabulary get() {
        if (vocabulary == null) {
            vocabulary = TokenVocabulary.of(
                    scores,
                    tokenizer::bytesOf,
                    ends.stream().mapToInt(Integer::intValue).toArray(),
                    markers(),
                    firstBlank(tokenizer, scores));
        }
        return vocabulary;
    }

    /** Tokens of all formats of calls that have no bytes in other texts. */
    private Map<String, Integer> markers() {
        Map<String, Integer> markers = new HashMap<>();
        for (ToolCallFormat format : ToolCallFormat.values()) {
            for (String text : format.tokens()) {
                OptionalInt id = tokenizer.idOf(text);
                if (id.isPresent() && tokenizer.bytesOf(id.getAsInt()) == null) {
                    markers.put(text, id.getAsInt());
                }
            }
        }
        return markers;
    }

    /** Ids that end an answer. */
    Set<Integer> ends() {
        return ends;
    }

    /** What the decoder makes of a blank at the very beginning of an answer: seen at a token that begins with one. */
    private static FirstBlank firstBlank(Tokenizer tokenizer, int scores) {
        boolean known = false;
        for (int id = 0; id < scores; id++) {
            byte[] bytes = tokenizer.bytesOf(id);
            known |= bytes != null;
            if (bytes != null && bytes.length > 1 && bytes[0] == ' ' && bytes[1] > ' ') {
                String whole = new String(bytes, StandardCharsets.UTF_8);
                return tokenizer.decode(new int[] {id}).equals(whole) ? FirstBlank.KEPT : FirstBlank.STRIPPED;
            }
        }
        if (!known) {
            throw new UnsupportedContentException("Answers of this model cannot be kept to a form: the decoder '"
                    + tokenizer.joiningStep()
                    + "' of its tokenizer.json changes tokens by their neighbours; ask for the"
                    + " form in the prompt");
        }
        return FirstBlank.KEPT;
    }
}
