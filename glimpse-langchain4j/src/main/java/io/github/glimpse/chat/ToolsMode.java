package io.github.glimpse.chat;

import io.github.glimpse.text.ToolForm;
import org.jspecify.annotations.Nullable;

/** What becomes of tools. */
public enum ToolsMode {

    /**
     * As it fits the model: by its chat template if that reads tools, by the rule of its family, by convention; not at all where
     * the context is too short for a list of tools, and no tool that the model's folder says it was not trained to call ({@link
     * io.github.glimpse.model.ModelTraining}).
     */
    AUTO(null),

    /** The model's chat template writes them. */
    NATIVE(ToolForm.NATIVE),

    /** Behind the system text, as Qwen2.5 was trained. */
    MERGED(ToolForm.MERGED),

    /** By convention, before the system text or the first question. */
    PROMPTED(ToolForm.PROMPTED),

    /**
     * Tools are left out with one warning; a tool call and its result in the conversation become text of the answer that they belong
     * to. A request that demands a call gets one all the same, by the mask alone: the model reads nothing of its tools.
     */
    IGNORE(ToolForm.OFF),

    /** A request with tools is refused, and so is a conversation in which tools were called. */
    REFUSE(ToolForm.OFF);

    /** Where nobody says. */
    public static final ToolsMode DEFAULT = AUTO;

    private final @Nullable ToolForm form;

    ToolsMode(@Nullable ToolForm form) {
        this.form = form;
    }

    /** How tools come into the prompt; null for what fits the model. */
    @Nullable
    ToolForm form() {
        return form;
    }
}
