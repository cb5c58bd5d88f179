package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeFolderTest {

    @TempDir
    private Path site;

    private Path torch(String versionFile, String text, String... libraries) throws IOException {
        Path lib = Files.createDirectories(site.resolve("torch/lib"));
        for (String library : libraries) {
            Files.createFile(lib.resolve(System.mapLibraryName(library)));
        }
        Files.writeString(site.resolve("torch").resolve(versionFile), text);
        return lib;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "torch", "torch/lib"})
    void readsVersionAndKindOfAWheelFromAnyOfItsFolders(String folder) throws IOException {
        Path lib = torch(
                "version.py",
                "from typing import Optional\n__version__ = '2.7.1+cu126'\ncuda: Optional[str] = '12.6'\n",
                "torch",
                "torch_cuda");

        NativeFolder found = NativeFolder.of(site.resolve(folder));

        assertThat(found).isEqualTo(new NativeFolder(lib, "2.7.1+cu126"));
        assertThat(found.version()).isEqualTo("2.7.1");
        assertThat(found.flavor()).isEqualTo("cu128");
    }

    @Test
    void readsAnUnpackedLibtorchForTheCpu() throws IOException {
        torch("build-version", "2.7.1+cpu\n", "torch");

        NativeFolder found = NativeFolder.of(site.resolve("torch"));

        assertThat(found.build()).isEqualTo("2.7.1+cpu");
        assertThat(found.flavor()).isEqualTo("cpu");
    }

    @Test
    void refusesAnotherReleaseWithBothVersions() throws IOException {
        torch("version.py", "__version__ = '2.11.0+cu130'\n", "torch", "torch_cuda");

        assertThatThrownBy(() -> NativeFolder.of(site))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("2.11.0+cu130")
                .hasMessageContaining("torch==2.7.1");
    }

    @Test
    void refusesAFolderWithoutLibtorch() {
        assertThatThrownBy(() -> NativeFolder.of(site))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining(System.mapLibraryName("torch"))
                .hasMessageContaining("glimpse.native.path");
    }
}
