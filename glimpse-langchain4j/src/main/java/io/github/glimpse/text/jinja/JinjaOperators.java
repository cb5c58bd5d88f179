package io.github.glimpse.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Arithmetic and comparison as Python does them; whole numbers beyond 64 bits are refused. */
final class JinjaOperators {

    private JinjaOperators() {}

    /** {@code left operator right} for {@code + - * / // % **}. */
    static Object arithmetic(JinjaRun run, String operator, Object left, Object right) {
        JinjaUndefined.check(left);
        if (operator.equals("%") && left instanceof String format) {
            return JinjaFormat.percent(run, format, right);
        }
        JinjaUndefined.check(right);
        Number leftNumber = JinjaValues.number(left);
        Number rightNumber = JinjaValues.number(right);
        if (leftNumber != null && rightNumber != null) {
            try {
                return leftNumber instanceof Long first && rightNumber instanceof Long second
                        ? whole(operator, first, second)
                        : real(operator, leftNumber.doubleValue(), rightNumber.doubleValue());
            } catch (ArithmeticException overflow) {
                throw new JinjaError("a whole number does not fit into 64 bits");
            }
        }
        if (operator.equals("+")) {
            return add(run, left, right);
        }
        if (operator.equals("*") && leftNumber instanceof Long count) {
            return repeat(run, right, count);
        }
        if (operator.equals("*") && rightNumber instanceof Long count) {
            return repeat(run, left, count);
        }
        throw unsupported(operator, left, right);
    }

    private static JinjaError unsupported(String operator, Object left, Object right) {
        return new JinjaError("'" + operator + "' does not work for '" + JinjaValues.typeName(left) + "' and '"
                + JinjaValues.typeName(right) + "'");
    }

    private static Object whole(String operator, long left, long right) {
        boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
        if (divides && right == 0) {
            throw new JinjaError("division by zero");
        }
        return switch (operator) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "/" -> (double) left / right;
            case "//" -> left == Long.MIN_VALUE && right == -1 ? Math.negateExact(left) : Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            default -> power(left, right);
        };
    }

    private static Object power(long base, long exponent) {
        double estimate = Math.pow((double) base, (double) exponent);
        if (exponent < 0) {
            return real("**", (double) base, (double) exponent);
        }
        // Exact as long as a double can hold it; beyond 64 bits nothing has to be worked out.
        return Math.abs(estimate) <= 1L << 53 || Math.abs(estimate) > 0x1p64
                ? (Object) whole(estimate)
                : BigInteger.valueOf(base).pow((int) exponent).longValueExact();
    }

    /** A real number without its fraction. */
    static long whole(double number) {
        if (Double.isNaN(number) || Math.abs(number) >= 0x1p63) {
            throw new JinjaError("a whole number does not fit into 64 bits");
        }
        return (long) number;
    }

    private static Object real(String operator, double left, double right) {
        boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
        boolean poleOfPower = operator.equals("**") && left == 0 && right < 0;
        if (poleOfPower || (right == 0 && divides)) {
            throw new JinjaError("division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> floorDivide(left, right);
            case "%" -> modulo(left, right);
            default -> {
                double power = Math.pow(left, right);
                if (!Double.isFinite(power) && Double.isFinite(left) && Double.isFinite(right)) {
                    throw new JinjaError("a power is too large or not a real number");
                }
                yield power;
            }
        };
    }

    /** Python divides what the remainder leaves, so that both fit together: 1 // 0.1 is 9. */
    private static double floorDivide(double left, double right) {
        double quotient = (left - modulo(left, right)) / right;
        double floor = Math.floor(quotient);
        double rounded = quotient - floor > 0.5 ? floor + 1 : floor;
        return rounded == 0 ? Math.copySign(0.0, left / right) : rounded;
    }

    /** Python's remainder has the sign of the divisor. */
    private static double modulo(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0.0, right);
        }
        return remainder < 0 == right < 0 ? remainder : remainder + right;
    }

    private static Object add(JinjaRun run, Object left, Object right) {
        if (left instanceof String text && right instanceof String other) {
            run.charge((long) text.length() + other.length());
            return text + other;
        }
        if (left instanceof List<?> list
                && right instanceof List<?> other
                && !(left instanceof JinjaRange)
                && JinjaValues.typeName(left).equals(JinjaValues.typeName(right))) {
            run.chargeElements((long) list.size() + other.size());
            List<Object> joined = new ArrayList<>(list);
            joined.addAll(other);
            return like(left, joined);
        }
        throw unsupported("+", left, right);
    }

    private static Object like(Object value, List<Object> items) {
        return value instanceof JinjaTuple ? new JinjaTuple(items) : items;
    }

    private static Object repeat(JinjaRun run, Object value, long count) {
        if (value instanceof String text) {
            return run.repeat(text, count);
        }
        if (value instanceof List<?> items && !(value instanceof JinjaRange)) {
            List<Object> repeated = new ArrayList<>();
            for (long round = 0; round < count; round++) {
                run.step();
                run.chargeElements(items.size());
                repeated.addAll(items);
            }
            return like(value, repeated);
        }
        throw unsupported("*", value, count);
    }

    /** {@code -value} and {@code +value}. */
    static Object sign(Object value, boolean negative) {
        JinjaUndefined.check(value);
        Number number = JinjaValues.number(value);
        if (number instanceof Long whole) {
            if (negative && whole == Long.MIN_VALUE) {
                throw new JinjaError("a whole number does not fit into 64 bits");
            }
            return negative ? -whole : whole;
        }
        if (number instanceof Double real) {
            return negative ? -real : real;
        }
        throw new JinjaError("a sign does not work for '" + JinjaValues.typeName(value) + "'");
    }

    /** {@code left operator right} for the comparisons and {@code in}, {@code notin}. */
    static boolean holds(JinjaRun run, String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> JinjaValues.equal(run, left, right);
            case "!=" -> !JinjaValues.equal(run, left, right);
            case "in" -> JinjaValues.contains(run, right, left);
            case "notin" -> !JinjaValues.contains(run, right, left);
            default -> ordered(run, operator, left, right);
        };
    }

    private static boolean isNan(Object value) {
        return value instanceof Double number && number.isNaN();
    }

    private static boolean ordered(JinjaRun run, String operator, Object left, Object right) {
        if (isNan(left) || isNan(right)) {
            return false;
        }
        int order = JinjaValues.compare(run, left, right);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw new IllegalStateException("no such comparison: " + operator);
        };
    }
}
