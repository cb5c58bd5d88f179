package io.github.glimpse.generate;

import io.github.glimpse.constrain.ToolShape;
import org.jspecify.annotations.Nullable;

/**
 * A tool as the prompt describes it and as calls of it are written.
 *
 * @param shape name and arguments, as the mask keeps them
 * @param description what it is good for, null for none
 * @param parameters JSON schema of the arguments, as the prompt shows it
 */
public record OfferedTool(ToolShape shape, @Nullable String description, String parameters) {

    /** A tool whose schema is shown as it is kept. */
    public OfferedTool(ToolShape shape, @Nullable String description) {
        this(shape, description, shape.parameters());
    }
}
