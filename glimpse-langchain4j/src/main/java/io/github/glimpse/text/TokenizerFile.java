package io.github.glimpse.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@code tokenizer.json} says, checked, and the form of it that is given to the native library: its normaliser
 * takes the marks of {@link TypedTextGuard} out.
 *
 * @param json           for the native library
 * @param vocabulary     every token with its id, added ones included
 * @param addedTokens    tokens found in the text before the vocabulary is used
 * @param affixes        what comes before and after a text
 * @param byteTokens     ids of tokens that stand for one byte each, as in {@code <0x0A>}
 * @param hasByteDecoder whether tokens are parts of UTF-8 sequences, so that a decoded text may end within a character
 * @param mayMergeToAny  whether the model may build any token of its vocabulary of plain text, special ones included
 */
record TokenizerFile(
        String json,
        Map<String, Integer> vocabulary,
        List<AddedToken> addedTokens,
        TextAffixes affixes,
        BitSet byteTokens,
        boolean hasByteDecoder,
        boolean mayMergeToAny) {

    private static final String NAME = "tokenizer.json";
    private static final long MAX_FILE_BYTES = 256L << 20;
    private static final int MAX_ID = 100_000_000;
    private static final int MAX_TOKEN_CHARS = 1024;
    private static final int MAX_ADDED_TOKENS = 100_000;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            // A vocabulary's 100,000 keys overflow the table of names for some seeds of its hash; it starts anew then.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build());

    /**
     * Reads and checks the file.
     *
     * @throws ModelFilesException if it is missing, too large, damaged or contradicts itself
     */
    static TokenizerFile read(Path directory) {
        String text = readText(directory.resolve(NAME));
        try (JsonParser parser = JSON.createParser(text)) {
            return new Reading(text).read(parser);
        } catch (IOException invalid) {
            throw new ModelFilesException("The file " + NAME + " is not valid JSON; download it again", invalid);
        }
    }

    private static String readText(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new ModelFilesException("The model folder has no " + NAME
                    + "; download it, or convert the tokenizer to the fast format with the transformers library");
        }
        try {
            long bytes = Files.size(path);
            if (bytes > MAX_FILE_BYTES) {
                throw new ModelFilesException("The file " + NAME + " has " + bytes + " bytes, the limit is "
                        + MAX_FILE_BYTES + "; check the model folder");
            }
            return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new ModelFilesException("The file " + NAME + " cannot be read; check its permissions", unreadable);
        }
    }

    static ModelFilesException damaged(String what) {
        return new ModelFilesException("The file " + NAME + " is damaged: " + what + "; download it again");
    }

    /** One pass over the file. The model, nearly all of it, is handed on as it stands: a tree of it doubles the time. */
    private static final class Reading {

        private final String text;
        private final ObjectNode small = JsonNodeFactory.instance.objectNode();
        private final Map<String, Integer> vocabulary = new HashMap<>();
        private String model = "";
        private boolean mayMergeToAny;

        Reading(String text) {
            this.text = text;
        }

        TokenizerFile read(JsonParser parser) throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw damaged("it is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("model")) {
                    int start = (int) parser.currentTokenLocation().getCharOffset();
                    readModel(parser);
                    model = text.substring(start, (int) parser.currentLocation().getCharOffset());
                } else {
                    small.set(name, parser.<JsonNode>readValueAsTree());
                }
            }
            if (vocabulary.isEmpty()) {
                throw damaged("it has no model with a vocabulary");
            }
            return result();
        }

        private void readModel(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "vocab" -> readVocabulary(parser, value);
                    case "type" ->
                        mayMergeToAny |= List.of("Unigram", "WordLevel").contains(parser.getText());
                    case "ignore_merges" -> mayMergeToAny |= value == JsonToken.VALUE_TRUE;
                    default -> parser.skipChildren();
                }
            }
        }

        /** An object of tokens and ids, or a list of pairs of token and score, whose place is the id. */
        private void readVocabulary(JsonParser parser, JsonToken start) throws IOException {
            if (start == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String token = parser.currentName();
                    int id = parser.nextToken() == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : -1;
                    if (id < 0 || id > MAX_ID) {
                        throw damaged("a token of the vocabulary has no valid id");
                    }
                    vocabulary.put(token, id);
                }
            } else if (start == JsonToken.START_ARRAY) {
                int id = 0;
                while (parser.nextToken() == JsonToken.START_ARRAY) {
                    parser.nextToken();
                    vocabulary.put(parser.getText(), id++);
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        parser.skipChildren();
                    }
                }
            }
        }

        private TokenizerFile result() {
            TextAffixes affixes = TextAffixes.of(small.path("post_processor"));
            List<AddedToken> addedTokens = addAll(vocabulary, small.path("added_tokens"));
            refuseWhatEndsTheProcess(small);
            String decoder = small.path("decoder").toString();
            BitSet byteTokens = decoder.contains("\"ByteFallback\"") ? byteTokens(vocabulary) : new BitSet();
            takeMarksOut(small);
            for (String unused : List.of("truncation", "padding", "post_processor")) {
                small.putNull(unused);
            }
            small.remove("model");
            String head = small.toString();
            String json = head.substring(0, head.length() - 1) + ",\"model\":" + model + "}";
            return new TokenizerFile(
                    json,
                    vocabulary,
                    addedTokens,
                    affixes,
                    byteTokens,
                    decoder.contains("\"ByteLevel\""),
                    mayMergeToAny);
        }
    }

    /**
     * Adds the added tokens to the vocabulary. The native library gives a new token the next free id, whatever the
     * file says; where the two differ the model would read other tokens than were written, so that is refused.
     */
    private static List<AddedToken> addAll(Map<String, Integer> vocabulary, JsonNode nodes) {
        List<AddedToken> added = new ArrayList<>();
        int modelSize = vocabulary.size();
        int highest = -1;
        for (JsonNode node : nodes) {
            AddedToken token = AddedToken.of(node);
            check(token, added.size());
            Integer known = vocabulary.get(token.content());
            int expected = known != null ? known : Math.max(highest + 1, modelSize);
            if (token.id() != expected) {
                throw damaged("the added token number " + (added.size() + 1) + " has the id " + token.id()
                        + ", but the next free one is " + expected);
            }
            vocabulary.put(token.content(), expected);
            highest = Math.max(highest, expected);
            added.add(token);
        }
        return List.copyOf(added);
    }

    private static void check(AddedToken token, int index) {
        if (token.content().isEmpty() || token.content().length() > MAX_TOKEN_CHARS) {
            throw damaged("the added token number " + (index + 1) + " has "
                    + token.content().length() + " characters, the limits are 1 and " + MAX_TOKEN_CHARS);
        }
        if (index >= MAX_ADDED_TOKENS) {
            throw damaged("it has more than " + MAX_ADDED_TOKENS + " added tokens");
        }
    }

    private static BitSet byteTokens(Map<String, Integer> vocabulary) {
        BitSet ids = new BitSet();
        vocabulary.forEach((token, id) -> {
            boolean isByte = token.length() == 6
                    && token.startsWith("<0x")
                    && token.endsWith(">")
                    && Character.digit(token.charAt(3), 16) >= 0
                    && Character.digit(token.charAt(4), 16) >= 0;
            if (isByte) {
                ids.set(id);
            }
        });
        return ids;
    }

    /** The native library ends the process on a text that is shorter than what is to be stripped, or on no pattern. */
    private static void refuseWhatEndsTheProcess(JsonNode file) {
        for (JsonNode part : file.path("decoder").findParents("stop")) {
            if (part.path("type").asText().equals("Strip") && part.path("stop").asInt() != 0) {
                throw damaged("its decoder strips the ends of tokens, which the native library cannot do");
            }
        }
        for (JsonNode pattern : file.findValues("pattern")) {
            if (pattern.path("String").asText("x").isEmpty()
                    || pattern.path("Regex").asText("x").isEmpty()) {
                throw damaged("one of its patterns is empty");
            }
        }
    }

    /**
     * Puts the removal of marks before the file's own normaliser. Added tokens are looked for before that, in the text
     * with its marks, unless they are to be looked for in normalised text: guarded ones of that kind are looked for
     * earlier, too.
     */
    private static void takeMarksOut(ObjectNode file) {
        JsonNode own = file.path("normalizer");
        ObjectNode sequence = file.putObject("normalizer");
        sequence.put("type", "Sequence");
        ArrayNode normalizers = sequence.putArray("normalizers");
        ObjectNode removal = normalizers.addObject();
        removal.put("type", "Replace");
        removal.putObject("pattern").put("String", String.valueOf(TypedTextGuard.MARK));
        removal.put("content", "");
        if (own.isObject()) {
            normalizers.add(own);
        }
        for (JsonNode node : file.path("added_tokens")) {
            if (node instanceof ObjectNode token && AddedToken.of(node).isGuarded()) {
                token.put("normalized", false);
            }
        }
    }
}
