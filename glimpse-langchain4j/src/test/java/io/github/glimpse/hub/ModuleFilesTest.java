package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleFilesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    @TempDir
    Path directory;

    @Test
    void readsTheReleasedForm() {
        ModuleFiles files = ModuleFiles.ofDirectory(FIXTURES.resolve("llava-1_5-tiny/glimpse"));

        assertThat(files.config().integer("reduce_layer")).isEqualTo(3);
        assertThat(files.weights()).isEqualTo(files.directory().resolve("new_modules_gp.pt"));
        assertThat(files.isSafetensors()).isFalse();
    }

    @Test
    void prefersSafetensors() {
        ModuleFiles files = ModuleFiles.ofDirectory(FIXTURES.resolve("qwen2_5_vl-tiny/glimpse"));

        assertThat(files.weights()).isEqualTo(files.directory().resolve("glimpse_flat.safetensors"));
        assertThat(files.isSafetensors()).isTrue();
    }

    @Test
    void takesTheOnlyOrTheBestKnownSafetensorsFile() throws IOException {
        write("config.json", "{}");
        write("vip.safetensors", "x");
        assertThat(ModuleFiles.ofDirectory(directory).weights()).isEqualTo(directory.resolve("vip.safetensors"));

        write("model.safetensors", "x");
        assertThat(ModuleFiles.ofDirectory(directory).weights()).isEqualTo(directory.resolve("model.safetensors"));
    }

    @Test
    void refusesToChoose() throws IOException {
        write("config.json", "{}");
        write("a.safetensors", "x");
        write("b.safetensors", "x");

        assertRefused(directory, "2 safetensors files (a.safetensors, b.safetensors, …)");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertRefused(directory.resolve("none"), "does not exist");
        assertRefused(directory, "has neither new_modules_gp.pt nor");

        write("new_modules_gp.pt", "x");
        assertRefused(directory, "has no config.json");
    }

    private void write(String fileName, String text) throws IOException {
        Files.writeString(directory.resolve(fileName), text);
    }

    private static void assertRefused(Path directory, String reason) {
        assertThatThrownBy(() -> ModuleFiles.ofDirectory(directory))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining(reason);
    }
}
