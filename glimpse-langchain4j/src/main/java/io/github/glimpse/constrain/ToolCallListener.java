package io.github.glimpse.constrain;

/** Is told what a model's text says: text for people, and calls of tools. */
public interface ToolCallListener {

    /** Text outside of calls. Never empty; blanks around calls are none. */
    void text(String text);

    /**
     * A piece of a call's arguments, as it was written. Never blank.
     *
     * @param index of the call, from 0
     */
    void partial(int index, String name, String piece);

    /** A call is whole. Its pieces, joined, are its arguments. */
    void complete(int index, String name, String arguments);
}
