package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a text is a number between bounds, or the beginning of one, by what its digits may still become. */
final class NumberSearch {

    private static final int DIGITS = 17;
    private static final BigDecimal STEP = BigDecimal.ONE.movePointLeft(DIGITS);
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]{0,16})(\\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?");
    private static final Pattern BOUNDED = Pattern.compile("-?(0|[1-9][0-9]{0,16})(\\.[0-9]{1,17})?");

    private final boolean whole;
    private final Pattern spelling;
    private final int digits;

    /** Ends of the range on the grid of what can be written; null where there is none. */
    private final @Nullable BigDecimal low;

    private final @Nullable BigDecimal high;

    /** Whether numbers below zero may come, so that a zero may have a minus. */
    private final boolean below;

    NumberSearch(List<JsonNode> schemas, boolean whole, int integerDigits) {
        this.whole = whole;
        digits = whole ? integerDigits : DIGITS;
        BigDecimal step = whole ? BigDecimal.ONE : STEP;
        BigDecimal least = null;
        BigDecimal most = null;
        boolean belowZero = true;
        for (JsonNode schema : schemas) {
            for (String keyword : List.of("minimum", "exclusiveMinimum")) {
                if (schema.has(keyword)) {
                    BigDecimal bound = schema.path(keyword).decimalValue();
                    BigDecimal first = onGrid(bound, RoundingMode.CEILING);
                    first = keyword.startsWith("e") && first.compareTo(bound) == 0 ? first.add(step) : first;
                    least = least == null ? first : least.max(first);
                    belowZero &= (whole ? first : bound).signum() < 0;
                }
            }
            for (String keyword : List.of("maximum", "exclusiveMaximum")) {
                if (schema.has(keyword)) {
                    BigDecimal bound = schema.path(keyword).decimalValue();
                    BigDecimal last = onGrid(bound, RoundingMode.FLOOR);
                    last = keyword.startsWith("e") && last.compareTo(bound) == 0 ? last.subtract(step) : last;
                    most = most == null ? last : most.min(last);
                }
            }
        }
        low = least;
        high = most;
        below = belowZero;
        spelling = whole
                ? Pattern.compile("-?(0|[1-9][0-9]{0," + (digits - 1) + "})")
                : least == null && most == null ? NUMBER : BOUNDED;
    }

    private BigDecimal onGrid(BigDecimal value, RoundingMode rounding) {
        return value.setScale(whole ? 0 : DIGITS, rounding);
    }

    boolean isNumber(String text) {
        return spelling.matcher(text).matches()
                && (isFree() || isWithin(text, new BigDecimal(text), new BigDecimal(text)));
    }

    /** Whether the text is a number or can become one. */
    boolean mayBegin(String text) {
        Matcher matcher = spelling.matcher(text);
        boolean isEmpty = low != null && high != null && low.compareTo(high) > 0;
        if (isEmpty || (!matcher.matches() && !matcher.hitEnd())) {
            return false;
        }
        if (isFree()) {
            return true;
        }
        if (text.isEmpty() || text.equals("-")) {
            return "-0123456789".chars().anyMatch(next -> mayBegin(text + (char) next));
        }
        String size = text.replace("-", "");
        int point = size.indexOf('.');
        int longest = size.equals("0") || point >= 0 ? 0 : digits - size.length();
        for (int more = 0; more <= longest; more++) {
            // So many digits before the point, and any behind it: a range of sizes.
            int place = point < 0 ? more : point + 1 - size.length();
            BigDecimal first = new BigDecimal(size.endsWith(".") ? size + "0" : size).movePointRight(more);
            BigDecimal last =
                    first.add(BigDecimal.ONE.scaleByPowerOfTen(place)).subtract(whole ? BigDecimal.ONE : STEP);
            if (text.startsWith("-") ? isWithin(text, last.negate(), first.negate()) : isWithin(text, first, last)) {
                return true;
            }
        }
        return false;
    }

    private boolean isFree() {
        return low == null && high == null;
    }

    private boolean isWithin(String text, BigDecimal from, BigDecimal to) {
        return (below || !text.startsWith("-"))
                && (low == null || to.compareTo(low) >= 0)
                && (high == null || from.compareTo(high) <= 0);
    }
}
