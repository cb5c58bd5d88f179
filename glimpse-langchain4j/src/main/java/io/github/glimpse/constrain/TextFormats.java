package io.github.glimpse.constrain;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code format} asks for. Everything that is written is valid by the RFC that the standard names; a few spellings
 * that are valid too are not written: lower case {@code t} and {@code z}, leap seconds away from UTC, host names of more
 * than four labels, with labels of more than 62 characters or with two hyphens in a row, and in e-mail addresses quoted
 * names and addresses in place of a host.
 */
final class TextFormats {

    private static final String LEAP_YEAR =
            "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private static final String DATE = "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|" + LEAP_YEAR + "-02-29)";
    private static final String FRACTION = "(?:\\.\\d{1,9})?";
    private static final String HOUR_AND_MINUTE = "(?:[01]\\d|2[0-3]):[0-5]\\d";
    private static final String TIME = "(?:" + HOUR_AND_MINUTE + ":[0-5]\\d" + FRACTION + "(?:Z|[+-]" + HOUR_AND_MINUTE
            + ")|23:59:60" + FRACTION + "(?:Z|[+-]00:00))";

    private static final String COUNT = "\\d{1,9}";
    private static final String OF_MINUTES = COUNT + "M(?:" + COUNT + "S)?";
    private static final String OF_TIME =
            "T(?:" + COUNT + "H(?:" + OF_MINUTES + ")?|" + OF_MINUTES + "|" + COUNT + "S)";
    private static final String OF_MONTHS = COUNT + "M(?:" + COUNT + "D)?";
    private static final String DURATION = "P(?:(?:" + COUNT + "Y(?:" + OF_MONTHS + ")?|" + OF_MONTHS + "|" + COUNT
            + "D)(?:" + OF_TIME + ")?|" + OF_TIME + "|" + COUNT + "W)";

    /** At most 62 characters, so that four of them are within the 253 of a name. */
    private static final String LABEL = "[A-Za-z0-9]{1,20}(?:-[A-Za-z0-9]{1,20}){0,2}";

    private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,3}";
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}";
    private static final String EMAIL = ATOM + "(?:\\." + ATOM + "){0,2}@" + HOST;

    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String IPV4 = BYTE + "(?:\\." + BYTE + "){3}";
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String IPV6 = ipv6();

    private static final String HEXADECIMAL = "[0-9a-fA-F]";
    private static final String UUID = HEXADECIMAL + "{8}(?:-" + HEXADECIMAL + "{4}){3}-" + HEXADECIMAL + "{12}";

    private static final String NAME = "(?:[A-Za-z0-9._~!$&'()*+,;=-]|%" + HEXADECIMAL + "{2})";
    private static final String SEGMENT = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%" + HEXADECIMAL + "{2})";
    private static final String REST = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%" + HEXADECIMAL + "{2})*";
    private static final String URI =
            "[A-Za-z][A-Za-z0-9+.-]*:(?://(?:(?:" + NAME + "|:)+@)?(?:" + NAME + "+|\\[" + IPV6
                    + "\\])(?::\\d{1,5})?(?:/"
                    + SEGMENT + "*)*|/?" + SEGMENT + "+(?:/" + SEGMENT + "*)*)(?:\\?" + REST + ")?(?:#" + REST + ")?";

    private static final Map<String, String> FORMATS = new TreeMap<>(Map.of(
            "date", DATE,
            "time", TIME,
            "date-time", DATE + "T" + TIME,
            "duration", DURATION,
            "email", EMAIL,
            "hostname", HOST,
            "ipv4", IPV4,
            "ipv6", IPV6,
            "uuid", UUID,
            "uri", URI));

    private static final Map<String, TextAutomaton> MADE = new ConcurrentHashMap<>();

    private TextFormats() {}

    /** Groups on both sides of the two colons that stand for one or more zeros. */
    private static String ipv6() {
        StringBuilder forms = new StringBuilder("(?:" + GROUP + ":){7}" + GROUP);
        forms.append("|:(?:(?::" + GROUP + "){1,7}|:)|(?:" + GROUP + ":){1,7}:");
        for (int left = 1; left <= 6; left++) {
            forms.append("|(?:" + GROUP + ":){" + left + "}(?::" + GROUP + "){1," + (7 - left) + "}");
        }
        forms.append("|(?:" + GROUP + ":){6}" + IPV4 + "|::(?:" + GROUP + ":){0,5}" + IPV4);
        for (int left = 1; left <= 5; left++) {
            forms.append("|(?:" + GROUP + ":){" + left + "}(?::" + GROUP + "){0," + (5 - left) + "}:" + IPV4);
        }
        return "(?:" + forms + ")";
    }

    /** The texts of a format; null if it is not known. */
    static @Nullable TextAutomaton of(String name) {
        String pattern = FORMATS.get(name);
        return pattern == null
                ? null
                : MADE.computeIfAbsent(
                        name, key -> PatternCompiler.whole(TextPatternReader.read(pattern), new CompileWork()));
    }

    /** The names of all formats, for a message. */
    static String names() {
        return String.join(", ", FORMATS.keySet());
    }
}
