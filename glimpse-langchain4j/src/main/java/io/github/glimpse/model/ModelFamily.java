package io.github.glimpse.model;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;

/**
 * A kind of model. Implementations are found by {@link java.util.ServiceLoader}; in a Spring application a bean of this type
 * is added and wins over a service of the same name.
 */
public interface ModelFamily {

    /** The value of {@code glimpse.model.family} that selects it, such as {@code qwen2.5-vl}. */
    String name();

    /** Whether a {@code config.json} is of this family, by its {@code model_type}; at most one family says yes. */
    boolean accepts(ModelConfig config);

    /**
     * Loads a model.
     *
     * @return the model; the caller closes it
     * @throws io.github.glimpse.GlimpseException if files are missing, damaged or of a kind that is not supported
     */
    AnsweringModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime);
}
