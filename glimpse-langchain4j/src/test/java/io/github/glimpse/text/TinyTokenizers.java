package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Writes small tokenizer files of kinds that the reference models do not have. */
final class TinyTokenizers {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TinyTokenizers() {}

    /** The tokenizer of a reference model after a change. */
    static Tokenizer changed(Path folder, String family, Consumer<ObjectNode> change) {
        ObjectNode file =
                (ObjectNode) TextFixtures.read(TextFixtures.resource(family).resolve("tokenizer.json"));
        change.accept(file);
        return load(folder, file);
    }

    static Tokenizer load(Path folder, JsonNode file) {
        try {
            Files.writeString(folder.resolve("tokenizer.json"), file.toString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return Tokenizer.load(folder);
    }

    static Tokenizer load(Path folder, String file) {
        try {
            return load(folder, MAPPER.readTree(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The same tokenizer without the tokens that users must not type: what guarded text has to look like. */
    static Tokenizer withoutGuarded(Path folder, String family, Consumer<ObjectNode> change) {
        return changed(folder, family, file -> {
            change.accept(file);
            ArrayNode tokens = (ArrayNode) file.path("added_tokens");
            for (int index = tokens.size() - 1; index >= 0; index--) {
                if (AddedToken.of(tokens.get(index)).isGuarded()) {
                    tokens.remove(index);
                }
            }
            file.putNull("post_processor");
        });
    }

    static void flag(ObjectNode file, String flag) {
        file.path("added_tokens").forEach(token -> ((ObjectNode) token).put(flag, true));
    }

    static void part(ObjectNode file, String name, String json) {
        try {
            file.set(name, MAPPER.readTree(json));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Adds an ordinary token at the end. */
    static void ordinaryToken(ObjectNode file, String content, boolean normalized) {
        ArrayNode tokens = (ArrayNode) file.path("added_tokens");
        int id = tokens.get(tokens.size() - 1).path("id").asInt() + 1;
        ObjectNode token = tokens.addObject();
        token.put("id", id)
                .put("content", content)
                .put("normalized", normalized)
                .put("special", false);
        token.put("single_word", false).put("lstrip", false).put("rstrip", false);
    }

    static final String UNIGRAM = """
            {"version": "1.0", "added_tokens": [
              {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
              {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": null,
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
             "post_processor": null,
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
             "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [
               ["<unk>", 0.0], ["</s>", 0.0], ["▁", -2.0], ["a", -3.0], ["b", -3.1], ["▁a", -2.5], ["s", -4.0], ["<", -5.0],
               ["/", -5.0], [">", -5.0], ["ab", -3.5], ["▁b", -2.6]]}}
            """;

    static final String WORD_PIECE = """
            {"version": "1.0", "added_tokens": [
              {"id": 0, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
              {"id": 1, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
              {"id": 2, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
               "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##a": 4, "b": 5, "##b": 6, ".": 7, ",": 8, "'": 9, "cls": 10, "[": 11, "]": 12}}}
            """;

    static final String BPE_SUFFIX = """
            {"version": "1.0", "added_tokens": [
              {"id": 5, "content": "<end>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": true}],
             "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
             "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
               "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
               "vocab": {"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4}, "merges": ["a b</w>"]}}
            """;
}
