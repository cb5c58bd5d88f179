package io.github.glimpse.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.text.Tokenizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Ids of texts: special tokens that a user types stay text, and what is too long is cut so that the end stays. Safe for
 * concurrent use.
 */
final class DualTokenizer implements AutoCloseable {

    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private final Tokenizer tokenizer;
    private final int most;
    private final boolean canonical;
    private final OptionalInt padId;

    private DualTokenizer(Tokenizer tokenizer, int most, boolean canonical, OptionalInt padId) {
        this.tokenizer = tokenizer;
        this.most = most;
        this.canonical = canonical;
        this.padId = padId;
    }

    /** Reads the tokenizer of a folder. */
    static DualTokenizer load(ModelFiles files, int most) {
        Optional<JsonNode> settings = files.json("tokenizer_config.json");
        String type =
                settings.map(json -> json.path("tokenizer_class").asText()).orElse("");
        Tokenizer tokenizer = Tokenizer.load(files.directory());
        OptionalInt pad = settings.map(json -> json.path("pad_token"))
                .map(token -> token.isTextual()
                        ? token.asText()
                        : token.path("content").asText())
                .map(tokenizer::idOf)
                .orElse(OptionalInt.empty());
        return new DualTokenizer(tokenizer, most, type.startsWith("Siglip"), pad);
    }

    /** The id that fills texts up, if the folder names one. */
    OptionalInt padId() {
        return padId;
    }

    int[] ids(String text) {
        int[] ids = tokenizer.encode(tokenizer.guard(canonical ? canonical(text) : text));
        if (ids.length == 0) {
            throw new UnsupportedContentException(
                    "The text gives the tokenizer nothing to read; send one with letters or numbers");
        }
        if (ids.length <= most) {
            return ids;
        }
        int[] cut = Arrays.copyOf(ids, most);
        cut[most - 1] = ids[ids.length - 1];
        return cut;
    }

    /** What SigLIP's slow tokenizer does first; the same again changes nothing. */
    private static String canonical(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(point -> PUNCTUATION.indexOf(point) < 0)
                .forEach(plain::appendCodePoint);
        return plain.toString().replaceAll("\\s+", " ").strip();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
