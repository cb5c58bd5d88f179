package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes a text of tokens. Immutable. */
interface TokenDecoder {

    /** One step: changes the tokens, or makes one text of them. */
    List<String> apply(List<String> tokens);

    /** How much longer the longest result is than its tokens. */
    default double growth() {
        return 1;
    }

    /** The bytes of a token behind this step; null where a token has none of its own. */
    default byte @Nullable [] bytesOf(byte[] token) {
        return null;
    }

    /** The step that leaves tokens no bytes of their own, by its type in a tokenizer file; null if none does. */
    default @Nullable String joiningStep() {
        return null;
    }

    /** Reads the entry {@code decoder} of a tokenizer file; where there is none, blanks stand between the tokens. */
    static TokenDecoder of(JsonNode node) {
        TokenDecoder decoder =
                TokenizerPart.of("decoder", node).map(TokenDecoder::of).orElse(new Blanks());
        if (decoder.growth() > TextNormalizer.MOST_GROWTH) {
            throw TokenizerFile.refused(
                    String.format(
                            Locale.ROOT,
                            "has a decoder that makes texts up to %.0f times as long, the limit is %d",
                            decoder.growth(),
                            TextNormalizer.MOST_GROWTH),
                    "take the tokenizer from the model's publisher");
        }
        return decoder;
    }

    private static TokenDecoder of(TokenizerPart part) {
        return switch (part.type()) {
            case "Sequence" -> {
                List<TokenDecoder> steps = new ArrayList<>();
                part.parts("decoders").forEach(each -> steps.add(of(each)));
                yield new Sequence(List.copyOf(steps));
            }
            case "ByteLevel" -> {
                part.only("add_prefix_space", "trim_offsets", "use_regex");
                yield new Bytes();
            }
            case "ByteFallback" -> {
                part.only();
                yield new Fallback();
            }
            case "Fuse" -> {
                part.only();
                yield new Fuse();
            }
            case "Replace" -> {
                part.only("pattern", "content");
                yield new Replace(new TextNormalizer.Replace(
                        part.pattern("pattern"), part.text("content", TokenizerPart.MOST_CHARACTERS)));
            }
            case "Strip" -> {
                part.only("content", "start", "stop");
                if (part.count("stop") != 0) {
                    throw part.refused("a 'stop' of " + part.count("stop")
                            + ": it strips the ends of tokens, which the reference library cannot do");
                }
                yield new Strip(part.character("content"), part.count("start"));
            }
            case "WordPiece" -> {
                part.only("prefix", "cleanup");
                yield new Words(part.text("prefix", TokenizerPart.MOST_CHARACTERS), part.flag("cleanup", true));
            }
            case "Metaspace" -> {
                part.only("replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep");
                String scheme = part.choice("prepend_scheme", List.of("always", "first", "never"));
                yield new Metaspace(
                        part.character("replacement"), part.flag("add_prefix_space", true) && !scheme.equals("never"));
            }
            case "BPEDecoder" -> {
                part.only("suffix");
                yield new Suffix(part.text("suffix", TokenizerPart.MOST_CHARACTERS));
            }
            default -> throw part.unknownType();
        };
    }

