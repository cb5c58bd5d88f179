package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.testing.HostileInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are read beside the start of the native library; errors come as if one had followed the other, and nothing is left open. */
class FolderReadingIT {

    private final List<TorchRuntime> started = new ArrayList<>();

    @TempDir
    private Path folder;

    private AnswerEngine load(EngineOptions.Builder options) {
        return AnswerEngine.load(options.build(), "tiny", () -> {
            started.add(TorchRuntime.start(RuntimeOptions.defaults()));
            return started.get(0);
        });
    }

    private static AnswerEngine loadWithoutLibrary(EngineOptions.Builder options) {
        return AnswerEngine.load(options.build(), "tiny", () -> {
            throw new NativeLibraryException("no library here");
        });
    }

    private static EngineOptions.Builder at(Path directory) {
        return EngineOptions.builder(directory);
    }

    private Path damaged() throws IOException {
        Path copy = HostileInputs.copy(TinyModels.fixture("qwen2_5_vl-tiny"), List.of("model"), folder)
                .resolve("model");
        Files.writeString(copy.resolve("config.json"), "{");
        return copy;
    }

    private void assertClosed() {
        assertThat(started).hasSize(1).allSatisfy(runtime -> assertThatThrownBy(() -> {
                    try (TensorScope scope = runtime.openScope()) {
                        scope.floats(new float[] {1}, 1);
                    }
                })
                .isInstanceOf(IllegalStateException.class));
    }

    @Test
    void aLibraryThatStartsWhileTheFilesAreWrongIsClosed() throws IOException {
        Path damaged = damaged();

        assertThatThrownBy(() -> load(at(damaged)))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("config.json");
        assertClosed();
    }

    @Test
    void aLibraryThatStartsForAnUnknownFamilyIsClosed() {
        assertThatThrownBy(() -> load(TinyModels.qwen().family("unheard-of")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'unheard-of' is not known");
        assertClosed();
    }

    @Test
    void withoutTheLibraryThatIsWhatIsWrong() {
        assertThatThrownBy(() -> loadWithoutLibrary(TinyModels.qwen()))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessage("no library here");
        assertThatThrownBy(() -> loadWithoutLibrary(TinyModels.qwen().family("unheard-of")))
                .as("the library comes before the family")
                .isInstanceOf(NativeLibraryException.class);
    }

    @Test
    void ofBothTheFilesAreToldFirst() throws IOException {
        Path damaged = damaged();

        assertThatThrownBy(() -> loadWithoutLibrary(at(damaged))).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> loadWithoutLibrary(at(folder.resolve("nowhere"))))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void whereTheLibraryMayBeFetchedAWrongFolderIsToldWithoutIt() {
        RuntimeOptions fetching = new RuntimeOptions("cpu", 1, NativeDownload.ALLOWED);

        assertThatThrownBy(() -> load(at(folder.resolve("nowhere")).runtime(fetching)))
                .isInstanceOf(ModelFilesException.class);
        assertThat(started).isEmpty();
    }

    @Test
    void loadsWithWhatWasReadBeside() {
        try (AnswerEngine loaded = load(TinyModels.qwen())) {
            assertThat(loaded.model().family()).isEqualTo("qwen2.5-vl");
            assertThat(loaded.runtime()).isSameAs(started.get(0));
        }
    }
}
