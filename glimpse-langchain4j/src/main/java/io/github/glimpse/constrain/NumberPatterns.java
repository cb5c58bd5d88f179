package io.github.glimpse.constrain;

import io.github.glimpse.constrain.JsonGrammar.Bound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How numbers are spelled, all of them and those within bounds, so that each fits into Java's long or double. */
final class NumberPatterns {

    /** Digits of a number before and behind its point; its exponent has two, so that it is always finite. */
    private static final int DIGITS = 17;

    private static final TextPattern NOTHING = new TextPattern.Chars(CodePoints.NONE);
    private static final TextPattern DIGIT = TextPattern.range('0', '9');
    private static final TextPattern MINUS = TextPattern.text("-");

    /** Every number, and every integer that fits into a long. */
    static final TextAutomaton NUMBER = PatternCompiler.whole(number(), new CompileWork());

    static final TextAutomaton LONG = PatternCompiler.whole(integer(JsonStyle.MOST_INTEGER_DIGITS), new CompileWork());

    private NumberPatterns() {}

    static TextPattern integer(int digits) {
        return TextPattern.sequence(TextPattern.optional(MINUS), whole(digits));
    }

    static TextPattern number() {
        TextPattern exponent = TextPattern.sequence(
                new TextPattern.Chars(CodePoints.of('E', 'e')),
                TextPattern.optional(new TextPattern.Chars(CodePoints.of('+', '-'))),
                new TextPattern.Repeat(DIGIT, 1, 2));
        return TextPattern.sequence(
                TextPattern.optional(MINUS),
                whole(DIGITS),
                TextPattern.optional(fraction()),
                TextPattern.optional(exponent));
    }

    private static TextPattern whole(int digits) {
        return TextPattern.choice(
                TextPattern.text("0"),
                TextPattern.sequence(TextPattern.range('1', '9'), new TextPattern.Repeat(DIGIT, 0, digits - 1)));
    }

    private static TextPattern fraction() {
        return TextPattern.sequence(TextPattern.text("."), new TextPattern.Repeat(DIGIT, 1, DIGITS));
    }

    /** Integers within bounds. A zero has a minus only where smaller ones are allowed too. */
    static TextPattern integer(@Nullable Bound least, @Nullable Bound most, int digits) {
        BigInteger limit = BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
        BigInteger low = limit.negate();
        BigInteger high = limit;
        if (least != null && least.value().compareTo(new BigDecimal(low)) >= 0) {
            low = least.value().compareTo(new BigDecimal(limit)) > 0
                    ? limit.add(BigInteger.ONE)
                    : least.value().setScale(0, RoundingMode.CEILING).toBigInteger();
            boolean itself = least.exclusive() && new BigDecimal(low).compareTo(least.value()) == 0;
            low = itself ? low.add(BigInteger.ONE) : low;
        }
        if (most != null && most.value().compareTo(new BigDecimal(high)) <= 0) {
            high = most.value().compareTo(new BigDecimal(limit.negate())) < 0
                    ? limit.negate().subtract(BigInteger.ONE)
                    : most.value().setScale(0, RoundingMode.FLOOR).toBigInteger();
            boolean itself = most.exclusive() && new BigDecimal(high).compareTo(most.value()) == 0;
            high = itself ? high.subtract(BigInteger.ONE) : high;
        }
        List<TextPattern> parts = new ArrayList<>();
        if (high.signum() >= 0 && low.compareTo(high) <= 0) {
            parts.add(between(low.max(BigInteger.ZERO), high));
        }
        if (low.signum() < 0 && low.compareTo(high) <= 0) {
            parts.add(TextPattern.sequence(MINUS, between(high.negate().max(BigInteger.ZERO), low.negate())));
        }
        return new TextPattern.Choice(parts);
    }

    /** Integers that are not negative, both ends in it. */
    private static TextPattern between(BigInteger low, BigInteger high) {
        List<TextPattern> parts = new ArrayList<>();
        int lastLength = high.toString().length();
        for (int length = low.toString().length(); length <= lastLength; length++) {
            BigInteger shortest = length == 1 ? BigInteger.ZERO : BigInteger.TEN.pow(length - 1);
            BigInteger longest = BigInteger.TEN.pow(length).subtract(BigInteger.ONE);
            parts.add(sameLength(low.max(shortest).toString(), high.min(longest).toString()));
        }
        return new TextPattern.Choice(parts);
    }

    /** Texts of digits between two of the same length. */
    private static TextPattern sameLength(String low, String high) {
        if (low.equals("0".repeat(low.length())) && high.equals("9".repeat(low.length()))) {
            return new TextPattern.Repeat(DIGIT, low.length(), low.length());
        }
        int rest = low.length() - 1;
        char first = low.charAt(0);
        char last = high.charAt(0);
        if (first == last) {
            return TextPattern.sequence(
                    TextPattern.range(first, last), sameLength(low.substring(1), high.substring(1)));
        }
        List<TextPattern> parts = new ArrayList<>();
        parts.add(
                TextPattern.sequence(TextPattern.range(first, first), sameLength(low.substring(1), "9".repeat(rest))));
        if (first + 1 < last) {
            parts.add(TextPattern.sequence(
                    TextPattern.range(first + 1, last - 1), new TextPattern.Repeat(DIGIT, rest, rest)));
        }
        parts.add(TextPattern.sequence(TextPattern.range(last, last), sameLength("0".repeat(rest), high.substring(1))));
        return new TextPattern.Choice(parts);
    }

