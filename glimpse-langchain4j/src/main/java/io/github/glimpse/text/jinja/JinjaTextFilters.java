package io.github.glimpse.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters that make a string of their value. */
final class JinjaTextFilters {

    static final Map<String, JinjaFilters.Filter> FILTERS = Map.ofEntries(
            Map.entry("string", plain((run, text) -> text)),
            Map.entry("safe", plain((run, text) -> text)),
            Map.entry("upper", method("upper")),
            Map.entry("lower", method("lower")),
            Map.entry("capitalize", method("capitalize")),
            Map.entry("trim", method("strip")),
            Map.entry("title", plain((run, text) -> title(text))),
            Map.entry("escape", plain(JinjaTextFilters::escape)),
            Map.entry("e", plain(JinjaTextFilters::escape)),
            Map.entry("replace", JinjaTextFilters::replace),
            Map.entry("indent", JinjaTextFilters::indent),
            Map.entry("join", JinjaTextFilters::join),
            Map.entry("format", JinjaTextFilters::format));

    /** A filter without arguments. */
    private interface Plain {
        String apply(JinjaRun run, String text);
    }

    private JinjaTextFilters() {}

    private static JinjaFilters.Filter plain(Plain filter) {
        return (run, value, arguments) -> {
            arguments.expect("the filter", 0);
            return filter.apply(run, text(run, value));
        };
    }

    /** The filter that does what the string method does. */
    private static JinjaFilters.Filter method(String name) {
        return (run, value, arguments) -> JinjaStringMethods.call(name, run, JinjaPrinter.text(run, value), arguments);
    }

    /** The value printed, and its characters counted. */
    static String text(JinjaRun run, Object value) {
        String text = JinjaPrinter.text(run, value);
        run.charge(text.length());
        return text;
    }

    /** A capital after blanks, hyphens and opening brackets, lower case elsewhere. */
    private static String title(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        boolean start = true;
        for (int index = 0; index < text.length(); ) {
            String letter = Character.toString(text.codePointAt(index));
            titled.append(start ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
            start = "-({[<".contains(letter) || PythonSpace.isSpace(letter.codePointAt(0));
            index += letter.length();
        }
        return titled.toString();
    }

    private static String escape(JinjaRun run, String text) {
        run.charge(text.length() * 4L);
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    private static Object replace(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("replace", 2, "old", "new", "count");
        Object count = arguments.get(2, "count", JinjaNone.NONE);
        return JinjaText.replace(
                run,
                text(run, value),
                text(run, arguments.get(0, "old")),
                text(run, arguments.get(1, "new")),
                count == JinjaNone.NONE ? -1 : JinjaValues.wholeNumber(count, "count"));
    }

    private static Object indent(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("indent", 0, "width", "first", "blank");
        if (!(value instanceof String)) {
            throw new JinjaError("indent needs a string, not " + JinjaValues.typeName(value));
        }
        Object width = arguments.get(0, "width", 4L);
        String margin = width instanceof String text ? text : run.repeat(" ", JinjaValues.wholeNumber(width, "width"));
        boolean blank = JinjaValues.truthy(arguments.get(2, "blank", false));
        // The added line end keeps the one that the text may end with.
        List<Object> lines = JinjaText.splitLines(run, text(run, value) + "\n", false);
        StringBuilder indented = new StringBuilder(JinjaValues.truthy(arguments.get(1, "first", false)) ? margin : "");
        for (int index = 0; index < lines.size(); index++) {
            String line = (String) lines.get(index);
            run.charge(1L + margin.length() + line.length());
            indented.append(index == 0 ? "" : "\n")
                    .append(index > 0 && (blank || !line.isEmpty()) ? margin : "")
                    .append(line);
        }
        return indented.toString();
    }

    private static Object join(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("join", 0, "d", "attribute");
        String separator = text(run, arguments.get(0, "d", ""));
        Object attribute = arguments.get(1, "attribute", JinjaNone.NONE);
        StringBuilder joined = new StringBuilder();
        String between = "";
        for (Object item : JinjaValues.list(run, value)) {
            Object part = attribute == JinjaNone.NONE ? item : JinjaListFilters.attribute(run, item, attribute);
            joined.append(between).append(text(run, part));
            run.charge(separator.length());
            between = separator;
        }
        return joined.toString();
    }

    private static Object format(JinjaRun run, Object value, JinjaArguments arguments) {
        Map<String, Object> named = arguments.named();
        if (!named.isEmpty() && !arguments.positional().isEmpty()) {
            throw new JinjaError("format takes positional or named values, not both");
        }
        Object values =
                named.isEmpty() ? new JinjaTuple(arguments.positional()) : new LinkedHashMap<Object, Object>(named);
        return JinjaFormat.percent(run, text(run, value), values);
    }
}
