package io.github.glimpse.text;

import java.util.Locale;

/** How tools, their calls and their results come into a prompt. */
public enum ToolForm {

    /** By the chat template, which reads them itself. */
    NATIVE,

    /**
     * As Qwen2.5's text model was trained: the list of tools behind the system text, calls between markers that are tokens of
     * their own, results as turns of the user. For chat templates that leave tools out.
     */
    MERGED,

    /** By convention: the same list before the system text, or before the first question where a template shows no such text. */
    PROMPTED,

    /** Not at all: calls of the past and their results are text of the answers that they belong to. */
    OFF;

    /** The name in properties and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
