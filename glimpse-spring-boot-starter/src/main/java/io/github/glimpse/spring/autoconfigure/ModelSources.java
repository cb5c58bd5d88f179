package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.hub.HubOptions;
import io.github.glimpse.hub.ModelSource;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * The opened locations of the model and its module. A bean of its own, since copies of class path folders must outlive the
 * engine that maps their files.
 */
final class ModelSources implements AutoCloseable {

    private static final String CLASS_PATH = "classpath:";
    private static final String HUB = "hf:";

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
                    "no model is named; give the directory of a model in Hugging Face form (a path, file:, classpath: or hf:owner/name),"
                            + " or turn Glimpse off by glimpse.enabled=false",
                    null);
        }
        ModelSource model = open(
                PropertiesMapper.LOCATION,
                () -> isHub(location)
                        ? ModelSource.open(location, loader(classPath), hub(properties))
                        : ModelSource.open(location, loader(classPath)));
        String module = properties.pruningModule();
        try {
            return new ModelSources(
                    location.startsWith(CLASS_PATH) || isHub(location) ? model.name() : null,
                    model,
                    StringUtils.hasText(module) ? openModule(module, properties, classPath) : null);
        } catch (InvalidPropertyException e) {
            model.close();
            throw e;
        }
    }

    private static ModelSource openModule(
            String module, GlimpseProperties.Model properties, @Nullable ClassLoader classPath) {
        return open(
                PropertiesMapper.PRUNING_MODULE,
                () -> isHub(module)
                        ? ModelSource.openModule(module, loader(classPath), hub(properties))
                        : ModelSource.open(module, loader(classPath)));
    }

    private static ModelSource open(String key, Supplier<ModelSource> source) {
        try {
            return source.get();
        } catch (GlimpseException e) {
            throw new InvalidPropertyException(key, String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isHub(String location) {
        return location.startsWith(HUB);
    }

    /** Only for hub locations: a malformed variable of the environment matters to them alone. */
    private static HubOptions hub(GlimpseProperties.Model properties) {
        return HubOptions.ofEnvironment().toBuilder()
                .verifyChecksums(properties.verifyChecksums())
                .build();
    }

    private static ClassLoader loader(@Nullable ClassLoader classPath) {
        return classPath == null ? ModelSources.class.getClassLoader() : classPath;
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
