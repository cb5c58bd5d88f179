package io.github.glimpse.examples.tiny.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.examples.tiny.drawing.Captions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The tokenizer of the tiny CLIP, made as CLIP's was: byte pairs, learned until each word of the captions is one token. What is
 * not a word of theirs is spelled.
 */
final class ClipTokenizer {

    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    private static final String WORD_END = "</w>";
    private static final String PIECES = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Pair> MERGES = learn(Captions.words());
    private static final List<String> TOKENS = tokens();

    private ClipTokenizer() {}

    /** Two neighbours that become one token. */
    record Pair(String left, String right) {

        @Override
        public String toString() {
            return left + " " + right;
        }
    }

    /** All tokens; the index is the id. */
    static List<String> all() {
        return TOKENS;
    }

    /** The id that ends a text. */
    static int end() {
        return TOKENS.indexOf(END);
    }

    /** Joins the most frequent pair of neighbours, the first in order among equals, until each word is one token. */
    static List<Pair> learn(Collection<String> words) {
        List<List<String>> split = words.stream().map(ClipTokenizer::letters).toList();
        List<Pair> merges = new ArrayList<>();
        while (true) {
            Map<String, Integer> counts = new TreeMap<>();
            for (List<String> word : split) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(new Pair(word.get(i), word.get(i + 1)).toString(), 1, Integer::sum);
                }
            }
            if (counts.isEmpty()) {
                return List.copyOf(merges);
            }
            String best = counts.entrySet().stream()
                    .reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                    .orElseThrow()
                    .getKey();
            int blank = best.indexOf(' ');
            Pair pair = new Pair(best.substring(0, blank), best.substring(blank + 1));
            merges.add(pair);
            split.forEach(word -> join(word, pair));
        }
    }

    private static List<String> letters(String word) {
        List<String> letters =
                word.chars().mapToObj(Character::toString).collect(Collectors.toCollection(ArrayList::new));
        letters.set(letters.size() - 1, letters.get(letters.size() - 1) + WORD_END);
        return letters;
    }

    private static void join(List<String> word, Pair pair) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(pair.left()) && word.get(i + 1).equals(pair.right())) {
                word.set(i, pair.left() + pair.right());
                word.remove(i + 1);
            }
        }
    }

    private static List<String> tokens() {
        List<String> bytes = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            if (isPlain(value)) {
                bytes.add(Character.toString(value));
            }
        }
        // Bytes that cannot be seen stand as characters from 256 on.
        for (int other = 256; bytes.size() < 256; other++) {
            bytes.add(Character.toString(other));
        }
        List<String> tokens = new ArrayList<>(bytes);
        bytes.forEach(letter -> tokens.add(letter + WORD_END));
        MERGES.forEach(pair -> tokens.add(pair.left() + pair.right()));
        tokens.add(START);
        tokens.add(END);
        return List.copyOf(tokens);
    }

    private static boolean isPlain(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || (value >= 0xAE && value <= 0xFF);
    }

    /** Writes the files that a CLIP folder has. */
    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        ModelFolder.json(folder, "tokenizer.json", tokenizer());
        ModelFolder.json(folder, "vocab.json", vocabulary());
        String merges = MERGES.stream().map(Pair::toString).collect(Collectors.joining("\n"));
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + merges + "\n");
        ObjectNode special = JSON.createObjectNode()
                .put("bos_token", START)
                .put("eos_token", END)
                .put("unk_token", END)
                .put("pad_token", END);
        ModelFolder.json(folder, "special_tokens_map.json", special);
        ModelFolder.json(
                folder,
                "tokenizer_config.json",
                special.deepCopy()
                        .put("tokenizer_class", "CLIPTokenizer")
                        .put("add_prefix_space", false)
                        .put("do_lower_case", true)
                        .put("errors", "replace")
                        .put("model_max_length", ClipShape.POSITIONS));
    }

    private static ObjectNode vocabulary() {
        ObjectNode json = JSON.createObjectNode();
        for (int id = 0; id < TOKENS.size(); id++) {
            json.put(TOKENS.get(id), id);
        }
        return json;
    }

    private static ObjectNode tokenizer() {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        for (String mark : List.of(START, END)) {
            added.addObject()
                    .put("id", TOKENS.indexOf(mark))
                    .put("content", mark)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", true)
                    .put("special", true);
        }
        ArrayNode normalizers =
                json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "NFC");
        ObjectNode blanks = normalizers.addObject().put("type", "Replace").put("content", " ");
        blanks.putObject("pattern").put("Regex", "\\s+");
        normalizers.addObject().put("type", "Lowercase");
        ArrayNode cutting =
                json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        ObjectNode pieces = cutting.addObject()
                .put("type", "Split")
                .put("behavior", "Removed")
                .put("invert", true);
        pieces.putObject("pattern").put("Regex", PIECES);
        byteLevel(cutting.addObject(), false);
        ObjectNode ends = json.putObject("post_processor").put("type", "RobertaProcessing");
        ends.putArray("sep").add(END).add(TOKENS.indexOf(END));
        ends.putArray("cls").add(START).add(TOKENS.indexOf(START));
        ends.put("trim_offsets", false).put("add_prefix_space", false);
        byteLevel(json.putObject("decoder"), true);
        ObjectNode model = json.putObject("model");
        model.put("type", "BPE").putNull("dropout").put("unk_token", END);
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", WORD_END);
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        model.set("vocab", vocabulary());
        ArrayNode merges = model.putArray("merges");
        MERGES.forEach(pair -> merges.add(pair.toString()));
        return json;
    }

    private static void byteLevel(ObjectNode json, boolean prefix) {
        json.put("type", "ByteLevel")
                .put("add_prefix_space", prefix)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }
}
