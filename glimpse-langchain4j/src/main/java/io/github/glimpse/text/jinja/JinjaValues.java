package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python does with values: truth, equality, order, length, iteration.
 *
 * <p>A value is one of {@link JinjaNone}, {@link JinjaUndefined}, Boolean, Long, Double, String, List (of which
 * {@link JinjaTuple} and {@link JinjaRange} are types of their own), Map, {@link JinjaDictView}, {@link JinjaGenerator},
 * {@link JinjaNamespace}, {@link JinjaLoop} and {@link JinjaCallable}. Booleans are numbers, as in Python.
 */
final class JinjaValues {

    private JinjaValues() {}

    private static final Map<Class<?>, String> TYPE_NAMES = new LinkedHashMap<>();

    static {
        TYPE_NAMES.put(String.class, "str");
        TYPE_NAMES.put(Boolean.class, "bool");
        TYPE_NAMES.put(Long.class, "int");
        TYPE_NAMES.put(BigInteger.class, "int");
        TYPE_NAMES.put(Double.class, "float");
        TYPE_NAMES.put(BigDecimal.class, "float");
        TYPE_NAMES.put(JinjaTuple.class, "tuple");
        TYPE_NAMES.put(JinjaRange.class, "range");
        TYPE_NAMES.put(List.class, "list");
        TYPE_NAMES.put(Map.class, "dict");
        TYPE_NAMES.put(JinjaGenerator.class, "generator");
        TYPE_NAMES.put(JinjaNone.class, "NoneType");
        TYPE_NAMES.put(JinjaUndefined.class, "Undefined");
        TYPE_NAMES.put(JinjaNamespace.class, "Namespace");
        TYPE_NAMES.put(JinjaLoop.class, "LoopContext");
        TYPE_NAMES.put(JinjaCallable.class, "function");
    }

    static boolean truthy(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        return value != JinjaNone.NONE && (!hasLength(value) || length(value) > 0);
    }

    /** Python's name of the value's type. */
    static String typeName(Object value) {
        if (value instanceof JinjaDictView view) {
            return view.name();
        }
        for (Map.Entry<Class<?>, String> type : TYPE_NAMES.entrySet()) {
            if (type.getKey().isInstance(value)) {
                return type.getValue();
            }
        }
        throw new IllegalStateException("no value of a template: " + value.getClass());
    }

