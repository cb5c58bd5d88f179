package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.UnsupportedModelException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says which properties lead to a model that could not be loaded. */
final class GlimpseFailureAnalyzer extends AbstractFailureAnalyzer<GlimpseException> {

    private final Environment environment;

    GlimpseFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, GlimpseException cause) {
        String action = action(cause);
        return action == null ? null : new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
    }

    private @Nullable String action(GlimpseException cause) {
        if (cause instanceof ModelFilesException) {
            return "Check the files of these directories:"
                    + values(PropertiesMapper.LOCATION, PropertiesMapper.PRUNING_MODULE)
                    + otherLocations()
                    + (String.valueOf(cause.getMessage()).contains("The pixel budget") ? pixelBudget() : "");
        }
        if (cause instanceof ShapeMismatchException) {
            return "Use a pruning module that was made for this model, or leave glimpse.model.pruning-module out:"
                    + values(PropertiesMapper.LOCATION, PropertiesMapper.PRUNING_MODULE);
        }
        if (cause instanceof UnsupportedModelException) {
            return "Use another model, or change what does not fit it:"
                    + values(
                            PropertiesMapper.LOCATION,
                            "glimpse.model.family",
                            PropertiesMapper.PRUNING_MODULE,
                            "glimpse.pruning.strategy",
                            "glimpse.device",
                            "glimpse.dtype",
                            "glimpse.weights")
                    + otherLocations();
        }
        if (cause instanceof NonFiniteNumbersException) {
            return "Fetch the files of these directories again, or compute in a wider type:"
                    + values(PropertiesMapper.LOCATION, PropertiesMapper.PRUNING_MODULE, "glimpse.dtype")
                    + otherLocations();
        }
        if (cause instanceof NativeLibraryException) {
            return "Add the native library that the description names, or change these properties:"
                    + values("glimpse.device", "glimpse.native.download", "glimpse.native.path");
        }
        return null;
    }

    /** Of the models that are off by default: named only where there are any. */
    private String otherLocations() {
        return values(Stream.of(PropertiesMapper.EMBEDDING_LOCATION, PropertiesMapper.SCORING_LOCATION)
                .filter(environment::containsProperty)
                .toArray(String[]::new));
    }

    /** What takes the place of two numbers of a file: named only where it does. */
    private String pixelBudget() {
        String[] keys = Stream.of("glimpse.limits.min-pixels", "glimpse.limits.max-pixels")
                .filter(environment::containsProperty)
                .toArray(String[]::new);
        return keys.length == 0 ? "" : System.lineSeparator() + "or these properties:" + values(keys);
    }

    private String values(String... keys) {
        StringBuilder lines = new StringBuilder();
        for (String key : keys) {
            String value = environment.getProperty(key);
            lines.append(System.lineSeparator())
                    .append("    ")
                    .append(key)
                    .append(value == null ? " is not set" : " = " + value);
        }
        return lines.toString();
    }
}
