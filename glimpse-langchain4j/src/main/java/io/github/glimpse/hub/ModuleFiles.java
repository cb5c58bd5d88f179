package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * The directory of a glimpse module, checked for completeness: {@code config.json} and its tensors, either as safetensors or
 * in the released form {@code new_modules_gp.pt}. Immutable, safe for concurrent use.
 */
public final class ModuleFiles {

    private static final String RELEASED = "new_modules_gp.pt";
    private static final List<String> PREFERRED = List.of("glimpse_flat.safetensors", "model.safetensors");
    private static final String SAFETENSORS = ".safetensors";

    private final Path directory;
    private final ModelConfig config;
    private final Path weights;

    private ModuleFiles(Path directory, ModelConfig config, Path weights) {
        this.directory = directory;
        this.config = config;
        this.weights = weights;
    }

    /**
     * Checks a directory and reads its {@code config.json}. Safetensors win over the released form where both are there.
     *
     * @throws ModelFilesException if something is missing, or there are several files to choose from
     */
    public static ModuleFiles ofDirectory(Path directory) {
        ModelFiles.checkDirectory(directory, "glimpse module");
        Path weights = weights(directory);
        Path config = directory.resolve(ModelFiles.CONFIG);
        if (!ModelFiles.isFile(config)) {
            throw new ModelFilesException("The glimpse module directory '" + directory + "' has no " + ModelFiles.CONFIG
                    + ", which says where to prune; download it too");
        }
        return new ModuleFiles(directory, ModelConfig.ofFile(config), weights);
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /** The module's settings, {@code config.json}. They repeat the base model's fields. */
    public ModelConfig config() {
        return config;
    }

    /** The file with the tensors: safetensors, or an archive of {@code torch.save}. */
    public Path weights() {
        return weights;
    }

    /** Whether {@link #weights()} is a safetensors file. */
    public boolean isSafetensors() {
        return weights.toString().endsWith(SAFETENSORS);
    }

    /**
     * The file of a module that is not there yet. Where the released form is beside several safetensors, it is meant: those
     * are the base model's.
     *
     * @param names what there is to choose from
     * @param what how messages call their place
     */
    static String weights(Collection<String> names, String what) {
        for (String preferred : PREFERRED) {
            if (names.contains(preferred)) {
                return preferred;
            }
        }
        List<String> safetensors = names.stream()
                .filter(name -> name.endsWith(SAFETENSORS))
                .sorted()
                .toList();
        if (safetensors.size() == 1) {
            return safetensors.get(0);
        }
        if (names.contains(RELEASED)) {
            return RELEASED;
        }
        throw new ModelFilesException(what
                + (safetensors.isEmpty()
                        ? " has neither " + RELEASED + " nor a .safetensors file; give a GlimpsePrune module"
                        : " has " + safetensors.size() + " safetensors files and none named " + PREFERRED.get(1)
                                + "; it is not clear which one is the module"));
    }

    private static Path weights(Path directory) {
        List<String> names = WeightFiles.names(directory, SAFETENSORS);
        for (String preferred : PREFERRED) {
            if (names.contains(preferred)) {
                return existing(directory.resolve(preferred));
            }
        }
        if (names.size() == 1) {
            return existing(directory.resolve(names.get(0)));
        }
        if (names.size() > 1) {
            throw new ModelFilesException("The glimpse module directory '" + directory + "' has " + names.size()
                    + " safetensors files (" + names.get(0) + ", " + names.get(1) + ", …); keep one, or name it "
                    + PREFERRED.get(1));
        }
        Path released = directory.resolve(RELEASED);
        if (!ModelFiles.isFile(released)) {
            throw new ModelFilesException("The glimpse module directory '" + directory + "' has neither " + RELEASED
                    + " nor a .safetensors file; give the directory of a GlimpsePrune module");
        }
        return released;
    }

    private static Path existing(Path file) {
        if (!ModelFiles.isFile(file)) {
            throw new ModelFilesException("'" + file + "' is no file");
        }
        return file;
    }
}
