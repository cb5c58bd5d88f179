package io.github.glimpse.generate;

import io.github.glimpse.constrain.ToolShape;
import org.jspecify.annotations.Nullable;

/**
 * A tool as the prompt describes it and as calls of it are written.
 *
 * @param shape name and arguments
 * @param description what it is good for, null for none
 */
public record OfferedTool(ToolShape shape, @Nullable String description) {}
