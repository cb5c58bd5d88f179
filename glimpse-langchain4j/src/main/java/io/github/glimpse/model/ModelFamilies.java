package io.github.glimpse.model;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The families that are known: those on the class path and those handed in, which win. */
public final class ModelFamilies {

    private final Map<String, ModelFamily> families = new LinkedHashMap<>();

    private ModelFamilies() {}

    /**
     * Finds the families.
     *
     * @param own families that win over services of the same name
     */
    public static ModelFamilies discover(Collection<ModelFamily> own) {
        ModelFamilies found = new ModelFamilies();
        ServiceLoader.load(ModelFamily.class, ModelFamily.class.getClassLoader())
                .forEach(family -> found.families.put(family.name(), family));
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) {
            ServiceLoader.load(ModelFamily.class, context)
                    .forEach(family -> found.families.putIfAbsent(family.name(), family));
        }
        own.forEach(family -> found.families.put(family.name(), family));
        return found;
    }

    /**
     * The family of a model.
     *
     * @param name a family's name, or null to go by the configuration
     * @throws UnsupportedModelException if the name is unknown or no family, or more than one, accepts the configuration
     */
    public ModelFamily of(@Nullable String name, ModelConfig config) {
        if (name != null) {
            ModelFamily family = families.get(name);
            if (family == null) {
                throw new UnsupportedModelException("The model family '" + name + "' is not known; use auto or one of "
                        + String.join(", ", new TreeSet<>(families.keySet())));
            }
            return family;
        }
        List<ModelFamily> accepting = families.values().stream()
                .filter(family -> family.accepts(config))
                .toList();
        if (accepting.isEmpty()) {
            throw new UnsupportedModelException("No family takes the model_type '" + config.string("model_type")
                    + "'; there are " + String.join(", ", new TreeSet<>(families.keySet()))
                    + ". Use a model of one of them, or add a family of your own (docs/guide/extending.md)");
        }
        if (accepting.size() > 1) {
            throw new UnsupportedModelException("The model_type '" + config.string("model_type") + "' is taken by "
                    + String.join(
                            ", ", accepting.stream().map(ModelFamily::name).toList())
                    + "; set glimpse.model.family to one of them");
        }
        return accepting.get(0);
    }

    /** Whether exactly one family accepts a configuration. */
    public boolean accepts(ModelConfig config) {
        return families.values().stream()
                        .filter(family -> family.accepts(config))
                        .count()
                == 1;
    }
}
