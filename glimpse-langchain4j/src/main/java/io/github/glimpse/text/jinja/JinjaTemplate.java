package io.github.glimpse.text.jinja;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parsed chat template: makes text of values.
 *
 * <p>A rendering is bounded in steps, nesting, text and memory, since a template comes with a model folder from
 * anywhere. Parsed once, immutable, safe for concurrent use.
 */
public final class JinjaTemplate {

    /**
     * A noncharacter that is written as it is where Python would write an escape sequence: whoever marks text with it
     * before a template sees the text finds the marks again behind it.
     */
    public static final char MARK = '\uFDD0';

    private static final int MAX_SOURCE_CHARS = 1 << 20;
    private static final int MAX_QUOTED_CHARS = 300;

    private final List<JinjaStatement> body;

    private JinjaTemplate(List<JinjaStatement> body) {
        this.body = body;
    }

    /**
     * Parses a template.
     *
     * @throws ModelFilesException if it is not well formed, with the line, or longer than a million characters
     */
    public static JinjaTemplate parse(String source) {
        if (source.length() > MAX_SOURCE_CHARS) {
            throw new ModelFilesException("The chat template has " + source.length() + " characters, the limit is "
                    + MAX_SOURCE_CHARS + "; take the template from the model's publisher");
        }
        return new JinjaTemplate(List.copyOf(JinjaParser.parse(source, new JinjaKnownNames())));
    }

    /**
     * Renders.
     *
     * @param variables by name: null, text, numbers, booleans, lists and maps with string keys
     * @param clock     the time that the template may ask for
     * @throws UnsupportedContentException if there is another value; if the template refuses, with its message; or if
     *                                     it fails or takes too much, with the line
     */
    public String render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
        return render(variables, clock, name -> {});
    }

    /**
     * Like {@link #render(Map, Clock)}; reports the variables that the template reads.
     *
     * @param read is given each name that is read before the template assigns it, functions of Jinja aside
     */
    public String render(
            Map<String, ? extends @Nullable Object> variables, Clock clock, Consumer<? super String> read) {
        Map<String, Object> values = new HashMap<>();
        variables.forEach((name, value) -> values.put(name, JinjaInput.copy(name, value)));
        JinjaRun run = new JinjaRun(values, clock, read);
        try {
            run.execute(body);
            return run.text();
        } catch (JinjaError error) {
            throw unsupported(error, run.line());
        } catch (StackOverflowError tooDeep) {
            // Only on threads with a very small stack: the nesting is bounded.
            throw unsupported(new JinjaError("it nests too deep for the stack of this thread"), run.line());
        }
    }

    private static TemplateException unsupported(JinjaError error, int line) {
        String message = error.getMessage() == null ? "" : error.getMessage();
        String words = message.length() > MAX_QUOTED_CHARS ? message.substring(0, MAX_QUOTED_CHARS) + "…" : message;
        return error.raisedByTemplate()
                ? new TemplateException("The model's chat template refuses the messages: " + words, words)
                : new TemplateException(
                        "The model's chat template fails for these messages, line " + line + ": " + words
                                + "; send other messages or mend the template",
                        words);
    }
}
