package io.github.glimpse.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python strings that chat templates use. */
final class JinjaStringMethods {

    /** A method before it is bound to its string. */
    private interface Method {
        Object call(JinjaRun run, String text, JinjaArguments arguments);
    }

    private static final Map<String, Method> METHODS = Map.ofEntries(
            plain("upper", text -> text.toUpperCase(Locale.ROOT)),
            plain("lower", text -> text.toLowerCase(Locale.ROOT)),
            plain("casefold", text -> text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)),
            plain("title", JinjaText::title),
            plain("capitalize", JinjaText::capitalize),
            plain("isspace", text -> all(text, PythonSpace::isSpace)),
            plain("isdigit", text -> all(text, Character::isDigit)),
            plain("isdecimal", text -> all(text, Character::isDigit)),
            plain("isnumeric", text -> all(text, Character::isDigit)),
            plain("isalpha", text -> all(text, Character::isLetter)),
            plain("isalnum", text -> all(text, Character::isLetterOrDigit)),
            plain("isupper", JinjaStringMethods::isUpper),
            plain("islower", JinjaStringMethods::isLower),
            Map.entry("strip", (run, text, arguments) -> PythonSpace.strip(text, stripped("strip", arguments))),
            Map.entry("lstrip", (run, text, arguments) -> PythonSpace.stripLeft(text, stripped("lstrip", arguments))),
            Map.entry("rstrip", (run, text, arguments) -> PythonSpace.stripRight(text, stripped("rstrip", arguments))),
            Map.entry("split", JinjaStringMethods::split),
            Map.entry("rsplit", JinjaStringMethods::splitRight),
            Map.entry("splitlines", (run, text, arguments) -> {
                arguments.expect("splitlines", 0, "keepends");
                return JinjaText.splitLines(run, text, JinjaValues.truthy(arguments.get(0, "keepends", false)));
            }),
            Map.entry("partition", (run, text, arguments) -> partition(text, arguments, false)),
            Map.entry("rpartition", (run, text, arguments) -> partition(text, arguments, true)),
            Map.entry("startswith", (run, text, arguments) -> startsOrEnds(run, text, arguments, true)),
            Map.entry("endswith", (run, text, arguments) -> startsOrEnds(run, text, arguments, false)),
            Map.entry("removeprefix", (run, text, arguments) -> {
                String prefix = string(arguments.expect("removeprefix", 1, "prefix"), 0, "prefix");
                return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }),
            Map.entry("removesuffix", (run, text, arguments) -> {
                String suffix = string(arguments.expect("removesuffix", 1, "suffix"), 0, "suffix");
                return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }),
            Map.entry("replace", (run, text, arguments) -> {
                arguments.expect("replace", 2, "old", "new", "count");
                long count = JinjaValues.wholeNumber(arguments.get(2, "count", -1L), "count");
                return JinjaText.replace(run, text, string(arguments, 0, "old"), string(arguments, 1, "new"), count);
            }),
            Map.entry("find", (run, text, arguments) -> find(run, text, arguments, false)),
            Map.entry("rfind", (run, text, arguments) -> find(run, text, arguments, true)),
            Map.entry("index", JinjaStringMethods::index),
            Map.entry("count", JinjaStringMethods::count),
            Map.entry("join", JinjaStringMethods::join),
            Map.entry("format", JinjaFormat::braces),
            Map.entry("zfill", JinjaStringMethods::zeroFill));

    private JinjaStringMethods() {}

    /** A method without arguments. */
    private static Map.Entry<String, Method> plain(String name, Function<String, Object> function) {
        return Map.entry(name, (run, text, arguments) -> {
            arguments.expect(name, 0);
            return function.apply(text);
        });
    }

    /** The method bound to its string, or null where strings have none of that name. */
    static @Nullable JinjaCallable find(String text, String name) {
        return METHODS.containsKey(name) ? (run, arguments) -> call(name, run, text, arguments) : null;
    }

    /** Calls a method that there is. */
    static Object call(String name, JinjaRun run, String text, JinjaArguments arguments) {
        // Most of them look at all characters and make about as many.
        run.charge(text.length());
        return Objects.requireNonNull(METHODS.get(name)).call(run, text, arguments);
    }

    static boolean isUpper(String text) {
        return hasOnly(text, Character::isUpperCase, Character::isLowerCase);
    }

    static boolean isLower(String text) {
        return hasOnly(text, Character::isLowerCase, Character::isUpperCase);
    }

    private static boolean hasOnly(String text, IntPredicate wanted, IntPredicate other) {
        return text.codePoints().anyMatch(wanted) && text.codePoints().noneMatch(other.or(Character::isTitleCase));
    }

    private static boolean all(String text, IntPredicate wanted) {
        return !text.isEmpty() && text.codePoints().allMatch(wanted);
    }

    private static String string(JinjaArguments arguments, int index, String name) {
        if (arguments.get(index, name) instanceof String text) {
            return text;
        }
        throw new JinjaError("'" + name + "' must be a string");
    }

    private static @Nullable String optionalString(JinjaArguments arguments, int index, String name) {
        Object value = arguments.get(index, name, JinjaNone.NONE);
        if (value == JinjaNone.NONE) {
            return null;
        }
        return string(arguments, index, name);
    }

    /** Which characters a strip takes away: those of its argument, else blanks. */
    static IntPredicate stripped(String function, JinjaArguments arguments) {
        String chars = optionalString(arguments.expect(function, 0, "chars"), 0, "chars");
        return chars == null ? PythonSpace::isSpace : codePoint -> chars.indexOf(codePoint) >= 0;
    }

    private static List<Object> split(JinjaRun run, String text, JinjaArguments arguments) {
        arguments.expect("split", 0, "sep", "maxsplit");
        return JinjaText.split(run, text, separator(arguments), splitLimit(arguments));
    }

    private static List<Object> splitRight(JinjaRun run, String text, JinjaArguments arguments) {
        arguments.expect("rsplit", 0, "sep", "maxsplit");
        return JinjaText.splitRight(run, text, separator(arguments), splitLimit(arguments));
    }

    private static long splitLimit(JinjaArguments arguments) {
        return JinjaValues.wholeNumber(arguments.get(1, "maxsplit", -1L), "maxsplit");
    }

    private static @Nullable String separator(JinjaArguments arguments) {
        String separator = optionalString(arguments, 0, "sep");
        if (separator != null && separator.isEmpty()) {
            throw new JinjaError("empty separator");
        }
        return separator;
    }

    private static JinjaTuple partition(String text, JinjaArguments arguments, boolean last) {
        String separator = separator(arguments.expect("partition", 1, "sep"));
        if (separator == null) {
            throw new JinjaError("'sep' must be a string");
        }
        int found = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (found < 0) {
            return last ? JinjaTuple.of("", "", text) : JinjaTuple.of(text, "", "");
        }
        return JinjaTuple.of(text.substring(0, found), separator, text.substring(found + separator.length()));
    }

    private static boolean startsOrEnds(JinjaRun run, String text, JinjaArguments arguments, boolean start) {
        String function = start ? "startswith" : "endswith";
        arguments.expect(function, 1, "affix", "start", "end");
        String part = part(run, text, arguments);
        Object affix = arguments.get(0, "affix");
        if (affix instanceof JinjaTuple tuple) {
            return tuple.stream().anyMatch(item -> startsOrEnds(run, part, JinjaArguments.of(List.of(item)), start));
        }
        String wanted = string(arguments, 0, "affix");
        return start ? part.startsWith(wanted) : part.endsWith(wanted);
    }

    /** The part of a string that optional bounds after the first argument leave. */
    private static String part(JinjaRun run, String text, JinjaArguments arguments) {
        Object start = arguments.get(1, "start", JinjaNone.NONE);
        Object end = arguments.get(2, "end", JinjaNone.NONE);
        return start == JinjaNone.NONE && end == JinjaNone.NONE
                ? text
                : (String) JinjaAccess.slice(run, text, start, end, JinjaNone.NONE);
    }

    private static Object find(JinjaRun run, String text, JinjaArguments arguments, boolean last) {
        String wanted = string(arguments.expect("find", 1, "sub", "start"), 0, "sub");
        run.chargeScan(text.length(), wanted.length());
        Object start = arguments.get(1, "start", 0L);
        String part = (String) JinjaAccess.slice(run, text, start, JinjaNone.NONE, JinjaNone.NONE);
        long found = JinjaText.codePointIndex(part, last ? part.lastIndexOf(wanted) : part.indexOf(wanted));
        return found < 0 ? -1L : found + JinjaValues.length(text) - JinjaValues.length(part);
    }

    private static Object index(JinjaRun run, String text, JinjaArguments arguments) {
        Object found = find(run, text, arguments, false);
        if (found.equals(-1L)) {
            throw new JinjaError("substring not found");
        }
        return found;
    }

    private static Object count(JinjaRun run, String text, JinjaArguments arguments) {
        String wanted = string(arguments.expect("count", 1, "sub"), 0, "sub");
        run.chargeScan(text.length(), wanted.length());
        if (wanted.isEmpty()) {
            return JinjaValues.length(text) + 1;
        }
        long count = 0;
        for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    private static String join(JinjaRun run, String separator, JinjaArguments arguments) {
        Iterator<Object> items =
                JinjaValues.iterate(arguments.expect("join", 1, "iterable").get(0, "iterable"));
        StringBuilder joined = new StringBuilder();
        while (items.hasNext()) {
            run.step();
            if (!(items.next() instanceof String item)) {
                throw new JinjaError("join needs strings");
            }
            run.charge((long) item.length() + separator.length());
            joined.append(item).append(items.hasNext() ? separator : "");
        }
        return joined.toString();
    }

    private static String zeroFill(JinjaRun run, String text, JinjaArguments arguments) {
        long width =
                JinjaValues.wholeNumber(arguments.expect("zfill", 1, "width").get(0, "width"), "width");
        boolean signed = text.startsWith("+") || text.startsWith("-");
        String zeros = run.repeat("0", width - JinjaValues.length(text));
        return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
    }
}
