package io.github.glimpse.model;

import io.github.glimpse.hub.ModelConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Training limits that a model folder declares in {@code config.json} under {@code glimpse_training}. A folder without the key
 * declares none, as all released models do, and is asked for everything.
 *
 * @param tools names of the tools that the model was trained to call; null for no limit
 * @param textRecords whether the only JSON that the model was trained to write are objects with all properties of their schema,
 *     each of them a text or null
 */
public record ModelTraining(@Nullable Set<String> tools, boolean textRecords) {

    /** No limits. */
    public static final ModelTraining ANY = new ModelTraining(null, false);

    private static final String KEY = "glimpse_training";
    private static final String TOOLS = "tools";
    private static final String JSON = "json";
    private static final String TEXT_RECORDS = "text-records";

    /** Copies the names. */
    public ModelTraining {
        tools = tools == null ? null : Set.copyOf(tools);
    }

    /**
     * Reads the limits of a model.
     *
     * @throws io.github.glimpse.ModelFilesException if a value is of another type, or the kind of JSON is unknown
     */
    public static ModelTraining of(ModelConfig config) {
        if (!config.has(KEY)) {
            return ANY;
        }
        ModelConfig training = config.at(KEY);
        boolean textRecords = training.has(JSON);
        if (textRecords && !training.string(JSON).equals(TEXT_RECORDS)) {
            throw training.problem(JSON, "'" + TEXT_RECORDS + "', or no such key for JSON of any schema");
        }
        return new ModelTraining(training.has(TOOLS) ? Set.copyOf(training.strings(TOOLS)) : null, textRecords);
    }

    /** Whether the model was trained to call a tool of this name. */
    public boolean calls(String tool) {
        return tools == null || tools.contains(tool);
    }
}
