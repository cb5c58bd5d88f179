package io.github.glimpse.examples.evaluate;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.model.LoadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models of a run with their modules, in the forms that properties take: folders, {@code classpath:}, {@code hf:}. */
final class Models implements AutoCloseable {

    private static final String MODULE_FOLDER = "glimpse";

    private final List<ModelSource> sources = new ArrayList<>();
    private final List<EngineOptions> engines = new ArrayList<>();
    private final int threads;
    private final int workers;
    private final WeightFormat weights;

    private Models(int threads, int workers, WeightFormat weights) {
        this.threads = threads;
        this.workers = workers;
        this.weights = weights;
    }

    /**
     * Opens models.
     *
     * @param locations none is the embedded model with its module
     * @param modules one for each model, or none: then the module is in the folder {@value #MODULE_FOLDER} of the model, if there is
     *     such a folder
     */
    static Models open(List<String> locations, List<String> modules, int threads, int workers, WeightFormat weights) {
        Models models = new Models(threads, workers, weights);
        if (locations.isEmpty()) {
            ModelSource model = models.kept(ModelSource.embedded());
            models.add(
                    model.name(),
                    model,
                    models.kept(ModelSource.embeddedModule()).directory());
            return models;
        }
        for (int i = 0; i < locations.size(); i++) {
            ModelSource model = models.kept(ModelSource.open(locations.get(i)));
            String name = locations.stream()
                                    .filter(other -> other.endsWith(model.name()))
                                    .count()
                            > 1
                    ? locations.get(i)
                    : model.name();
            models.add(name, model, models.module(model, modules.isEmpty() ? null : modules.get(i)));
        }
        return models;
    }

    private @Nullable Path module(ModelSource model, @Nullable String location) {
        if (location != null) {
            return kept(ModelSource.openModule(location)).directory();
        }
        Path beside = model.directory().resolve(MODULE_FOLDER);
        return Files.isDirectory(beside) ? beside : null;
    }

    private ModelSource kept(ModelSource source) {
        sources.add(source);
        return source;
    }

    private void add(String name, ModelSource model, @Nullable Path module) {
        engines.add(EngineOptions.builder(model.directory())
                .name(name)
                .module(module)
                .runtime(new RuntimeOptions(
                        RuntimeOptions.DEFAULT_DEVICE, threads, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder().weights(weights).build())
                .maxRunning(workers)
                // A second strategy must not find the picture looked at already: times would not be comparable
                .visionCache(VisionCacheOptions.off())
                .build());
    }

    /** What each is loaded with. */
    List<EngineOptions> engines() {
        return List.copyOf(engines);
    }

    @Override
    public void close() {
        sources.forEach(ModelSource::close);
    }
}
