package io.github.glimpse.text.jinja;

/** A template that fails while it is rendered. {@link JinjaTemplate} turns it into an error for users. */
final class JinjaError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean raisedByTemplate;

    private JinjaError(String message, boolean raisedByTemplate) {
        super(message, null, false, false);
        this.raisedByTemplate = raisedByTemplate;
    }

    /** What Python or Jinja would complain about. The message never shows a value of the messages. */
    JinjaError(String message) {
        this(message, false);
    }

    /** The template's own {@code raise_exception(message)}. */
    static JinjaError raised(String message) {
        return new JinjaError(message, true);
    }

    boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
