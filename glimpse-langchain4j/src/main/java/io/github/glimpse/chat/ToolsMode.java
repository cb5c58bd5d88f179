package io.github.glimpse.chat;

/** What becomes of tools, which these models cannot call. */
public enum ToolsMode {

    /** A request with tools is refused, and so is a conversation in which tools were called. */
    REFUSE,

    /**
     * Tools are left out with one warning; a tool call and its result in the conversation become text of the answer that they belong
     * to. A request that demands a tool call is refused all the same.
     */
    IGNORE;

    /** Where nobody says. */
    public static final ToolsMode DEFAULT = REFUSE;
}