    /** The value as Long or Double, or null where it is no number. */
    static @Nullable Number number(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? 1L : 0L;
        }
        return value instanceof Long || value instanceof Double ? (Number) value : null;
    }

    /** A whole number, such as an index or a count. */
    static long wholeNumber(Object value, String what) {
        if (number(value) instanceof Long whole) {
            return whole;
        }
        throw new JinjaError(what + " must be an integer, not " + typeName(value));
    }

    static boolean hasLength(Object value) {
        return value instanceof String
                || value instanceof Collection
                || value instanceof Map
                || value instanceof JinjaLoop
                || value instanceof JinjaUndefined;
    }

    static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof Collection<?> items) {
            return items.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof JinjaLoop loop) {
            return loop.length();
        }
        if (value instanceof JinjaUndefined) {
            return 0;
        }
        throw new JinjaError("object of type '" + typeName(value) + "' has no length");
    }

    /** The same, counted: characters of a text are looked at one by one. */
    static long length(JinjaRun run, Object value) {
        if (value instanceof String text) {
            run.chargeScan(text.length(), 0);
        }
        return length(value);
    }

    static boolean isIterable(Object value) {
        return hasLength(value) || value instanceof JinjaGenerator;
    }

    /** Walks through a value; a map gives its keys, a string its characters. */
    static Iterator<Object> iterate(Object value) {
        if (value instanceof JinjaGenerator generator) {
            return generator.items();
        }
        if (value instanceof Map<?, ?> map) {
            return Collections.<Object>unmodifiableCollection(map.keySet()).iterator();
        }
        if (value instanceof Collection<?> items) {
            return Collections.<Object>unmodifiableCollection(items).iterator();
        }
        if (value instanceof String text) {
            return text.codePoints()
                    .mapToObj(codePoint -> (Object) Character.toString(codePoint))
                    .iterator();
        }
        if (value instanceof JinjaLoop || value instanceof JinjaUndefined) {
            return Collections.emptyIterator();
        }
        throw new JinjaError("'" + typeName(value) + "' object is not iterable");
    }

    /** The elements as a new list. */
    static List<Object> list(JinjaRun run, Object value) {
        if (hasLength(value)) {
            run.chargeElements(length(value));
        }
        List<Object> items = new ArrayList<>();
        Iterator<Object> source = iterate(value);
        while (source.hasNext()) {
            run.step();
            items.add(source.next());
        }
        return items;
    }

    static boolean equal(JinjaRun run, Object left, Object right) {
        return equal(run, left, right, 0);
    }

    private static boolean equal(JinjaRun run, Object left, Object right, int depth) {
        run.step();
        Number leftNumber = number(left);
        Number rightNumber = number(right);
        if (leftNumber != null && rightNumber != null) {
            boolean whole = leftNumber instanceof Long && rightNumber instanceof Long;
            return whole
                    ? leftNumber.longValue() == rightNumber.longValue()
                    : leftNumber.doubleValue() == rightNumber.doubleValue();
        }
        if (left instanceof String text && right instanceof String other) {
            run.chargeScan(text.length(), 0);
            return text.equals(other);
        }
        if (left instanceof Map<?, ?> map && right instanceof Map<?, ?> other) {
            return equalMaps(run, map, other, JinjaRun.deeper(depth));
        }
        if (left instanceof List<?> list && right instanceof List<?> other) {
            return typeName(left).equals(typeName(right)) && equalItems(run, list, other, JinjaRun.deeper(depth));
        }
        return left == right || (left instanceof JinjaUndefined && right instanceof JinjaUndefined);
    }

    private static boolean equalItems(JinjaRun run, List<?> left, List<?> right, int depth) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int index = 0; index < left.size(); index++) {
            if (!equal(run, left.get(index), right.get(index), depth)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(JinjaRun run, Map<?, ?> left, Map<?, ?> right, int depth) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            Object other = right.get(entry.getKey());
            if (other == null || !equal(run, entry.getValue(), other, depth)) {
                return false;
            }
        }
        return true;
    }

    /** Negative, zero or positive; fails where Python knows no order. */
    static int compare(JinjaRun run, Object left, Object right) {
        return compare(run, left, right, 0);
    }

    private static int compare(JinjaRun run, Object left, Object right, int depth) {
        run.step();
        Number leftNumber = number(left);
        Number rightNumber = number(right);
        if (leftNumber != null && rightNumber != null) {
            boolean whole = leftNumber instanceof Long && rightNumber instanceof Long;
            return whole
                    ? Long.compare(leftNumber.longValue(), rightNumber.longValue())
                    : Double.compare(leftNumber.doubleValue() + 0.0, rightNumber.doubleValue() + 0.0);
        }
        if (left instanceof String text && right instanceof String other) {
            run.chargeScan(text.length(), 0);
            // Java orders surrogate pairs before U+E000; Python orders by code point.
            return Arrays.compare(
                    text.codePoints().toArray(), other.codePoints().toArray());
        }
        if (left instanceof List<?> list
                && right instanceof List<?> other
                && typeName(left).equals(typeName(right))) {
            return compareItems(run, list, other, JinjaRun.deeper(depth));
        }
        JinjaUndefined.check(left);
        JinjaUndefined.check(right);
        throw new JinjaError("there is no order between '" + typeName(left) + "' and '" + typeName(right) + "'");
    }

    private static int compareItems(JinjaRun run, List<?> left, List<?> right, int depth) {
        for (int index = 0; index < Math.min(left.size(), right.size()); index++) {
            if (!equal(run, left.get(index), right.get(index), depth)) {
                return compare(run, left.get(index), right.get(index), depth);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** Python's {@code item in container}. */
    static boolean contains(JinjaRun run, Object container, Object item) {
        if (container instanceof String text) {
            if (!(item instanceof String wanted)) {
                throw new JinjaError("'in <string>' needs a string on its left side, not " + typeName(item));
            }
            run.chargeScan(text.length(), wanted.length());
            return text.contains(wanted);
        }
        if (container instanceof Map<?, ?> map) {
            return isKey(item) && map.containsKey(key(item));
        }
        Iterator<Object> source = iterate(container);
        while (source.hasNext()) {
            if (equal(run, source.next(), item)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a dict may have the value as key; lists and dicts cannot even be looked for. */
    static boolean isKey(Object value) {
        if (typeName(value).equals("list") || value instanceof Map) {
            throw new JinjaError("'" + typeName(value) + "' cannot be a key of a dict");
        }
        return value instanceof String || value == JinjaNone.NONE || number(value) != null;
    }

    /** The value as key of a dict. Keys are plain values; anything else could nest without bound. */
    static Object key(Object value) {
        if (!isKey(value)) {
            throw new JinjaError("'" + typeName(value) + "' cannot be a key of a dict");
        }
        boolean whole = value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1L << 53;
        return whole ? (Object) ((Double) value).longValue() : value;
    }
}
