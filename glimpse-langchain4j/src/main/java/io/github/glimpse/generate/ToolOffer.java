package io.github.glimpse.generate;

import io.github.glimpse.text.ToolForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tools that a prompt describes.
 *
 * @param tools in the order in which they are described
 * @param form how tools, calls and results come into the prompt; null for what fits the model
 */
public record ToolOffer(List<OfferedTool> tools, @Nullable ToolForm form) {

    /** No tools, for conversations in which some may have been called. */
    public static final ToolOffer NONE = none(null);

    /** Copies the list. */
    public ToolOffer {
        tools = List.copyOf(tools);
    }

    /** No tools, and how those that were called before come into the prompt. */
    public static ToolOffer none(@Nullable ToolForm form) {
        return new ToolOffer(List.of(), form);
    }

    /** How many, and not what they are told. */
    @Override
    public String toString() {
        return "ToolOffer[" + tools.size() + " tools, " + (form == null ? "auto" : form.label()) + "]";
    }
}
