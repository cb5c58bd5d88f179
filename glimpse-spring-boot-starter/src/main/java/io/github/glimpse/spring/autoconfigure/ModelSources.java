package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.hub.ModelSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * The opened locations of the model and its module. A bean of its own, since copies of class path folders must outlive the
 * engine that maps their files.
 */
final class ModelSources implements AutoCloseable {

    private static final String CLASS_PATH = "classpath:";

    private final @Nullable String name;
    private final ModelSource model;
    private final @Nullable ModelSource module;

    private ModelSources(@Nullable String name, ModelSource model, @Nullable ModelSource module) {
        this.name = name;
        this.model = model;
        this.module = module;
    }

    /**
     * Opens the locations.
     *
     * @param classPath where to look for class path folders, null for that of the calling thread
     * @throws InvalidPropertyException if one is missing or nothing is there
     */
    static ModelSources open(GlimpseProperties.Model properties, @Nullable ClassLoader classPath) {
        String location = properties.location();
        if (!StringUtils.hasText(location)) {
            throw new InvalidPropertyException(
                    PropertiesMapper.LOCATION,
                    "no model is named; give the directory of a model in Hugging Face form (a path, file: or classpath:),"
                            + " or turn Glimpse off by glimpse.enabled=false",
                    null);
        }
        ModelSource model = open(PropertiesMapper.LOCATION, location, classPath);
        String module = properties.pruningModule();
        try {
            return new ModelSources(
                    name(location),
                    model,
                    StringUtils.hasText(module) ? open(PropertiesMapper.PRUNING_MODULE, module, classPath) : null);
        } catch (InvalidPropertyException e) {
            model.close();
            throw e;
        }
    }

    private static ModelSource open(String key, String location, @Nullable ClassLoader classPath) {
        try {
            return classPath == null ? ModelSource.open(location) : ModelSource.open(location, classPath);
        } catch (GlimpseException e) {
            throw new InvalidPropertyException(key, String.valueOf(e.getMessage()), e);
        }
    }

    /** A class path folder's own name, since that of its copy says nothing. */
    private static @Nullable String name(String location) {
        if (!location.startsWith(CLASS_PATH)) {
            return null;
        }
        String folder = location.substring(CLASS_PATH.length());
        return StringUtils.getFilename(StringUtils.trimTrailingCharacter(folder, '/'));
    }

    /** Name of the model where its directory's is none, or null. */
    @Nullable
    String name() {
        return name;
    }

    /** Directory of the model. */
    Path model() {
        return model.directory();
    }

    /** Directory of the module, or null. */
    @Nullable
    Path module() {
        return module == null ? null : module.directory();
    }

    @Override
    public void close() {
        model.close();
        if (module != null) {
            module.close();
        }
    }
}
