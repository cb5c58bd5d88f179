package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubEnvironmentTest {

    @TempDir
    Path home;

    @Test
    void usesThePublicHubAndTheUsersCacheByDefault() {
        HubOptions options = options(Map.of());

        assertThat(options.endpoint()).hasToString("https://huggingface.co");
        assertThat(options.token()).isNull();
        assertThat(options.cacheDirectory()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(options.offline()).isFalse();
        assertThat(options.verifyChecksums()).isTrue();
    }

    @Test
    void findsTheCacheInTheOrderOfThePythonPackage() {
        assertThat(options(Map.of("XDG_CACHE_HOME", "/x")).cacheDirectory()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(options(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h")).cacheDirectory())
                .isEqualTo(Path.of("/h/hub"));
        assertThat(options(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/c"))
                        .cacheDirectory())
                .isEqualTo(Path.of("/c"));
        assertThat(options(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/c", "HF_HUB_CACHE", "/n"))
                        .cacheDirectory())
                .isEqualTo(Path.of("/n"));
        assertThat(options(Map.of("HF_HOME", "~/models")).cacheDirectory()).isEqualTo(home.resolve("models/hub"));
        assertThat(options(Map.of("HF_HUB_CACHE", "~")).cacheDirectory()).isEqualTo(home);
        assertThat(options(Map.of("HF_HOME", " ")).cacheDirectory()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    }

    @Test
    void findsTheTokenInTheVariableOrTheFile() throws IOException {
        Path hubHome = Files.createDirectories(home.resolve("hf"));
        Map<String, String> variables = Map.of("HF_HOME", hubHome.toString());
        assertThat(options(variables).token()).isNull();

        Files.writeString(hubHome.resolve("token"), "hf_file\n");
        assertThat(options(variables).token()).isEqualTo("hf_file");
        assertThat(options(with(variables, "HUGGING_FACE_HUB_TOKEN", "hf_old")).token())
                .isEqualTo("hf_old");
        assertThat(options(with(variables, "HF_TOKEN", " hf_variable\n")).token())
                .isEqualTo("hf_variable");
        assertThat(options(with(variables, "HF_TOKEN", "")).token()).isEqualTo("hf_file");
        assertThat(options(with(variables, "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                        .token())
                .isNull();

        Path other = Files.writeString(home.resolve("other"), "hf_other");
        assertThat(options(with(variables, "HF_TOKEN_PATH", other.toString())).token())
                .isEqualTo("hf_other");
        Files.writeString(other, " \n");
        assertThat(options(with(variables, "HF_TOKEN_PATH", other.toString())).token())
                .isNull();
    }

    @Test
    void saysWhenTheFileWithTheTokenCannotBeRead() {
        assertThatThrownBy(() -> options(Map.of("HF_TOKEN_PATH", home.toString())))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("The file with the hub's token cannot be read")
                .hasMessageContaining("HF_HUB_DISABLE_IMPLICIT_TOKEN=1");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "true, true", "YES, true", "on, true", "0, false", "false, false", "no, false", "'', false"})
    void readsSwitches(String value, boolean on) {
        assertThat(options(Map.of("HF_HUB_OFFLINE", value)).offline()).isEqualTo(on);
    }

    @ParameterizedTest
    @CsvSource({
        "https://hub.example, https://hub.example",
        "https://hub.example//, https://hub.example",
        "http://127.0.0.1:8080, http://127.0.0.1:8080",
        "https://proxy.example/api/hub/, https://proxy.example/api/hub"
    })
    void takesAnotherEndpoint(String value, String endpoint) {
        assertThat(options(Map.of("HF_ENDPOINT", value)).endpoint()).hasToString(endpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.example",
                "ftp://hub.example",
                "file:///models",
                "https://",
                "https:///x",
                "https://hub.example?a=b",
                "https://hub.example#x",
                "https://someone:secret@hub.example",
                "https://a b",
                "mailto:a@b"
            })
    void refusesEndpointsThatAreNone(String value) {
        assertThatThrownBy(() -> options(Map.of("HF_ENDPOINT", value)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("HF_ENDPOINT")
                .hasMessageContaining("https://huggingface.co")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf_a b", "hf_a\r\nX: y", "hf_ü", "hf_a\u0000"})
    void refusesTokensThatNoHeaderMayHave(String token) {
        assertThatThrownBy(() -> options(Map.of("HF_TOKEN", token)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("set HF_TOKEN anew")
                .hasMessageNotContaining("hf_");
    }

    @Test
    void doesNotPrintTheToken() {
        HubOptions options = HubOptions.builder()
                .endpoint(URI.create("https://hub.example"))
                .token("hf_secret")
                .cacheDirectory(Path.of("/c"))
                .build();

        assertThat(options.toString()).doesNotContain("hf_secret").contains("token=***", "https://hub.example", "/c");
        assertThat(options.toBuilder().build()).isEqualTo(options);
    }

    private HubOptions options(Map<String, String> variables) {
        return new HubEnvironment(variables, home).options();
    }

    private static Map<String, String> with(Map<String, String> variables, String name, String value) {
        Map<String, String> more = new HashMap<>(variables);
        more.put(name, value);
        return more;
    }
}
