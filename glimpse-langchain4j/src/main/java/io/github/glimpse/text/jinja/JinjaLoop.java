package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} of a {@code for}. Looks one item ahead, or at all of them, only when the template asks. */
final class JinjaLoop {

    private final JinjaRun run;
    private final @Nullable Object sized;
    private Iterator<Object> source;
    private long index0 = -1;
    private long length = -1;
    private @Nullable Object previous;
    private @Nullable Object current;
    private @Nullable Object ahead;
    private @Nullable List<Object> lastChange;

    /**
     * @param iterable what the loop goes over, if its length is that of the loop
     * @param source   the items
     */
    JinjaLoop(JinjaRun run, Object iterable, Iterator<Object> source) {
        this.run = run;
        this.sized = JinjaValues.hasLength(iterable) ? iterable : null;
        this.source = source;
    }

    /** The next item, or null at the end. */
    @Nullable
    Object advance() {
        Object next = peek();
        if (next != null) {
            ahead = null;
            index0++;
            previous = current;
            current = next;
        }
        return next;
    }

    private @Nullable Object peek() {
        if (ahead == null && source.hasNext()) {
            run.step();
            ahead = source.next();
        }
        return ahead;
    }

    long index() {
        return index0 + 1;
    }

    long length() {
        if (length < 0) {
            length = sized == null ? index() + countRest() : JinjaValues.length(sized);
        }
        return length;
    }

    private long countRest() {
        List<Object> rest = new ArrayList<>();
        for (Object item = peek(); item != null; item = peek()) {
            run.chargeElements(1);
            rest.add(item);
            ahead = null;
        }
        source = rest.iterator();
        return rest.size();
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index();
            case "index0" -> index0;
            case "first" -> index0 == 0;
            case "last" -> peek() == null;
            case "length" -> length();
            case "revindex" -> length() - index0;
            case "revindex0" -> length() - index();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> previous == null ? new JinjaUndefined("there is no previous item") : previous;
            case "nextitem" -> {
                Object next = peek();
                yield next == null ? new JinjaUndefined("there is no next item") : next;
            }
            case "cycle" -> (JinjaCallable) (caller, arguments) -> cycle(arguments.positional());
            case "changed" -> (JinjaCallable) (caller, arguments) -> changed(arguments.positional());
            default -> null;
        };
    }

    private Object cycle(List<Object> values) {
        if (values.isEmpty()) {
            throw new JinjaError("no items for cycling given");
        }
        return values.get((int) (index0 % values.size()));
    }

    private boolean changed(List<Object> values) {
        boolean same = lastChange != null && JinjaValues.equal(run, lastChange, values);
        lastChange = values;
        return !same;
    }
}
