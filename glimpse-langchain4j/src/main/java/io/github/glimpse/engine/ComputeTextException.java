package io.github.glimpse.engine;

/**
 * A compute text names a weight that the Java face of its graph does not declare, or declares otherwise. A fault of the text,
 * found when the graph is made and not in a request.
 */
public final class ComputeTextException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** The file, as {@code decoder.torch}. */
    private final String text;

    /** The line in the file, from 1 on. */
    private final int line;

    /** What the line names. */
    private final String name;

    ComputeTextException(String text, int line, String name, String reason) {
        super(text + ", line " + line + ": " + name + " " + reason);
        this.text = text;
        this.line = line;
        this.name = name;
    }

    /** The file, as {@code decoder.torch}. */
    public String text() {
        return text;
    }

    /** The line in the file, from 1 on. */
    public int line() {
        return line;
    }

    /** What the line names. */
    public String name() {
        return name;
    }
}
