package io.github.glimpse.chat;

/** Handling of tools whose descriptions do not fit the model's context beside the request. */
public enum ToolOverflow {
    /** The request is refused; the error names the tools and their sizes. */
    REFUSE,
    /** The largest tools are left out until the others fit; the metadata names them. At least one stays, else the request is refused. */
    DROP_LARGEST
}
