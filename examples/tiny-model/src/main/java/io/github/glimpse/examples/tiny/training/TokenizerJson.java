package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.List;

/**
 * {@link Vocabulary} as a {@code tokenizer.json}: lower case, blanks dropped, runs of letters whole, every other character by
 * itself; what has no token is spelled, at last in bytes. The refusal is a token of the vocabulary that no text becomes.
 */
final class TokenizerJson {

    // As Java's \s, which knows ASCII alone.
    private static final String BLANKS = "[ \\t\\n\\x0B\\f\\r]+";
    private static final String PIECES = "[a-z]+|[^a-z]";

    private TokenizerJson() {}

    static ObjectNode write() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        for (String mark : Vocabulary.MARKS) {
            added.addObject()
                    .put("id", Vocabulary.id(mark))
                    .put("content", mark)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        json.putObject("normalizer").put("type", "Lowercase");
        ObjectNode cutting = json.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = cutting.putArray("pretokenizers");
        split(steps, BLANKS, "Removed");
        split(steps, PIECES, "Isolated");
        json.putNull("post_processor");
        ObjectNode decoder = json.putObject("decoder").put("type", "Sequence");
        ArrayNode joining = decoder.putArray("decoders");
        joining.addObject().put("type", "ByteFallback");
        joining.addObject().put("type", "Fuse");
        addModel(json.putObject("model"));
        return json;
    }

    private static void split(ArrayNode steps, String pattern, String behaviour) {
        ObjectNode step = steps.addObject().put("type", "Split");
        step.putObject("pattern").put("Regex", pattern);
        step.put("behavior", behaviour).put("invert", false);
    }

    /** Byte pairs without merges: a piece is a word, or falls apart. */
    private static void addModel(ObjectNode model) {
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", true).put("ignore_merges", true);
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> tokens = Vocabulary.all();
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        model.putArray("merges");
    }
}
