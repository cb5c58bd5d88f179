package io.github.glimpse.model.clip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.text.TokenWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DualTokenizerTest {

    private static final Path SIGLIP = Path.of("src/test/resources/fixtures/siglip-tiny/model");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int UNKNOWN = 0;

    @TempDir
    private Path folder;

    /** The committed folder, its {@code tokenizer.json} without a normaliser, so that only the class's own steps show. */
    private DualTokenizer tokenizer(String tokenizerClass) throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors", "preprocessor_config.json"}) {
            Files.copy(SIGLIP.resolve(name), folder.resolve(name));
        }
        ObjectNode tokenizer =
                (ObjectNode) JSON.readTree(SIGLIP.resolve("tokenizer.json").toFile());
        JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer.putNull("normalizer"));
        ObjectNode settings = (ObjectNode)
                JSON.readTree(SIGLIP.resolve("tokenizer_config.json").toFile());
        JSON.writeValue(
                folder.resolve("tokenizer_config.json").toFile(), settings.put("tokenizer_class", tokenizerClass));
        return DualTokenizer.load(ModelFiles.ofDirectory(folder), 64);
    }

    @Test
    void takesPunctuationAndAllKindsOfSpacesFromTextsForSiglip() throws IOException {
        try (DualTokenizer tokenizer = tokenizer("SiglipTokenizer")) {
            int[] plain = tokenizer.ids("a photo of a car", TokenWatch.NONE);
            assertThat(plain).doesNotContain(UNKNOWN);
            assertThat(tokenizer.ids("A photo, of a CAR!", TokenWatch.NONE)).isEqualTo(plain);
            assertThat(tokenizer.ids("\u00a0a\u3000photo \u2007of\u2029a\tcar\u0085\u001f", TokenWatch.NONE))
                    .isEqualTo(plain);
        }
    }

    @Test
    void keepsPunctuationForSiglip2() throws IOException {
        try (DualTokenizer tokenizer = tokenizer("Siglip2Tokenizer")) {
            assertThat(tokenizer.ids("A photo of a CAR", TokenWatch.NONE))
                    .isEqualTo(tokenizer.ids("a photo of a car", TokenWatch.NONE));
            assertThat(tokenizer.ids("a photo of a car!", TokenWatch.NONE)).contains(UNKNOWN);
        }
    }

    @Test
    void leavesTextsOfOtherClassesToTheirFile() throws IOException {
        try (DualTokenizer tokenizer = tokenizer("GemmaTokenizer")) {
            assertThat(tokenizer.ids("a photo", TokenWatch.NONE)).doesNotContain(UNKNOWN);
            assertThat(tokenizer.ids("A photo", TokenWatch.NONE)).contains(UNKNOWN);
        }
    }
}
