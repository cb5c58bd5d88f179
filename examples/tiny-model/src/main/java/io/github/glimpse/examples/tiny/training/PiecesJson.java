package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * {@link Pieces} as a {@code tokenizer.json}: nothing is lower-cased or dropped, and the decoder gives back every blank. The refusals are pieces that no
 * text becomes: the cut takes them apart.
 */
final class PiecesJson {

    private PiecesJson() {}

    static ObjectNode write() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        Pieces.MARKS.forEach(mark -> add(added, mark, true));
        Pieces.CALL_MARKS.forEach(mark -> add(added, mark, false));
        json.putNull("normalizer");
        ObjectNode cutting = json.putObject("pre_tokenizer").put("type", "Split");
        cutting.putObject("pattern").put("Regex", Pieces.CUT);
        cutting.put("behavior", "Isolated").put("invert", false);
        json.putNull("post_processor");
        ObjectNode decoder = json.putObject("decoder").put("type", "Sequence");
        ArrayNode joining = decoder.putArray("decoders");
        joining.addObject().put("type", "ByteFallback");
        joining.addObject().put("type", "Fuse");
        addModel(json.putObject("model"));
        return json;
    }

    private static void add(ArrayNode added, String mark, boolean special) {
        added.addObject()
                .put("id", Pieces.id(mark))
                .put("content", mark)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }

    /** Byte pairs without merges: a piece is in the vocabulary, or it falls apart. */
    private static void addModel(ObjectNode model) {
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", true).put("ignore_merges", true);
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> pieces = Pieces.list();
        for (int id = 0; id < pieces.size(); id++) {
            vocabulary.put(pieces.get(id), id);
        }
        model.putArray("merges");
    }
}
