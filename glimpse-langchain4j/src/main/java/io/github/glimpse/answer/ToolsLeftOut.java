package io.github.glimpse.answer;

import java.util.List;

/**
 * Names of tools of a request that are not offered to the model.
 *
 * @param untrained the model was not trained to call them, see {@code ModelTraining}
 * @param dropped they do not fit the context, see {@code glimpse.tools.overflow}
 */
public record ToolsLeftOut(List<String> untrained, List<String> dropped) {

    /** No tools. */
    public static final ToolsLeftOut NONE = new ToolsLeftOut(List.of(), List.of());

    /** Copies the lists. */
    public ToolsLeftOut {
        untrained = List.copyOf(untrained);
        dropped = List.copyOf(dropped);
    }

    /** The number of tools. */
    public int size() {
        return untrained.size() + dropped.size();
    }
}
