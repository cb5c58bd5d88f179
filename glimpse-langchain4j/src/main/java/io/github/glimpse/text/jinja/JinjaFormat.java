package io.github.glimpse.text.jinja;

import java.util.List;
import java.util.Map;

/** Python's {@code "%s" % value} and {@code "{}".format(value)}, with the common conversions. */
final class JinjaFormat {

    /**
     * How a value is to be written.
     *
     * @param fill      what fills up to the width
     * @param align     '&lt;', '&gt;', '^', '=' (between sign and digits), or 0 for the type's own
     * @param sign      '+', ' ' or '-'
     * @param width     least number of characters
     * @param grouping  ',' or '_' between thousands, or 0
     * @param precision digits after the point or characters of a text, or -1
     * @param type      conversion letter, or 0
     */
    private record Spec(
            String fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {

        /** For texts {@code width} and {@code precision} only. */
        static final Spec PLAIN = new Spec(" ", '\0', '-', false, 0, '\0', -1, '\0');
    }

    private final JinjaRun run;
    private final String format;
    private final StringBuilder out = new StringBuilder();
    private int position;

    private JinjaFormat(JinjaRun run, String format) {
        this.run = run;
        this.format = format;
    }

    /** {@code "{} {name}".format(…)}: numbered, automatic and named fields, {@code !r}, {@code !s}, format specs. */
    static String braces(JinjaRun run, String format, JinjaArguments arguments) {
        JinjaFormat formatter = new JinjaFormat(run, format);
        formatter.fillBraces(arguments);
        return formatter.out.toString();
    }

    /** {@code "%d %s" % value}: a tuple gives the values of several places, a dict those of named ones. */
    static String percent(JinjaRun run, String format, Object value) {
        JinjaFormat formatter = new JinjaFormat(run, format);
        formatter.fillPercents(value);
        return formatter.out.toString();
    }

    private void append(String text) {
        run.charge(text.length());
        out.append(text);
    }

    private void fillBraces(JinjaArguments arguments) {
        int automatic = 0;
        while (position < format.length()) {
            char unit = format.charAt(position++);
            boolean doubled = position < format.length() && format.charAt(position) == unit;
            if ((unit == '{' || unit == '}') && doubled) {
                position++;
                append(Character.toString(unit));
            } else if (unit == '}') {
                throw new JinjaError("single '}' in a format string");
            } else if (unit == '{') {
                int end = format.indexOf('}', position);
                if (end < 0) {
                    throw new JinjaError("single '{' in a format string");
                }
                String field = format.substring(position, end);
                position = end + 1;
                automatic += fillField(field, automatic, arguments);
            } else {
                append(Character.toString(unit));
            }
        }
    }

    /** Writes one field; gives 1 if it took the next positional value. */
    private int fillField(String field, int automatic, JinjaArguments arguments) {
        int colon = field.indexOf(':');
        String spec = colon < 0 ? "" : field.substring(colon + 1);
        String name = colon < 0 ? field : field.substring(0, colon);
        int mark = name.indexOf('!');
        char conversion = mark < 0 ? 's' : mark + 2 == name.length() ? name.charAt(mark + 1) : '?';
        name = mark < 0 ? name : name.substring(0, mark);
        Object value = fieldValue(name, automatic, arguments);
        if (mark >= 0) {
            value = switch (conversion) {
                case 's' -> JinjaPrinter.text(run, value);
                case 'r' -> JinjaPrinter.represent(run, value);
                default -> throw new JinjaError("unknown conversion in a format string");
            };
        }
        Spec parsed = new JinjaFormat(run, spec).parseSpec();
        append(write(value, parsed));
        return name.isEmpty() ? 1 : 0;
    }

    private static Object fieldValue(String name, int automatic, JinjaArguments arguments) {
        boolean numbered =
                !name.isEmpty() && name.length() < 6 && name.chars().allMatch(unit -> unit >= '0' && unit <= '9');
        if (name.isEmpty() || numbered) {
            int index = numbered ? Integer.parseInt(name) : automatic;
            if (index < arguments.positional().size()) {
                return arguments.positional().get(index);
            }
            throw new JinjaError("a format string asks for more values than it gets");
        }
        Object value = arguments.named().get(name);
        if (value == null) {
            throw new JinjaError("a format string asks for '" + name + "', which it does not get");
        }
        return value;
    }

    private Spec parseSpec() {
        String fill = " ";
        char align = '\0';
        int fillEnd = format.isEmpty() ? 0 : format.offsetByCodePoints(0, 1);
        if (fillEnd < format.length() && "<>^=".indexOf(format.charAt(fillEnd)) >= 0) {
            fill = format.substring(0, fillEnd);
            align = format.charAt(fillEnd);
            position = fillEnd + 1;
        } else if (!format.isEmpty() && "<>^=".indexOf(format.charAt(0)) >= 0) {
            align = format.charAt(0);
            position = 1;
        }
        char sign = takeOneOf("+- ", '-');
        boolean alternate = takeOneOf("#", '\0') == '#';
        if (align == '\0' && takeOneOf("0", '\1') == '0') {
            fill = "0";
            align = '=';
        }
        int width = Math.max(0, takeNumber());
        char grouping = takeOneOf(",_", '\0');
        int precision = takeOneOf(".", '\0') == '.' ? takeNumber() : -1;
        char type = takeOneOf("sdfFxXobeEgGn%c", '\0');
        if (position < format.length()) {
            throw new JinjaError("a format specification is not understood");
        }
        return new Spec(fill, align, sign, alternate, width, grouping, precision, type);
    }

    private char takeOneOf(String letters, char otherwise) {
        if (position < format.length() && letters.indexOf(format.charAt(position)) >= 0) {
            return format.charAt(position++);
        }
        return otherwise;
    }

    /** Digits at the position, or -1; large numbers stop at a bound that the run refuses anyway. */
    private int takeNumber() {
        int start = position;
        long number = 0;
        while (position < format.length() && format.charAt(position) >= '0' && format.charAt(position) <= '9') {
            number = Math.min(number * 10 + format.charAt(position++) - '0', Integer.MAX_VALUE);
        }
        return start == position ? -1 : (int) number;
    }

    private void fillPercents(Object value) {
        List<Object> values = value instanceof JinjaTuple tuple ? tuple.items() : List.of(value);
        int next = 0;
        while (position < format.length()) {
            char unit = format.charAt(position++);
            if (unit != '%') {
                append(Character.toString(unit));
                continue;
            }
            Object named = takeNamed(value);
            Spec spec = parsePercent();
            if (spec.type() == '%') {
                append("%");
            } else if (named != JinjaNone.NONE) {
                next = values.size();
                append(writePercent(named, spec));
            } else if (next < values.size()) {
                append(writePercent(values.get(next++), spec));
            } else {
                throw new JinjaError("not enough arguments for format string");
            }
        }
        // What can be indexed passes for a dict here, as in Python.
        boolean indexed = value instanceof Map || value instanceof List || value instanceof JinjaRange;
        if (next < values.size() && !indexed && !(value instanceof JinjaUndefined)) {
            throw new JinjaError("not all arguments converted during string formatting");
        }
    }

    /** The value of {@code %(name)s}, or None where the place has no name. */
    private Object takeNamed(Object value) {
        if (!format.startsWith("(", position)) {
            return JinjaNone.NONE;
        }
        int end = format.indexOf(')', position);
        if (end < 0 || !(value instanceof Map<?, ?> map)) {
            throw new JinjaError("a named place in a format string needs a dict");
        }
        Object named = map.get(format.substring(position + 1, end));
        if (named == null) {
            throw new JinjaError("a format string asks for a key that the dict has not");
        }
        position = end + 1;
        return named;
    }

    private Spec parsePercent() {
        boolean left = false;
        boolean zero = false;
        boolean alternate = false;
        char sign = '-';
        for (char flag = takeOneOf("-+ 0#", '\0'); flag != '\0'; flag = takeOneOf("-+ 0#", '\0')) {
            left |= flag == '-';
            zero |= flag == '0';
            alternate |= flag == '#';
            sign = flag == '+' || (flag == ' ' && sign != '+') ? flag : sign;
        }
        int width = Math.max(0, takeNumber());
        int precision = takeOneOf(".", '\0') == '.' ? Math.max(0, takeNumber()) : -1;
        char type = takeOneOf("sdifFrxXoeEgGc%u", '\0');
        if (type == '\0') {
            throw new JinjaError("a format string is incomplete or has an unsupported conversion");
        }
        boolean zeroFilled = zero && !left && type != 's' && type != 'r';
        return new Spec(
                zeroFilled ? "0" : " ",
                left ? '<' : zeroFilled ? '=' : '>',
                sign,
                alternate,
                width,
                '\0',
                precision,
                type);
    }

    private String writePercent(Object value, Spec spec) {
        if (spec.type() == 's' || spec.type() == 'r') {
            String text = spec.type() == 's' ? JinjaPrinter.text(run, value) : JinjaPrinter.represent(run, value);
            return pad(cut(text, spec.precision()), spec, '>');
        }
        Number number = JinjaValues.number(value);
        if (number == null) {
            throw new JinjaError("%" + spec.type() + " needs a number, not " + JinjaValues.typeName(value));
        }
        boolean whole = "diu".indexOf(spec.type()) >= 0;
        return writeNumber(whole ? wholePart(number) : number, spec, whole ? 'd' : spec.type());
    }

    private static Long wholePart(Number number) {
        if (number instanceof Double real && (real.isNaN() || Math.abs(real) >= 0x1p63)) {
            throw new JinjaError("a number cannot be written as an integer");
        }
        return number.longValue();
    }

    private String write(Object value, Spec spec) {
        Number number = value instanceof Boolean && spec.type() == '\0' ? null : JinjaValues.number(value);
        if (number != null && spec.type() != 's') {
            char own = number instanceof Long ? 'd' : spec.precision() < 0 ? 'r' : 'g';
            return writeNumber(number, spec, spec.type() == '\0' ? own : spec.type());
        }
        boolean forText = spec.type() == '\0' || spec.type() == 's';
        boolean isText = value instanceof String || value instanceof Boolean;
        if (number != null || !forText || (!isText && !spec.equals(Spec.PLAIN))) {
            throw new JinjaError("a format specification does not fit " + JinjaValues.typeName(value));
        }
        return pad(cut(JinjaPrinter.text(run, value), spec.precision()), spec, '<');
    }

    private static String cut(String text, int length) {
        return length < 0 || JinjaValues.length(text) <= length
                ? text
                : text.substring(0, text.offsetByCodePoints(0, length));
    }

    private String writeNumber(Number number, Spec spec, char type) {
        String digits = JinjaNumberFormat.digits(number, type, spec.precision(), spec.alternate());
        boolean negative = digits.startsWith("-");
        String body = negative ? digits.substring(1) : digits;
        if (spec.grouping() != '\0') {
            body = JinjaNumberFormat.group(body, spec.grouping());
        }
        String sign = negative ? "-" : spec.sign() == '-' ? "" : Character.toString(spec.sign());
        if (spec.align() == '=') {
            String fill = run.repeat(spec.fill(), (long) spec.width() - sign.length() - body.length());
            return sign + fill + body;
        }
        return pad(sign + body, spec, '>');
    }

    private String pad(String text, Spec spec, char ownAlign) {
        char align = spec.align() == '\0' || spec.align() == '=' ? ownAlign : spec.align();
        long missing = Math.max(0, spec.width() - JinjaValues.length(text));
        long left = align == '<' ? 0 : align == '>' ? missing : missing / 2;
        return run.repeat(spec.fill(), left) + text + run.repeat(spec.fill(), missing - left);
    }
}
