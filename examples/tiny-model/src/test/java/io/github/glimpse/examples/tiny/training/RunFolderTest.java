package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    @Test
    void blendedWeightsLieAShareOfTheWayFromTheFirstToTheSecond(@TempDir Path folder) {
        Path before = write(folder.resolve("before.safetensors"), "weight", 1, -2);
        // A run that is not finished has its tensors among those of the optimiser.
        Path after = write(folder.resolve("after.safetensors"), "parameter.weight", 5, 2);
        Path blended = folder.resolve("blended.safetensors");

        RunFolder.blend(options(folder, "--share=0.75", "--from=" + before, "--from=" + after), blended);

        TensorEntry entry =
                Objects.requireNonNull(SafetensorsFile.open(blended).entries().get("weight"));
        assertThat(SafetensorsFile.floats(entry)).containsExactly(new float[] {4, 1}, within(1e-6f));
    }

    @Test
    void theTowerMayGoAnotherShareOfTheWay(@TempDir Path folder) {
        Path blended = folder.resolve("blended.safetensors");
        for (String name : List.of("visual.weight", "model.weight")) {
            Path before = write(folder.resolve("before.safetensors"), name, 0);
            Path after = write(folder.resolve("after.safetensors"), name, 1);

            RunFolder.blend(
                    options(folder, "--share=0.75", "--tower-share=0.5", "--from=" + before, "--from=" + after),
                    blended);

            TensorEntry entry = Objects.requireNonNull(
                    SafetensorsFile.open(blended).entries().get(name));
            assertThat(SafetensorsFile.floats(entry))
                    .containsExactly(new float[] {name.startsWith("visual.") ? 0.5f : 0.75f}, within(1e-6f));
        }
    }

    @Test
    void aTowerStaysWhereADecoderIsBlendedWithOneThatLearnedAlone(@TempDir Path folder) {
        Path whole = folder.resolve("whole.safetensors");
        SafetensorsWriter.write(whole, Map.of("visual.weight", tensor(3), "model.weight", tensor(0)), Map.of());
        Path decoder = write(folder.resolve("decoder.safetensors"), "model.weight", 4);
        Path blended = folder.resolve("blended.safetensors");

        RunFolder.blend(options(folder, "--share=0.25", "--from=" + whole, "--from=" + decoder), blended);

        Map<String, TensorEntry> entries = SafetensorsFile.open(blended).entries();
        assertThat(SafetensorsFile.floats(Objects.requireNonNull(entries.get("visual.weight"))))
                .containsExactly(3);
        assertThat(SafetensorsFile.floats(Objects.requireNonNull(entries.get("model.weight"))))
                .containsExactly(1);
    }

    @Test
    void onlyTwoRunsOfOneModelAreBlended(@TempDir Path folder) {
        Path before = write(folder.resolve("before.safetensors"), "weight", 1, 1);
        Path other = write(folder.resolve("other.safetensors"), "bias", 1, 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFolder.blend(options(folder, "--from=" + before), folder.resolve("blended")))
                .withMessageContaining("--from twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunFolder.blend(
                        options(folder, "--from=" + before, "--from=" + other), folder.resolve("blended")))
                .withMessageContaining("has tensors that");
    }

    private static Path write(Path file, String name, float... values) {
        SafetensorsWriter.write(file, Map.of(name, tensor(values)), Map.of());
        return file;
    }

    private static CheckpointTensor tensor(float... values) {
        return new CheckpointTensor(StoredType.F32, new long[] {values.length}, values);
    }

    private static StageOptions options(Path folder, String... options) {
        return StageOptions.parse(folder, List.of(options), 1, 0);
    }
}
