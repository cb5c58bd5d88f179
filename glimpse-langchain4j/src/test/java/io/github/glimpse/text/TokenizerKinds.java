package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Tokenizer files of every kind that is read, those of reference models first, then with steps that these lack. */
final class TokenizerKinds {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TokenizerKinds() {}

    static List<TokenizerExactnessTest.Kind> all() throws IOException {
        List<TokenizerExactnessTest.Kind> kinds = new ArrayList<>();
        for (String resource : List.of(
                "/io/github/glimpse/text/qwen2_5_vl-tiny/tokenizer.json",
                "/io/github/glimpse/text/llava-1_5-tiny/tokenizer.json",
                "/io/github/glimpse/hub/embedded/model/tokenizer.json",
                "/fixtures/blip-tiny-caption/model/tokenizer.json",
                "/fixtures/clip-tiny/model/tokenizer.json",
                "/fixtures/siglip-tiny/model/tokenizer.json")) {
            kinds.add(new TokenizerExactnessTest.Kind(resource, read(resource)));
        }
        kinds.add(new TokenizerExactnessTest.Kind("unigram", MAPPER.readTree(TinyTokenizers.UNIGRAM)));
        kinds.add(new TokenizerExactnessTest.Kind("word pieces", MAPPER.readTree(TinyTokenizers.WORD_PIECE)));
        kinds.add(new TokenizerExactnessTest.Kind("suffix", MAPPER.readTree(TinyTokenizers.BPE_SUFFIX)));
        addSteps(kinds);
        addFlags(kinds);
        for (String directory :
                System.getProperty("glimpse.tokenizer.files", "").split(",", -1)) {
            if (!directory.isEmpty()) {
                addFiles(kinds, Path.of(directory));
            }
        }
        return kinds;
    }

    private static void addFiles(List<TokenizerExactnessTest.Kind> kinds, Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(each -> each.endsWith("tokenizer.json"))
                    .sorted()
                    .toList()) {
                kinds.add(new TokenizerExactnessTest.Kind(file.toString(), MAPPER.readTree(file.toFile())));
            }
        }
    }

    private static void addSteps(List<TokenizerExactnessTest.Kind> kinds) throws IOException {
        String llava = "/io/github/glimpse/text/llava-1_5-tiny/tokenizer.json";
        String qwen = "/io/github/glimpse/text/qwen2_5_vl-tiny/tokenizer.json";
        for (String normalizer : List.of(
                "{'type':'NFC'}",
                "{'type':'NFD'}",
                "{'type':'NFKC'}",
                "{'type':'NFKD'}",
                "{'type':'Lowercase'}",
                "{'type':'Sequence','normalizers':[{'type':'NFKD'},{'type':'StripAccents'},{'type':'Lowercase'}]}",
                "{'type':'Strip','strip_left':true,'strip_right':true}",
                "{'type':'Strip','strip_left':false,'strip_right':true}",
                "{'type':'Strip','strip_left':true,'strip_right':false}",
                "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':true,'lowercase':false}",
                "{'type':'BertNormalizer','clean_text':false,'handle_chinese_chars':true,'strip_accents':false,'lowercase':true}",
                "{'type':'Replace','pattern':{'Regex':' {2,}'},'content':'▁'}",
                "{'type':'Replace','pattern':{'Regex':'[!\\\"#$%&\\'()*+,\\\\-./:;<=>?@\\\\[\\\\\\\\\\\\]^_`{|}~]'},'content':''}",
                "{'type':'Sequence','normalizers':[{'type':'Replace','pattern':{'Regex':'\\\\s+'},'content':' '},{'type':'Prepend','prepend':'ab'}]}")) {
            kinds.add(changed(llava, "normalizer " + normalizer, file -> part(file, "normalizer", normalizer)));
        }
        for (String splitter : List.of(
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'first','split':true}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'never','split':false}",
                "{'type':'Whitespace'}",
                "{'type':'WhitespaceSplit'}",
                "{'type':'BertPreTokenizer'}",
                "{'type':'Digits','individual_digits':false}",
                "{'type':'Digits','individual_digits':true}",
                "{'type':'Punctuation','behavior':'Contiguous'}",
                "{'type':'Punctuation','behavior':'MergedWithPrevious'}",
                "{'type':'Split','pattern':{'String':' '},'behavior':'MergedWithPrevious','invert':false}",
                "{'type':'Split','pattern':{'String':'a'},'behavior':'MergedWithNext','invert':true}",
                "{'type':'Split','pattern':{'Regex':'\\\\p{N}{1,3}'},'behavior':'Contiguous','invert':true}")) {
            kinds.add(changed(llava, "splitter " + splitter, file -> {
                file.putNull("normalizer");
                part(file, "pre_tokenizer", splitter);
            }));
        }
        for (String expression : List.of(
                // Qwen 3.5, Llama 3, GPT-4o and the models that follow them, StarCoder, DeepSeek.
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")) {
            kinds.add(changed(qwen, "expression " + expression, file -> ((ObjectNode) file.path("pre_tokenizer")
                            .path("pretokenizers")
                            .path(0)
                            .path("pattern"))
                    .put("Regex", expression)));
        }
        kinds.add(changed(
                qwen,
                "byte level",
                file -> part(
                        file,
                        "pre_tokenizer",
                        "{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}")));
        kinds.add(
                changed(
                        qwen,
                        "digits and byte level",
                        file -> part(
                                file,
                                "pre_tokenizer",
                                "{'type':'Sequence','pretokenizers':[{'type':'Digits','individual_digits':true},{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':true}]}")));
    }

    private static void addFlags(List<TokenizerExactnessTest.Kind> kinds) throws IOException {
        String llava = "/io/github/glimpse/text/llava-1_5-tiny/tokenizer.json";
        String qwen = "/io/github/glimpse/text/qwen2_5_vl-tiny/tokenizer.json";
        for (String flag : List.of("lstrip", "rstrip", "single_word", "normalized")) {
            kinds.add(changed(qwen, "added tokens " + flag, file -> {
                TinyTokenizers.ordinaryToken(file, "xq", false);
                TinyTokenizers.ordinaryToken(file, "Éb", true);
                TinyTokenizers.flag(file, flag);
            }));
        }
        kinds.add(changed(qwen, "ignored merges", file -> model(file).put("ignore_merges", true)));
        kinds.add(changed(llava, "unknown ones one by one", file -> model(file)
                .put("fuse_unk", false)
                .put("byte_fallback", false)));
        kinds.add(changed(llava, "unknown ones together", file -> model(file).put("byte_fallback", false)));
        kinds.add(changed(llava, "some bytes only", file -> {
            ObjectNode vocabulary = (ObjectNode) model(file).path("vocab");
            for (String value : List.of("<0xF0>", "<0xC3>", "<0xE4>")) {
                vocabulary.set(value.replace('x', 'y'), vocabulary.remove(value));
            }
        }));
    }

    private static ObjectNode model(ObjectNode file) {
        return (ObjectNode) file.path("model");
    }

    private static void part(ObjectNode file, String name, String json) {
        TinyTokenizers.part(
                file, name, json.replace("\\'", "\u0001").replace('\'', '"').replace("\u0001", "'"));
    }

    private static TokenizerExactnessTest.Kind changed(String resource, String name, Consumer<ObjectNode> change)
            throws IOException {
        ObjectNode file = (ObjectNode) read(resource);
        change.accept(file);
        return new TokenizerExactnessTest.Kind(name, file);
    }

    private static JsonNode read(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(TokenizerKinds.class.getResourceAsStream(resource), resource)) {
            return MAPPER.readTree(in);
        }
    }
}
