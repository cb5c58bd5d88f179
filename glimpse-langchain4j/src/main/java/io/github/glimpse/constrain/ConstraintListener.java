package io.github.glimpse.constrain;

/** Is told what the accepted tokens mean. Bytes, since a token may end inside a character. */
public interface ConstraintListener {

    /** Hears nothing. */
    ConstraintListener NONE = new ConstraintListener() {};

    /**
     * The arguments of a call begin.
     *
     * @param index of the call, from 0
     * @param name of the tool
     */
    default void callBegins(int index, String name) {}

    /**
     * The arguments go on.
     *
     * @param bytes holds the bytes of one token; not to be changed
     * @param from first of them that belongs to the arguments
     * @param to one behind the last
     */
    default void arguments(int index, byte[] bytes, int from, int to) {}

    /** The arguments are whole. What is left of the call is its end marker. */
    default void callEnds(int index) {}
}
