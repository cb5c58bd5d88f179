package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.testing.RandomDamage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {

    private static final String INDEX = "model.safetensors.index.json";
    private static final String WEIGHT_MAP = "{\"weight_map\":{\"b\":\"model-00002-of-00002.safetensors\","
            + "\"a\":\"model-00001-of-00002.safetensors\",\"c\":\"model-00001-of-00002.safetensors\"}}";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"qwen2_5_vl-tiny", "llava-1_5-tiny"})
    void findsTheFilesOfTheFixtures(String family) {
        Path model = Path.of("src/test/resources/fixtures", family, "model");

        ModelFiles files = ModelFiles.ofDirectory(model);

        assertThat(files.directory()).isEqualTo(model);
        assertThat(files.config().string("model_type")).isNotEmpty();
        assertThat(files.weightFiles()).containsExactly(model.resolve("model.safetensors"));
        assertThat(files.tokenizer()).isRegularFile();
        assertThat(files.imageSettings().numbers("image_mean")).hasSize(3);
        assertThat(files.json("tokenizer.json"))
                .hasValueSatisfying(
                        tree -> assertThat(tree.path("model").isObject()).isTrue());
        assertThat(files.settings("generation_config.json"))
                .hasValueSatisfying(settings ->
                        assertThat(settings.oneOrMoreIntegers("eos_token_id")).isNotEmpty());
        assertThat(files.text("chat_template.json"))
                .hasValueSatisfying(text -> assertThat(text).contains("{%"));
        assertThat(files.json("missing.json")).isEmpty();
        assertThat(files.settings("missing.json")).isEmpty();
        assertThat(files.text("chat_template.jinja")).isEmpty();
    }

    @Test
    void findsShardsByTheirIndexInOrder() {
        complete();
        delete("model.safetensors");
        write(INDEX, WEIGHT_MAP);
        write("model-00001-of-00002.safetensors", "x");
        write("model-00002-of-00002.safetensors", "x");

        assertThat(ModelFiles.ofDirectory(directory).weightFiles())
                .containsExactly(
                        directory.resolve("model-00001-of-00002.safetensors"),
                        directory.resolve("model-00002-of-00002.safetensors"));
    }

    @Test
    void readsImageSettingsFromTheNewerFile() {
        complete();
        delete("preprocessor_config.json");
        write("processor_config.json", "{\"image_processor\":{\"patch_size\":14}}");

        assertThat(ModelFiles.ofDirectory(directory).imageSettings().integer("patch_size"))
                .isEqualTo(14);

        write("processor_config.json", "{\"patch_size\":14}");
        assertRefused("'image_processor' in", "is missing", () -> ModelFiles.ofDirectory(directory)
                .imageSettings());
    }

    @Test
    void namesEverythingThatIsMissingAtOnce() {
        assertThatThrownBy(() -> ModelFiles.ofDirectory(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessage(
                        "The model directory '" + directory + "' is not complete. Missing: config.json; tokenizer.json;"
                                + " preprocessor_config.json; model.safetensors or model.safetensors.index.json with its shards");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            pytorch_model.bin | safe_serialization=True
            pytorch_model-00001-of-00002.bin | safe_serialization=True
            consolidated.00.pth | safe_serialization=True
            model-00001-of-00002.safetensors | download the index file too
            model.q4.gguf | GGUF files are not read
            new_modules_gp.pt | this is a glimpse module
            """)
    void saysWhatToDoWithOtherWeights(String fileName, String hint) {
        complete();
        delete("model.safetensors");
        write(fileName, "x");

        assertRefused("Missing: model.safetensors or", hint, () -> ModelFiles.ofDirectory(directory));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.model", "vocab.json"})
    void saysHowToMakeAFastTokenizer(String fileName) {
        complete();
        delete("tokenizer.json");
        write(fileName, "{}");

        assertRefused("Missing: tokenizer.json", "AutoTokenizer", () -> ModelFiles.ofDirectory(directory));
    }

    @Test
    void namesShardsThatAreMissing() {
        complete();
        delete("model.safetensors");
        write(INDEX, WEIGHT_MAP);
        write("model-00002-of-00002.safetensors", "x");

        assertRefused(
                "1 of 2 shards",
                "(model-00001-of-00002.safetensors): download them",
                () -> ModelFiles.ofDirectory(directory));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../x.safetensors\"",
                "\"/x.safetensors\"",
                "\"a\\\\x.safetensors\"",
                "\"config.json\"",
                "1",
                "null"
            })
    void followsNoShardNameOutOfTheDirectory(String name) {
        complete();
        delete("model.safetensors");
        write(INDEX, "{\"weight_map\":{\"a\":" + name + "}}");

        assertRefused(INDEX, "only plain names", () -> ModelFiles.ofDirectory(directory));
    }

    @Test
    void refusesDirectoriesThatAreNone() {
        write("file", "x");

        assertRefused("none", "does not exist", () -> ModelFiles.ofDirectory(directory.resolve("none")));
        assertRefused("file", "is a file", () -> ModelFiles.ofDirectory(directory.resolve("file")));
    }

    @Test
    void recognizesLinksToNowhereAndLfsPointers() throws IOException {
        complete();
        write("config.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0");
        assertRefused("config.json", "git lfs pull", () -> ModelFiles.ofDirectory(directory));

        delete("model.safetensors");
        Files.createSymbolicLink(directory.resolve("model.safetensors"), directory.resolve("../../blobs/0"));
        assertRefused("model.safetensors", "without its 'blobs'", () -> ModelFiles.ofDirectory(directory));
    }

    @Test
    void followsLinksAsDownloadCachesHaveThem(@TempDir Path blobs) throws IOException {
        complete();
        delete("model.safetensors");
        Path blob = Files.writeString(blobs.resolve("0"), "x");
        Files.createSymbolicLink(directory.resolve("model.safetensors"), blob);

        assertThat(ModelFiles.ofDirectory(directory).weightFiles())
                .containsExactly(directory.resolve("model.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../config.json", "/etc/passwd", "a/b", "..", "", "a\u0000b"})
    void readsPlainNamesOnly(String fileName) {
        complete();
        ModelFiles files = ModelFiles.ofDirectory(directory);

        assertThatThrownBy(() -> files.json(fileName)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files.settings(fileName)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files.text(fileName)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesTextsThatAreNotUtf8() throws IOException {
        complete();
        Files.write(directory.resolve("chat_template.jinja"), new byte[] {'a', (byte) 0xe9});
        ModelFiles files = ModelFiles.ofDirectory(directory);

        assertRefused("chat_template.jinja", "UTF-8", () -> files.text("chat_template.jinja"));
    }

    @Test
    void readsATokenizerOfTwentyMegabytes() {
        complete();
        StringBuilder vocabulary = new StringBuilder("{\"model\":{\"vocab\":{");
        int count = 0;
        while (vocabulary.length() < 20_000_000) {
            vocabulary
                    .append("\"a somewhat longer token, to get there faster ")
                    .append(count)
                    .append("\":")
                    .append(count++)
                    .append(',');
        }
        write("tokenizer.json", vocabulary.append("\"\":0}}}").toString());
        int expected = count + 1;

        assertThat(ModelFiles.ofDirectory(directory).json("tokenizer.json"))
                .hasValueSatisfying(
                        tree -> assertThat(tree.path("model").path("vocab")).hasSize(expected));
    }

    @Test
    void neverTrustsADamagedIndex() throws IOException {
        complete();
        delete("model.safetensors");
        write("model-00001-of-00002.safetensors", "x");
        write("model-00002-of-00002.safetensors", "x");
        String padded = WEIGHT_MAP.replace("{", "{" + " ".repeat(200));
        Random random = new Random(46);
        int found = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = RandomDamage.of(padded.getBytes(StandardCharsets.UTF_8), random);
            Files.write(directory.resolve(INDEX), damaged);
            try {
                assertThat(ModelFiles.ofDirectory(directory).weightFiles())
                        .allMatch(file -> directory.equals(file.getParent()) && Files.isRegularFile(file));
                found++;
            } catch (ModelFilesException expected) {
                assertThat(expected).hasMessageContaining(directory.toString());
            }
        }
        assertThat(found).isBetween(100, 1_900);
    }

    private void complete() {
        write("config.json", "{}");
        write("tokenizer.json", "{}");
        write("preprocessor_config.json", "{}");
        write("model.safetensors", "x");
    }

    private void write(String fileName, String text) {
        try {
            Files.writeString(directory.resolve(fileName), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete(String fileName) {
        assertThat(directory.resolve(fileName).toFile().delete()).isTrue();
    }

    private static void assertRefused(String what, String why, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(why);
    }
}
