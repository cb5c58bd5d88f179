package io.github.glimpse.prune.glimpse;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchCheckpoint;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModuleFiles;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A glimpse module as it lies in its directory: {@code config.json} and the tensors, from the released {@code torch.save}
 * file or from safetensors.
 */
record GlimpseCheckpoint(GlimpseConfig config, Map<String, CheckpointTensor> tensors) {

    private static final long MOST_BYTES = 512L << 20;

    static GlimpseCheckpoint read(Path directory, ModelConfig base) {
        ModuleFiles files = ModuleFiles.ofDirectory(directory);
        return new GlimpseCheckpoint(
                GlimpseConfig.of(files.config(), base),
                files.isSafetensors() ? safetensors(files.weights()) : TorchCheckpoint.read(files.weights()));
    }

    private static Map<String, CheckpointTensor> safetensors(Path file) {
        Map<String, CheckpointTensor> tensors = new HashMap<>();
        Collection<TensorEntry> entries = SafetensorsFile.open(file).entries().values();
        long bytes = entries.stream().mapToLong(TensorEntry::byteCount).sum();
        if (bytes > MOST_BYTES) {
            throw new ModelFilesException("'" + file + "' has " + bytes + " bytes of tensors, a pruning module at most "
                    + MOST_BYTES + "; is it a model? Name the folder of the module");
        }
        for (TensorEntry entry : entries) {
            tensors.put(entry.name(), new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry)));
        }
        return tensors;
    }
}
