package io.github.glimpse.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.text.TokenWatch;
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
    private static final int NEXT_LINE = 0x85;

    /** What a tokenizer class does before its {@code tokenizer.json}; the same again changes nothing. */
    private enum Cleaning {
        NONE,
        /** SigLIP 2 was trained on lower case, and keeps punctuation. */
        LOWER_CASE,
        /** SigLIP: lower case without punctuation, one space between words. */
        CANONICAL;

        static Cleaning of(String tokenizerClass) {
            return switch (tokenizerClass) {
                case "SiglipTokenizer", "SiglipTokenizerFast" -> CANONICAL;
                case "Siglip2Tokenizer", "Siglip2TokenizerFast" -> LOWER_CASE;
                default -> NONE;
            };
        }

        String clean(String text) {
            return switch (this) {
                case NONE -> text;
                case LOWER_CASE -> lowerCase(text);
                case CANONICAL -> canonical(text.toLowerCase(Locale.ROOT));
            };
        }

        /** Letter by letter, as the reference does here: a sigma at the end of a word is as any other. */
        private static String lowerCase(String text) {
            StringBuilder lower = new StringBuilder(text.length());
            text.codePoints()
                    .forEach(point -> lower.append(Character.toString(point).toLowerCase(Locale.ROOT)));
            return lower.toString();
        }

        private static String canonical(String text) {
            StringBuilder plain = new StringBuilder(text.length());
            text.codePoints()
                    .filter(point -> PUNCTUATION.indexOf(point) < 0)
                    .map(point -> isSpace(point) ? ' ' : point)
                    .forEach(plain::appendCodePoint);
            return plain.toString().replaceAll(" +", " ").strip();
        }

        /** As the reference's language counts: no-break spaces are spaces too, which {@code \s} of Java leaves out. */
        private static boolean isSpace(int point) {
            return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == NEXT_LINE;
        }
    }

    private final Tokenizer tokenizer;
    private final int most;
    private final Cleaning cleaning;
    private final OptionalInt padId;

    private DualTokenizer(Tokenizer tokenizer, int most, Cleaning cleaning, OptionalInt padId) {
        this.tokenizer = tokenizer;
        this.most = most;
        this.cleaning = cleaning;
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
        return new DualTokenizer(tokenizer, most, Cleaning.of(type), pad);
    }

    /** The id that fills texts up, if the folder names one. */
    OptionalInt padId() {
        return padId;
    }

    int[] ids(String text, TokenWatch watch) {
        Tokenizer.requireLength(text);
        int[] ids = tokenizer.encode(tokenizer.guard(cleaning.clean(text)), watch);
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

    @Override
    public void close() {
        tokenizer.close();
    }
}
