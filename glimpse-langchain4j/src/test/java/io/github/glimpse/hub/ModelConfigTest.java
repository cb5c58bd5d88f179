package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.testing.RandomDamage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {

    private static final ModelConfig CONFIG = ModelConfig.ofJson("config.json", """
            {"model_type": "qwen2_5_vl", "hidden_size": 64, "zero": 0, "eps": 1e-06, "theta": 1000000.0, "tied": false,
             "nothing": null, "layers": [0, 1], "mean": [0.5, 1], "names": ["a"], "none": [], "eos": [7, 8], "mixed": [1, "a"],
             "huge": 3000000000, "half": 2.5, "endless": Infinity, "text_number": "64",
             "vision_config": {"depth": 4, "inner": {"name": "x", "size": -1}}}
            """);

    @Test
    void givesValuesByTypeAndPath() {
        assertThat(CONFIG.string("model_type")).isEqualTo("qwen2_5_vl");
        assertThat(CONFIG.integer("zero")).isZero();
        assertThat(CONFIG.positiveInteger("hidden_size")).isEqualTo(64);
        assertThat(CONFIG.number("eps")).isEqualTo(1e-6);
        assertThat(CONFIG.number("hidden_size")).isEqualTo(64);
        assertThat(CONFIG.bool("tied")).isFalse();
        assertThat(CONFIG.integers("layers")).containsExactly(0, 1);
        assertThat(CONFIG.integers("none")).isEmpty();
        assertThat(CONFIG.numbers("mean")).containsExactly(0.5, 1.0);
        assertThat(CONFIG.strings("names")).containsExactly("a");
        assertThat(CONFIG.at("vision_config").at("inner").string("name")).isEqualTo("x");
    }

    @Test
    void takesTheFallbackWhereAKeyIsMissingOrNull() {
        for (String key : List.of("missing", "nothing")) {
            assertThat(CONFIG.has(key)).isFalse();
            assertThat(CONFIG.string(key, "x")).isEqualTo("x");
            assertThat(CONFIG.integer(key, -1)).isEqualTo(-1);
            assertThat(CONFIG.positiveInteger(key, 3)).isEqualTo(3);
            assertThat(CONFIG.number(key, 0.5)).isEqualTo(0.5);
            assertThat(CONFIG.bool(key, true)).isTrue();
            assertThat(CONFIG.integers(key, List.of(1))).containsExactly(1);
            assertThat(CONFIG.numbers(key, List.of(1.0))).containsExactly(1.0);
            assertThat(CONFIG.strings(key, List.of("y"))).containsExactly("y");
            assertThat(CONFIG.optionalString(key)).isEmpty();
            assertThat(CONFIG.optionalInteger(key)).isEmpty();
            assertThat(CONFIG.optionalNumber(key)).isEmpty();
            assertThat(CONFIG.optionalAt(key)).isEmpty();
            assertThat(CONFIG.oneOrMoreIntegers(key)).isEmpty();
            assertThat(CONFIG.atOrHere(key)).isSameAs(CONFIG);
        }
    }

    @Test
    void takesTheValueWhereItIsThere() {
        assertThat(CONFIG.string("model_type", "x")).isEqualTo("qwen2_5_vl");
        assertThat(CONFIG.integer("hidden_size", 1)).isEqualTo(64);
        assertThat(CONFIG.bool("tied", true)).isFalse();
        assertThat(CONFIG.number("eps", 1)).isEqualTo(1e-6);
        assertThat(CONFIG.optionalString("model_type")).isEqualTo(Optional.of("qwen2_5_vl"));
        assertThat(CONFIG.optionalInteger("zero")).isEqualTo(OptionalInt.of(0));
        assertThat(CONFIG.optionalNumber("eps")).isEqualTo(OptionalDouble.of(1e-6));
        assertThat(CONFIG.oneOrMoreIntegers("zero")).containsExactly(0);
        assertThat(CONFIG.oneOrMoreIntegers("eos")).containsExactly(7, 8);
        assertThat(CONFIG.atOrHere("vision_config").integer("depth")).isEqualTo(4);
        assertThat(CONFIG.optionalAt("vision_config")).isPresent();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refusesWhatDoesNotFit(String message, Consumer<ModelConfig> asking) {
        assertThatThrownBy(() -> asking.accept(CONFIG))
                .isInstanceOf(ModelFilesException.class)
                .hasMessage(message);
    }

    static Stream<Arguments> refusesWhatDoesNotFit() {
        return Stream.of(
                refusal("'missing' in 'config.json' is missing; expected a text", c -> c.string("missing")),
                refusal("'nothing' in 'config.json' is missing; expected a whole number", c -> c.integer("nothing")),
                refusal("'hidden_size' in 'config.json' is 64; expected a text", c -> c.string("hidden_size")),
                refusal(
                        "'text_number' in 'config.json' is \"64\"; expected a whole number",
                        c -> c.integer("text_number")),
                refusal(
                        "'text_number' in 'config.json' is \"64\"; expected a finite number",
                        c -> c.number("text_number", 1)),
                refusal("'half' in 'config.json' is 2.5; expected a whole number", c -> c.integer("half", 1)),
                refusal("'theta' in 'config.json' is 1000000.0; expected a whole number", c -> c.integer("theta")),
                refusal("'huge' in 'config.json' is 3000000000; expected a whole number", c -> c.integer("huge")),
                refusal(
                        "'zero' in 'config.json' is 0; expected a whole number of at least 1",
                        c -> c.positiveInteger("zero")),
                refusal("'zero' in 'config.json' is 0; expected true or false", c -> c.bool("zero", true)),
                refusal(
                        "'endless' in 'config.json' is \"Infinity\"; expected a finite number",
                        c -> c.number("endless")),
                refusal(
                        "'mixed' in 'config.json' is [1,\"a\"]; expected a list of whole numbers",
                        c -> c.integers("mixed")),
                refusal(
                        "'mixed' in 'config.json' is [1,\"a\"]; expected a list of texts",
                        c -> c.strings("mixed", List.of())),
                refusal("'tied' in 'config.json' is false; expected a list of finite numbers", c -> c.numbers("tied")),
                refusal("'tied' in 'config.json' is false; expected an object", c -> c.at("tied")),
                refusal("'tied' in 'config.json' is false; expected an object", c -> c.atOrHere("tied")),
                refusal("'text_config' in 'config.json' is missing; expected an object", c -> c.at("text_config")),
                refusal(
                        "'half' in 'config.json' is 2.5; expected a list of whole numbers",
                        c -> c.oneOrMoreIntegers("half")),
                refusal(
                        "'vision_config.inner.size' in 'config.json' is -1; expected a whole number of at least 1",
                        c -> c.at("vision_config").at("inner").positiveInteger("size", 1)));
    }

    @Test
    void makesErrorsForChecksOfTheCaller() {
        assertThat(CONFIG.at("vision_config").problem("depth", "at least 5 blocks"))
                .hasMessage("'vision_config.depth' in 'config.json' is 4; expected at least 5 blocks");
        assertThat(CONFIG.problem("x", "y")).hasMessage("'x' in 'config.json' is missing; expected y");
    }

    @Test
    void shortensLongValues() {
        ModelConfig config = ModelConfig.ofJson("c", "{\"a\":\"" + "x".repeat(10_000) + "\"}");

        assertThatThrownBy(() -> config.integer("a"))
                .message()
                .hasSizeLessThan(200)
                .contains("xxx…");
    }

    @Test
    void saysWhichFileAndObjectItIs() {
        assertThat(CONFIG).hasToString("config.json");
        assertThat(CONFIG.at("vision_config").at("inner")).hasToString("config.json: vision_config.inner");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "[]",
                "1",
                "null",
                "{",
                "{} {}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{'a':1}",
                "{\"a\":1,}",
                "{/*c*/}"
            })
    void refusesTextsThatAreNotOneObject(String json) {
        assertThatThrownBy(() -> ModelConfig.ofJson("config.json", json))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'config.json'");
    }

    @Test
    void refusesDeepNestingAndEndlessTexts() {
        String deep = "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000);
        String longText = "{\"a\":\"" + "x".repeat(5 << 20) + "\"}";

        assertThatThrownBy(() -> ModelConfig.ofJson("c", deep)).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> ModelConfig.ofJson("c", longText)).isInstanceOf(ModelFilesException.class);
    }

    @Test
    void refusesFilesThatAreMissingOrTooLarge(@TempDir Path directory) throws IOException {
        Path large = Files.write(directory.resolve("large.json"), new byte[(32 << 20) + 1]);

        assertRefused(() -> ModelConfig.ofFile(large), "larger than 33554432 bytes");
        assertRefused(() -> ModelConfig.ofFile(directory.resolve("missing.json")), "missing.json");
        assertRefused(() -> ModelConfig.ofFile(directory), "cannot be read");
    }

    @Test
    void readsTheFixturesConfig() {
        ModelConfig config =
                ModelConfig.ofFile(Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny/model/config.json"));

        assertThat(config.atOrHere("text_config").positiveInteger("num_key_value_heads"))
                .isEqualTo(2);
        assertThat(config.at("vision_config").integers("fullatt_block_indexes")).containsExactly(1, 3);
        assertThat(config.at("rope_scaling").integers("mrope_section")).containsExactly(2, 3, 3);
    }

    @Test
    void neverTrustsADamagedFile() throws IOException {
        byte[] good = Files.readAllBytes(Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny/model/config.json"));
        Random random = new Random(45);
        int read = 0;
        for (int round = 0; round < 3_000; round++) {
            String damaged = new String(RandomDamage.of(good, random), StandardCharsets.UTF_8);
            try {
                ModelConfig config = ModelConfig.ofJson("config.json", damaged);
                assertThat(config.positiveInteger("hidden_size")).isPositive();
                assertThat(config.at("vision_config").integers("fullatt_block_indexes"))
                        .doesNotContainNull();
                assertThat(config.number("rope_theta")).isFinite();
                read++;
            } catch (ModelFilesException expected) {
                assertThat(expected).hasMessageContaining("'config.json'");
            }
        }
        assertThat(read).isBetween(300, 2_900);
    }

    private static Arguments refusal(String message, Consumer<ModelConfig> asking) {
        return Arguments.of(message, asking);
    }

    private static void assertRefused(ThrowingCallable action, String reason) {
        assertThatThrownBy(action).isInstanceOf(ModelFilesException.class).hasMessageContaining(reason);
    }
}