    /** Puts blanks between tokens. */
    record Blanks() implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            return List.of(String.join(" ", tokens));
        }

        @Override
        public String joiningStep() {
            return "none";
        }
    }

    /** Takes the steps one after the other. */
    record Sequence(List<TokenDecoder> steps) implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = tokens;
            for (TokenDecoder step : steps) {
                result = step.apply(result);
            }
            return result;
        }

        @Override
        public double growth() {
            double growth = 1;
            for (TokenDecoder step : steps) {
                growth *= step.growth();
            }
            return growth;
        }

        @Override
        public @Nullable String joiningStep() {
            return steps.stream()
                    .map(TokenDecoder::joiningStep)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public byte @Nullable [] bytesOf(byte[] token) {
            byte[] bytes = token;
            for (TokenDecoder step : steps) {
                bytes = bytes == null ? null : step.bytesOf(bytes);
            }
            return bytes;
        }
    }

    /** Takes the spelling of bytes back; bytes that are no text become U+FFFD. */
    record Bytes() implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (String token : tokens) {
                byte[] bytes = ByteSpelling.bytes(token);
                all.writeBytes(bytes != null ? bytes : token.getBytes(StandardCharsets.UTF_8));
            }
            return List.of(ByteSpelling.text(all.toByteArray()));
        }

        @Override
        public byte[] bytesOf(byte[] token) {
            byte[] bytes = ByteSpelling.bytes(new String(token, StandardCharsets.UTF_8));
            return bytes != null ? bytes : token;
        }
    }

    /** Makes characters of runs of tokens such as {@code <0x0A>}; where a run is no text, U+FFFD for each byte. */
    record Fallback() implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            ByteArrayOutputStream run = new ByteArrayOutputStream();
            for (String token : tokens) {
                int value = byteOf(token);
                if (value >= 0) {
                    run.write(value);
                } else {
                    flush(run, result);
                    result.add(token);
                }
            }
            flush(run, result);
            return result;
        }

        /** The byte that a token stands for, or -1. */
        static int byteOf(String token) {
            if (token.length() != 6 || !token.startsWith("<0x") || !token.endsWith(">")) {
                return -1;
            }
            char first = token.charAt(3);
            // A sign is a digit to the reference library.
            int high = first == '+' ? 0 : hexadecimal(first);
            int low = hexadecimal(token.charAt(4));
            return high < 0 || low < 0 ? -1 : 16 * high + low;
        }

        private static int hexadecimal(char unit) {
            return unit < 128 ? Character.digit(unit, 16) : -1;
        }

        private static void flush(ByteArrayOutputStream run, List<String> result) {
            if (run.size() == 0) {
                return;
            }
            try {
                result.add(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(run.toByteArray()))
                        .toString());
            } catch (CharacterCodingException noText) {
                result.addAll(java.util.Collections.nCopies(run.size(), "\uFFFD"));
            }
            run.reset();
        }

        @Override
        public byte[] bytesOf(byte[] token) {
            int value = byteOf(new String(token, StandardCharsets.UTF_8));
            return value < 0 ? token : new byte[] {(byte) value};
        }
    }

    /** Makes one text of all. */
    record Fuse() implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            return List.of(String.join("", tokens));
        }

        @Override
        public byte[] bytesOf(byte[] token) {
            return token;
        }
    }

    /** Replaces in each token. */
    record Replace(TextNormalizer.Replace replacement) implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                result.add(replacement.apply(AlignedText.of(token)).text());
            }
            return result;
        }

        @Override
        public double growth() {
            return replacement.growth();
        }

        @Override
        public byte[] bytesOf(byte[] token) {
            return apply(List.of(new String(token, StandardCharsets.UTF_8)))
                    .get(0)
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Takes a character away from the beginning of each token, at most so many times. */
    record Strip(String content, int most) implements TokenDecoder {
        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                int from = 0;
                for (int count = 0; count < most && token.startsWith(content, from); count++) {
                    from += content.length();
                }
                result.add(token.substring(from));
            }
            return result;
        }

        /** Behind a fuse it changes the first token of a text only, which no token knows of itself. */
        @Override
        public byte[] bytesOf(byte[] token) {
            return token;
        }
    }

    /** Puts blanks before words, and takes those before punctuation away. */
    record Words(String prefix, boolean cleans) implements TokenDecoder {
        @Override
        public String joiningStep() {
            return "WordPiece";
        }

        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                String word = token;
                if (!result.isEmpty()) {
                    word = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
                }
                result.add(cleans ? cleaned(word) : word);
            }
            return result;
        }

        private static String cleaned(String word) {
            return word.replace(" .", ".")
                    .replace(" ?", "?")
                    .replace(" !", "!")
                    .replace(" ,", ",")
                    .replace(" ' ", "'")
                    .replace(" n't", "n't")
                    .replace(" 'm", "'m")
                    .replace(" do not", " don't")
                    .replace(" 's", "'s")
                    .replace(" 've", "'ve")
                    .replace(" 're", "'re");
        }
    }

    /** Makes blanks of the visible character, and none of one at the very beginning. */
    record Metaspace(String replacement, boolean strips) implements TokenDecoder {
        @Override
        public String joiningStep() {
            return "Metaspace";
        }

        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                result.add(token.replace(replacement, result.isEmpty() && strips ? "" : " "));
            }
            return result;
        }
    }

    /** Makes a blank of the mark that ends a word, and none at the end. */
    record Suffix(String suffix) implements TokenDecoder {
        @Override
        public String joiningStep() {
            return "BPEDecoder";
        }

        @Override
        public List<String> apply(List<String> tokens) {
            List<String> result = new ArrayList<>(tokens.size());
            for (String token : tokens) {
                boolean last = result.size() == tokens.size() - 1;
                result.add(suffix.isEmpty() ? token : token.replace(suffix, last ? "" : " "));
            }
            return result;
        }
    }
}
