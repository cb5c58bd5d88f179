package io.github.glimpse.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code strftime} in English, whatever the machine's language, with the directives that dates are made of. */
final class JinjaTime {

    /** A percent sign, perhaps a minus for "not filled up", and a letter. */
    private static final Pattern DIRECTIVE = Pattern.compile("%(-?)(.)", Pattern.DOTALL);

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("a", "EEE"),
            Map.entry("A", "EEEE"),
            Map.entry("B", "MMMM"),
            Map.entry("d", "dd"),
            Map.entry("e", "ppd"),
            Map.entry("m", "MM"),
            Map.entry("y", "uu"),
            Map.entry("Y", "u"),
            Map.entry("H", "HH"),
            Map.entry("I", "hh"),
            Map.entry("M", "mm"),
            Map.entry("S", "ss"),
            Map.entry("f", "SSSSSS"),
            Map.entry("p", "a"),
            Map.entry("j", "DDD"),
            Map.entry("F", "uuuu-MM-dd"),
            Map.entry("D", "MM/dd/uu"),
            Map.entry("x", "MM/dd/uu"),
            Map.entry("T", "HH:mm:ss"),
            Map.entry("X", "HH:mm:ss"),
            Map.entry("R", "HH:mm"));

    private JinjaTime() {}

    static String format(String format, LocalDateTime time) {
        return DIRECTIVE.matcher(format).replaceAll(directive -> {
            String part = part(directive.group(2), time);
            return Matcher.quoteReplacement(directive.group(1).isEmpty() ? part : part.replaceFirst("^[0 ]+(?=.)", ""));
        });
    }

    private static String part(String directive, LocalDateTime time) {
        return switch (directive) {
            case "%" -> "%";
            case "z", "Z" -> "";
            // Java shortens September to four letters in English.
            case "b", "h" -> part("B", time).substring(0, 3);
            case "c" -> format("%a %b %e %T %Y", time);
            default -> {
                String pattern = PATTERNS.get(directive);
                if (pattern == null) {
                    throw new JinjaError("strftime_now does not know '%" + directive + "'");
                }
                yield DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
            }
        };
    }
}
