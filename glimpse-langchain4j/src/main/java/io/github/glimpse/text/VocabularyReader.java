package io.github.glimpse.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the entry {@code model} of a tokenizer file, nearly all of it, in one pass and without a tree. */
final class VocabularyReader {

    private static final int MAX_ID = 10_000_000;
    private static final int MAX_VALUE_CHARS = 1_000;

    private static final Set<String> PAIR_FIELDS = Set.of(
            "type",
            "dropout",
            "unk_token",
            "continuing_subword_prefix",
            "end_of_word_suffix",
            "fuse_unk",
            "byte_fallback",
            "ignore_merges",
            "vocab",
            "merges");

    private static final Set<String> PIECE_FIELDS =
            Set.of("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");

    private static final Set<String> UNIGRAM_FIELDS = Set.of("type", "unk_id", "byte_fallback", "vocab");

    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<Double> scores = new ArrayList<>();
    private final List<String[]> merges = new ArrayList<>();
    private final Map<String, @Nullable Object> settings = new HashMap<>();

    /**
     * What was read.
     *
     * @param vocabulary    of the model alone
     * @param model         makes tokens of words
     * @param mayMergeToAny whether it may build any token of its vocabulary of plain text
     */
    record Result(Map<String, Integer> vocabulary, SubwordModel model, boolean mayMergeToAny) {}

