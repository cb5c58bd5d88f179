package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.hub.HubOptions;
import io.github.glimpse.hub.ModelSource;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.StringUtils;

/**
 * The locations of the model and its module. A bean of its own, since copies of class path folders must outlive the engine that
 * maps their files. What has to be downloaded may be opened later than the rest. Safe for concurrent use.
 */
final class ModelSources implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelSources.class);
    /** The location that names the embedded model, as none does. */
    static final String EMBEDDED = "embedded";

    private static final String CLASS_PATH = "classpath:";
    private static final String HUB = "hf:";

    private final @Nullable String name;
    private final Source model;
    private final @Nullable Source module;

    private ModelSources(@Nullable String name, Source model, @Nullable Source module) {
        this.name = name;
        this.model = model;
        this.module = module;
    }

    /**
     * Opens the locations.
     *
     * @param classPath where to look for class path folders, null for that of the calling thread
     * @throws InvalidPropertyException if nothing is there
     */
    static ModelSources open(GlimpseProperties.Model properties, @Nullable ClassLoader classPath) {
        ModelSources sources = openLocal(properties, classPath);
        try {
            sources.fetch();
            return sources;
        } catch (InvalidPropertyException e) {
            sources.close();
            throw e;
        }
    }

    /**
     * Opens the locations on this machine and checks the form of the others, which {@link #fetch()} opens. Without a location of
     * the model, and for {@link #EMBEDDED}, it is the embedded one, and then without one of the module that one's.
     *
     * @param classPath where to look for class path folders, null for that of the calling thread
     * @throws InvalidPropertyException if one is malformed, or nothing is there
     */
    static ModelSources openLocal(GlimpseProperties.Model properties, @Nullable ClassLoader classPath) {
        String named = properties.location();
        String location = named == null || named.isBlank() ? "" : named;
        ClassLoader loader = classPath == null ? ModelSources.class.getClassLoader() : classPath;
        boolean embedded = location.isEmpty() || location.equals(EMBEDDED);
        if (location.isEmpty()) {
            LOG.info("glimpse.model.location is not set: the embedded model answers, which is for trying, teaching and"
                    + " tests");
        }
        Source model = embedded ? embedded() : model(PropertiesMapper.LOCATION, location, properties, loader);
        try {
            return new ModelSources(
                    embedded || location.startsWith(CLASS_PATH) || isHub(location) ? model.name() : null,
                    model,
                    module(embedded, properties, loader));
        } catch (InvalidPropertyException e) {
            model.close();
            throw e;
        }
    }

    private static Source embedded() {
        return Source.local(PropertiesMapper.LOCATION, ModelSource::embedded);
    }

    private static Source model(
            String property, String location, GlimpseProperties.Model properties, ClassLoader loader) {
        return isHub(location)
                ? Source.fetched(property, location, () -> ModelSource.open(location, loader, hub(properties)))
                : Source.local(property, () -> ModelSource.open(location, loader));
    }

    /** An empty location is none at all, also for the embedded model. */
    private static @Nullable Source module(
            boolean embeddedModel, GlimpseProperties.Model properties, ClassLoader loader) {
        String module = properties.pruningModule();
        if (module == null && embeddedModel) {
            return Source.local(PropertiesMapper.PRUNING_MODULE, ModelSource::embeddedModule);
        }
        return StringUtils.hasText(module) ? module(module, properties, loader) : null;
    }

    /**
     * Opens the location of the embedding model, downloads included.
     *
     * @param classPath where to look for class path folders, null for that of the calling thread
     * @throws InvalidPropertyException if it is missing or nothing is there
     */
    static ModelSources openEmbedding(GlimpseProperties properties, @Nullable ClassLoader classPath) {
        return openOther(
                PropertiesMapper.EMBEDDING_LOCATION,
                properties.embeddingModel().location(),
                "a CLIP or SigLIP model",
                properties,
                classPath);
    }

    /**
     * Opens the location of the model that scores, downloads included.
     *
     * @param classPath where to look for class path folders, null for that of the calling thread
     * @throws InvalidPropertyException if it is missing or nothing is there
     */
    static ModelSources openScoring(GlimpseProperties properties, @Nullable ClassLoader classPath) {
        return openOther(
                PropertiesMapper.SCORING_LOCATION,
                properties.scoringModel().location(),
                "a BLIP model for image-text retrieval",
                properties,
                classPath);
    }

    /** A model without a module and without an embedded one in its place. */
    private static ModelSources openOther(
            String property,
            @Nullable String location,
            String what,
            GlimpseProperties properties,
            @Nullable ClassLoader classPath) {
        if (!StringUtils.hasText(location)) {
            throw new InvalidPropertyException(
                    property,
                    "no model is named; give the directory of " + what + " in Hugging Face form (a path, file:,"
                            + " classpath: or hf:owner/name), or leave "
                            + property.replace(".location", ".enabled") + " out",
                    null);
        }
        ClassLoader loader = classPath == null ? ModelSources.class.getClassLoader() : classPath;
        Source model = model(property, location, properties.model(), loader);
        model.open();
        return new ModelSources(location.startsWith(CLASS_PATH) || isHub(location) ? model.name() : null, model, null);
    }

    private static Source module(String module, GlimpseProperties.Model properties, ClassLoader loader) {
        return isHub(module)
                ? Source.fetched(
                        PropertiesMapper.PRUNING_MODULE,
                        module,
                        () -> ModelSource.openModule(module, loader, hub(properties)))
                : Source.local(PropertiesMapper.PRUNING_MODULE, () -> ModelSource.open(module, loader));
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

    /**
     * Opens what is not open yet.
     *
     * @throws InvalidPropertyException if nothing is there, or it cannot be fetched
     */
    void fetch() {
        model.open();
        if (module != null) {
            module.open();
        }
    }

    /** Name of the model where its directory's is none, or null. */
    @Nullable
    String name() {
        return name;
    }

    /** Directory of the model; before it is fetched its name, where nothing is. */
    Path model() {
        return model.directory();
    }

    /** Directory of the module, or null; before it is fetched its name, where nothing is. */
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

    /** One location. */
    private static final class Source {

        private final String key;
        private final String name;
        private final Supplier<ModelSource> opening;
        private volatile @Nullable ModelSource opened;

        private Source(String key, String name, Supplier<ModelSource> opening) {
            this.key = key;
            this.name = name;
            this.opening = opening;
        }

        static Source fetched(String key, String location, Supplier<ModelSource> opening) {
            return new Source(key, checked(key, () -> ModelSource.repositoryOf(location)), opening);
        }

        static Source local(String key, Supplier<ModelSource> opening) {
            ModelSource there = checked(key, opening);
            Source source = new Source(key, there.name(), () -> there);
            source.opened = there;
            return source;
        }

        private static <T> T checked(String key, Supplier<T> source) {
            try {
                return source.get();
            } catch (GlimpseException e) {
                throw new InvalidPropertyException(key, String.valueOf(e.getMessage()), e);
            }
        }

        /** Called by one thread: the one that loads. */
        void open() {
            if (opened == null) {
                opened = checked(key, opening);
            }
        }

        String name() {
            return name;
        }

        Path directory() {
            ModelSource source = opened;
            return source == null ? Path.of(name) : source.directory();
        }

        void close() {
            ModelSource source = opened;
            if (source != null) {
                source.close();
            }
        }
    }
}