    /** A bound that is within what a number without an exponent can be. */
    static Bound least(@Nullable Bound bound) {
        BigDecimal limit = BigDecimal.TEN.pow(DIGITS).negate();
        return bound == null || bound.value().compareTo(limit) <= 0 ? new Bound(limit, true) : bound;
    }

    static Bound most(@Nullable Bound bound) {
        BigDecimal limit = BigDecimal.TEN.pow(DIGITS);
        return bound == null || bound.value().compareTo(limit) >= 0 ? new Bound(limit, true) : bound;
    }

    /** Decimals without a sign and without an exponent that lie between bounds, which may be negative. */
    static TextAutomaton magnitudes(Bound low, Bound high, CompileWork work) {
        boolean none =
                high.value().signum() < 0 || low.value().compareTo(most(null).value()) >= 0;
        TextPattern above = low.value().signum() < 0
                ? TextPattern.sequence(whole(DIGITS), TextPattern.optional(fraction()))
                : none ? NOTHING : above(low);
        TextPattern below = none ? NOTHING : below(high);
        return PatternCompiler.whole(above, work).and(PatternCompiler.whole(below, work), work);
    }

    private static TextPattern above(Bound low) {
        BigInteger whole = low.value().toBigInteger();
        BigInteger limit = BigInteger.TEN.pow(DIGITS).subtract(BigInteger.ONE);
        List<TextPattern> parts = new ArrayList<>();
        if (whole.compareTo(limit) < 0) {
            parts.add(
                    TextPattern.sequence(between(whole.add(BigInteger.ONE), limit), TextPattern.optional(fraction())));
        }
        if (whole.compareTo(limit) <= 0) {
            String digits = fractionOf(low.value());
            TextPattern behind = TextPattern.sequence(TextPattern.text("."), fractionAbove(digits, low.exclusive(), 0));
            boolean bare = digits.isEmpty() && !low.exclusive();
            parts.add(TextPattern.sequence(
                    TextPattern.text(whole.toString()), bare ? TextPattern.optional(behind) : behind));
        }
        return new TextPattern.Choice(parts);
    }

    private static TextPattern below(Bound high) {
        BigInteger whole = high.value().toBigInteger();
        List<TextPattern> parts = new ArrayList<>();
        if (whole.signum() > 0) {
            parts.add(TextPattern.sequence(
                    between(BigInteger.ZERO, whole.subtract(BigInteger.ONE)), TextPattern.optional(fraction())));
        }
        String digits = fractionOf(high.value());
        if (!digits.isEmpty() || !high.exclusive()) {
            parts.add(TextPattern.sequence(
                    TextPattern.text(whole.toString()),
                    TextPattern.optional(
                            TextPattern.sequence(TextPattern.text("."), fractionBelow(digits, high.exclusive(), 0)))));
        }
        return new TextPattern.Choice(parts);
    }

    /** The digits behind the point, without zeros at the end. */
    private static String fractionOf(BigDecimal value) {
        BigDecimal rest = value.remainder(BigDecimal.ONE).stripTrailingZeros();
        String digits = rest.signum() == 0 ? "" : rest.toPlainString();
        return digits.isEmpty() ? "" : digits.substring(digits.indexOf('.') + 1);
    }

    private static TextPattern anyDigits(int least, int used) {
        return new TextPattern.Repeat(DIGIT, least, DIGITS - used);
    }

    /** Digits behind a point that are at least, or more than, the given ones. One digit at least comes. */
    private static TextPattern fractionAbove(String digits, boolean exclusive, int used) {
        if (used == DIGITS) {
            return used >= digits.length() && !exclusive ? TextPattern.EMPTY : NOTHING;
        }
        if (used >= digits.length()) {
            return exclusive ? notZero(used) : anyDigits(used == 0 ? 1 : 0, used);
        }
        char digit = digits.charAt(used);
        List<TextPattern> parts = new ArrayList<>();
        if (digit < '9') {
            parts.add(TextPattern.sequence(TextPattern.range(digit + 1, '9'), anyDigits(0, used + 1)));
        }
        parts.add(TextPattern.sequence(TextPattern.range(digit, digit), fractionAbove(digits, exclusive, used + 1)));
        return new TextPattern.Choice(parts);
    }

    /** Zeros, then a digit that is none, then any, within the digits that are left. */
    private static TextPattern notZero(int used) {
        TextPattern pattern = NOTHING;
        for (int at = DIGITS - 1; at >= used; at--) {
            pattern = TextPattern.choice(
                    TextPattern.sequence(TextPattern.range('1', '9'), anyDigits(0, at + 1)),
                    TextPattern.sequence(TextPattern.text("0"), pattern));
        }
        return pattern;
    }

    /** Digits behind a point that are at most, or less than, the given ones. One digit at least comes. */
    private static TextPattern fractionBelow(String digits, boolean exclusive, int used) {
        List<TextPattern> parts = new ArrayList<>();
        if (used >= digits.length() || used == DIGITS) {
            // All digits are the same so far: zeros may follow, unless it has to be less.
            boolean less = used < digits.length();
            if (!exclusive || less) {
                parts.add(new TextPattern.Repeat(TextPattern.text("0"), used == 0 ? 1 : 0, DIGITS - used));
            }
            return new TextPattern.Choice(parts);
        }
        if (used > 0) {
            parts.add(TextPattern.EMPTY);
        }
        char digit = digits.charAt(used);
        if (digit > '0') {
            parts.add(TextPattern.sequence(TextPattern.range('0', digit - 1), anyDigits(0, used + 1)));
        }
        parts.add(TextPattern.sequence(TextPattern.range(digit, digit), fractionBelow(digits, exclusive, used + 1)));
        return new TextPattern.Choice(parts);
    }
}