    void read(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "vocab" -> readVocabulary(parser, value);
                case "merges" -> readMerges(parser, value);
                default -> settings.put(name, setting(parser, name, value));
            }
        }
    }

    private static @Nullable Object setting(JsonParser parser, String name, JsonToken value) throws IOException {
        return switch (value) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_STRING -> {
                if (parser.getTextLength() > MAX_VALUE_CHARS) {
                    throw refused("the field '" + TokenPattern.shortened(name) + "' of " + parser.getTextLength()
                            + " characters, the limit is " + MAX_VALUE_CHARS);
                }
                yield parser.getText();
            }
            default -> throw refused("the field '" + TokenPattern.shortened(name) + "', which is not known");
        };
    }

    private static io.github.glimpse.ModelFilesException refused(String what) {
        return TokenizerFile.refused("has in its model " + what, "take the tokenizer from the model's publisher");
    }

    /** An object of tokens and ids, or a list of pairs of token and score, whose place is the id. */
    private void readVocabulary(JsonParser parser, JsonToken start) throws IOException {
        if (start == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String token = parser.currentName();
                int id = parser.nextToken() == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : -1;
                if (id < 0 || id > MAX_ID) {
                    throw TokenizerFile.damaged("a token of the vocabulary has no valid id");
                }
                vocabulary.put(token, id);
            }
        } else if (start == JsonToken.START_ARRAY) {
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                String token = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
                boolean scored = parser.nextToken() == JsonToken.VALUE_NUMBER_FLOAT
                        || parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
                double score = scored ? parser.getDoubleValue() : 0;
                if (token == null || !scored || !Double.isFinite(score) || parser.nextToken() != JsonToken.END_ARRAY) {
                    throw TokenizerFile.damaged(
                            "the piece number " + (scores.size() + 1) + " of the vocabulary has no token or no score");
                }
                vocabulary.put(token, scores.size());
                scores.add(score);
            }
        }
    }

    /** Pairs, each a list of two or a text with a blank between. */
    private void readMerges(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_ARRAY) {
            throw TokenizerFile.damaged("its merges are no list");
        }
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                String merge = parser.getText();
                if (!merge.startsWith("#version")) {
                    int blank = merge.indexOf(' ');
                    addMerge(
                            blank < 0 ? null : merge.substring(0, blank),
                            blank < 0 || merge.indexOf(' ', blank + 1) >= 0 ? null : merge.substring(blank + 1));
                }
            } else {
                String left = token == JsonToken.START_ARRAY ? parser.nextTextValue() : null;
                String right = left == null ? null : parser.nextTextValue();
                addMerge(left, right == null || parser.nextToken() != JsonToken.END_ARRAY ? null : right);
            }
        }
    }

    private void addMerge(@Nullable String left, @Nullable String right) {
        if (left == null || right == null) {
            throw TokenizerFile.damaged("its merge number " + (merges.size() + 1) + " is no pair");
        }
        merges.add(new String[] {left, right});
    }

    /** The model, once all of it was read. */
    Result finish() {
        if (vocabulary.isEmpty()) {
            throw TokenizerFile.damaged("it has no model with a vocabulary");
        }
        Object named = settings.get("type");
        // Files of the first years leave the type out where it is this one.
        String type = named == null && scores.isEmpty() ? "BPE" : String.valueOf(named);
        return switch (type) {
            case "BPE" -> pairs();
            case "WordPiece" -> pieces();
            case "Unigram" -> unigram();
            default ->
                throw TokenizerFile.refused(
                        "has a model of the type '" + TokenPattern.shortened(type) + "', which is not known",
                        "known are BPE, WordPiece and Unigram");
        };
    }

    private Result pairs() {
        only(PAIR_FIELDS, scores.isEmpty());
        if (settings.get("dropout") instanceof Double share ? share != 0 : settings.get("dropout") != null) {
            throw refused("the field 'dropout' with the value '" + settings.get("dropout")
                    + "', which would give a text other tokens each time");
        }
        boolean ignoresMerges = flag("ignore_merges");
        BytePairModel.Settings read = new BytePairModel.Settings(
                text("unk_token"),
                text("continuing_subword_prefix", ""),
                text("end_of_word_suffix", ""),
                flag("fuse_unk"),
                flag("byte_fallback"),
                ignoresMerges);
        return new Result(vocabulary, new BytePairModel(vocabulary, merges, read), ignoresMerges);
    }

    private Result pieces() {
        only(PIECE_FIELDS, scores.isEmpty());
        double most = settings.get("max_input_chars_per_word") instanceof Double given ? given : 100;
        if (most < 1 || most > WordPieceModel.MOST_CHARACTERS) {
            throw refused("the field 'max_input_chars_per_word' with the value '" + most + "', the limits are 1 and "
                    + WordPieceModel.MOST_CHARACTERS);
        }
        String prefix = text("continuing_subword_prefix", "##");
        String unknown = text("unk_token", "[UNK]");
        return new Result(vocabulary, new WordPieceModel(vocabulary, unknown, prefix, (int) most), false);
    }

    private Result unigram() {
        only(UNIGRAM_FIELDS, !scores.isEmpty());
        int unknown =
                settings.get("unk_id") instanceof Double given && given == Math.rint(given) ? (int) (double) given : -1;
        if (settings.get("unk_id") != null && (unknown < 0 || unknown >= scores.size())) {
            throw refused("the field 'unk_id' with the value '" + settings.get("unk_id") + "', the vocabulary has "
                    + scores.size() + " pieces");
        }
        double[] values = scores.stream().mapToDouble(Double::doubleValue).toArray();
        return new Result(vocabulary, new UnigramModel(vocabulary, values, unknown, flag("byte_fallback")), true);
    }

    private void only(Set<String> fields, boolean shaped) {
        if (!shaped) {
            throw TokenizerFile.damaged("its vocabulary does not have the form of its model's type");
        }
        for (String name : settings.keySet()) {
            if (!fields.contains(name)) {
                throw refused("the field '" + TokenPattern.shortened(name) + "', which is not known");
            }
        }
        if (!merges.isEmpty() && !fields.contains("merges")) {
            throw refused("the field 'merges', which is not known");
        }
    }

    private boolean flag(String name) {
        Object value = settings.get(name);
        if (value != null && !(value instanceof Boolean)) {
            throw refused("the field '" + name + "' with the value '" + value + "', which is neither true nor false");
        }
        return Boolean.TRUE.equals(value);
    }

    private String text(String name, String missing) {
        String text = text(name);
        return text == null ? missing : text;
    }

    private @Nullable String text(String name) {
        Object value = settings.get(name);
        if (value != null && !(value instanceof String)) {
            throw refused("the field '" + name + "' with the value '" + value + "', which is no text");
        }
        return (String) value;
    }
}
