package io.github.glimpse.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code tokenizer.json} says, checked: types, fields and expressions that are known, and no growth that gets out
 * of hand. Anything else is refused by name.
 *
 * @param normalizer     changes texts before they are cut; null if nothing does
 * @param splitter       cuts texts into words
 * @param model          makes tokens of words
 * @param decoder        makes texts of tokens
 * @param vocabulary     the model's tokens with their ids; added ones need not be among them
 * @param addedTokens    tokens found in the text before the vocabulary is used
 * @param affixes        what comes before and after a text
 * @param byteTokens     ids of tokens that stand for one byte each, as in {@code <0x0A>}
 * @param hasByteDecoder whether tokens are parts of UTF-8 sequences, so that a decoded text may end within a character
 * @param mayMergeToAny  whether the model may build any token of its vocabulary of plain text, special ones included
 */
record TokenizerFile(
        @Nullable TextNormalizer normalizer,
        WordSplitter splitter,
        SubwordModel model,
        TokenDecoder decoder,
        Map<String, Integer> vocabulary,
        List<AddedToken> addedTokens,
        TextAffixes affixes,
        BitSet byteTokens,
        boolean hasByteDecoder,
        boolean mayMergeToAny) {

    private static final String NAME = "tokenizer.json";
    private static final long MAX_FILE_BYTES = 256L << 20;
    private static final int MAX_TOKEN_CHARS = 1024;
    private static final int MAX_ADDED_TOKENS = 100_000;

    /** Characters of all added tokens together: each costs some twenty bytes of memory. */
    private static final int MAX_ADDED_CHARS = 4_000_000;

    private static final Set<String> FIELDS = Set.of(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model");

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            // A vocabulary's 100,000 keys overflow the table of names for some seeds of its hash; it starts anew then.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            // A key that comes once gains nothing from a table of names.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build());

    /**
     * Reads and checks the file.
     *
     * @throws ModelFilesException if it is missing, too large, damaged, contradicts itself or asks for what is not known
     */
    static TokenizerFile read(Path directory) {
        byte[] bytes = readBytes(directory.resolve(NAME));
        try (JsonParser parser = JSON.createParser(bytes)) {
            return read(parser);
        } catch (IOException invalid) {
            throw new ModelFilesException("The file " + NAME + " is not valid JSON; download it again", invalid);
        }
    }

    private static byte[] readBytes(Path path) {
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
            return Files.readAllBytes(path);
        } catch (IOException unreadable) {
            throw new ModelFilesException("The file " + NAME + " cannot be read; check its permissions", unreadable);
        }
    }

    static ModelFilesException damaged(String what) {
        return new ModelFilesException("The file " + NAME + " is damaged: " + what + "; download it again");
    }

    /** The error of a file that asks for something that is not known, or that gets out of hand. */
    static ModelFilesException refused(String what, String next) {
        return new ModelFilesException("The file " + NAME + " cannot be used: it " + what + "; " + next);
    }

    private static TokenizerFile read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw damaged("it is no JSON object");
        }
        ObjectNode small = JsonNodeFactory.instance.objectNode();
        VocabularyReader reader = new VocabularyReader();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!FIELDS.contains(name)) {
                throw refused(
                        "has the field '" + TokenPattern.shortened(name) + "', which is not known",
                        "take the tokenizer from the model's publisher");
            }
            if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("model")) {
                reader.read(parser);
            } else if (name.equals("padding") || name.equals("truncation")) {
                // They serve batches: a prompt is neither filled up nor cut.
                checkKind(
                        name,
                        parser.currentToken() == JsonToken.START_OBJECT,
                        parser.currentToken() == JsonToken.VALUE_NULL);
                parser.skipChildren();
            } else {
                small.set(name, parser.<JsonNode>readValueAsTree());
            }
        }
        if (parser.nextToken() != null) {
            throw damaged("something stands behind its JSON object");
        }
        JsonNode added = small.path("added_tokens");
        checkKind("added_tokens", added.isArray(), added.isMissingNode() || added.isNull());
        JsonNode processor = small.path("post_processor");
        checkKind("post_processor", processor.isObject(), processor.isMissingNode() || processor.isNull());
        return of(small, reader);
    }

    private static void checkKind(String field, boolean right, boolean absent) {
        if (!right && !absent) {
            throw damaged("its field '" + field + "' is neither null nor of the kind that it has to be");
        }
    }

    private static TokenizerFile of(ObjectNode small, VocabularyReader reader) {
        VocabularyReader.Result read = reader.finish();
        TextAffixes affixes = TextAffixes.of(small.path("post_processor"));
        List<AddedToken> addedTokens = addAll(read.vocabulary(), small.path("added_tokens"));
        String decoder = small.path("decoder").toString();
        return new TokenizerFile(
                TextNormalizer.of(small.path("normalizer")),
                WordSplitter.of(small.path("pre_tokenizer")),
                read.model(),
                TokenDecoder.of(small.path("decoder")),
                read.vocabulary(),
                addedTokens,
                affixes,
                decoder.contains("\"ByteFallback\"") ? byteTokens(read.vocabulary(), addedTokens) : new BitSet(),
                decoder.contains("\"ByteLevel\""),
                read.mayMergeToAny());
    }

    /**
     * Reads the added tokens. The reference library gives a new token the next free id, whatever the file says; where the
     * two differ the model would read other tokens than were written, so that is refused.
     */
    private static List<AddedToken> addAll(Map<String, Integer> vocabulary, JsonNode nodes) {
        List<AddedToken> added = new ArrayList<>();
        Map<String, Integer> addedIds = new HashMap<>();
        int modelSize = vocabulary.size();
        int highest = -1;
        long characters = 0;
        for (JsonNode node : nodes) {
            AddedToken token = AddedToken.of(node);
            characters += token.content().length();
            check(token, added.size(), characters);
            Integer known = addedIds.getOrDefault(token.content(), vocabulary.get(token.content()));
            int expected = known != null ? known : Math.max(highest + 1, modelSize);
            if (token.id() != expected) {
                throw damaged("the added token number " + (added.size() + 1) + " has the id " + token.id()
                        + ", but the next free one is " + expected);
            }
            addedIds.put(token.content(), expected);
            highest = Math.max(highest, expected);
            added.add(token);
        }
        return List.copyOf(added);
    }

    private static void check(AddedToken token, int index, long characters) {
        if (token.content().isEmpty() || token.content().length() > MAX_TOKEN_CHARS) {
            throw damaged("the added token number " + (index + 1) + " has "
                    + token.content().length() + " characters, the limits are 1 and " + MAX_TOKEN_CHARS);
        }
        if (index >= MAX_ADDED_TOKENS) {
            throw damaged("it has more than " + MAX_ADDED_TOKENS + " added tokens");
        }
        if (characters > MAX_ADDED_CHARS) {
            throw damaged("its first " + (index + 1) + " added tokens have " + characters
                    + " characters together, the limit is " + MAX_ADDED_CHARS);
        }
    }

    private static BitSet byteTokens(Map<String, Integer> vocabulary, List<AddedToken> added) {
        BitSet ids = new BitSet();
        vocabulary.forEach((token, id) -> ids.set(id, TokenDecoder.Fallback.byteOf(token) >= 0));
        added.forEach(token -> ids.set(token.id(), TokenDecoder.Fallback.byteOf(token.content()) >= 0));
        return ids;
    }
}
