package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python does with values: truth, equality, order, length, iteration.
 *
 * <p>A value is one of {@link JinjaNone}, {@link JinjaUndefined}, Boolean, Long, Double, String, List,
 * {@link JinjaTuple}, Map, {@link JinjaDictView}, {@link JinjaRange}, {@link JinjaGenerator}, {@link JinjaNamespace},
 * {@link JinjaLoop} and {@link JinjaCallable}. Booleans are numbers, as in Python.
 */
final class JinjaValues {

    private JinjaValues() {}

    static boolean truthy(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        if (value == JinjaNone.NONE || value instanceof JinjaUndefined) {
            return false;
        }
        return !hasLength(value) || length(value) > 0;
    }

    /** Python's name of the value's type. */
    static String typeName(Object value) {
        if (value instanceof String) {
            return "str";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof List) {
            return "list";
        }
        if (value instanceof Map) {
            return "dict";
        }
        if (value instanceof JinjaTuple) {
            return "tuple";
        }
        if (value instanceof JinjaDictView view) {
            return view.name();
        }
        if (value instanceof JinjaGenerator) {
            return "generator";
        }
        return value == JinjaNone.NONE ? "NoneType" : otherTypeName(value);
    }

    private static String otherTypeName(Object value) {
        if (value instanceof JinjaUndefined) {
            return "Undefined";
        }
        if (value instanceof JinjaRange) {
            return "range";
        }
        if (value instanceof JinjaNamespace) {
            return "Namespace";
        }
        return value instanceof JinjaLoop ? "LoopContext" : "function";
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
                || value instanceof List
                || value instanceof Map
                || value instanceof JinjaTuple
                || value instanceof JinjaDictView
                || value instanceof JinjaRange
                || value instanceof JinjaLoop
                || value instanceof JinjaUndefined;
    }

    static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof JinjaTuple tuple) {
            return tuple.items().size();
        }
        if (value instanceof JinjaDictView view) {
            return view.items().size();
        }
        if (value instanceof JinjaRange range) {
            return range.size();
        }
        if (value instanceof JinjaLoop loop) {
            return loop.length();
        }
        if (value instanceof JinjaUndefined) {
            return 0;
        }
        throw new JinjaError("object of type '" + typeName(value) + "' has no length");
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
        if (value instanceof JinjaRange range) {
            return range.items().iterator();
        }
        if (value instanceof String text) {
            return characters(text);
        }
        if (value instanceof JinjaLoop || value instanceof JinjaUndefined) {
            return Collections.emptyIterator();
        }
        return items(value).iterator();
    }

    /** The elements of a list, tuple or view, without a copy. */
    private static List<Object> items(Object value) {
        if (value instanceof List<?> list) {
            return Collections.unmodifiableList(list);
        }
        if (value instanceof JinjaTuple tuple) {
            return tuple.items();
        }
        if (value instanceof JinjaDictView view) {
            return view.items();
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

    private static Iterator<Object> characters(String text) {
        return text.codePoints()
                .mapToObj(codePoint -> (Object) Character.toString(codePoint))
                .iterator();
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
        boolean lists = left instanceof List && right instanceof List;
        boolean tuples = left instanceof JinjaTuple && right instanceof JinjaTuple;
        if (lists || tuples) {
            return equalItems(run, items(left), items(right), JinjaRun.deeper(depth));
        }
        if (left instanceof JinjaRange range) {
            return range.equals(right);
        }
        return left == right || (left instanceof JinjaUndefined && right instanceof JinjaUndefined);
    }

    private static boolean equalItems(JinjaRun run, List<Object> left, List<Object> right, int depth) {
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
            return compareCodePoints(text, other);
        }
        boolean lists = left instanceof List && right instanceof List;
        boolean tuples = left instanceof JinjaTuple && right instanceof JinjaTuple;
        if (lists || tuples) {
            return compareItems(run, items(left), items(right), JinjaRun.deeper(depth));
        }
        if (left instanceof JinjaUndefined undefined) {
            throw undefined.error();
        }
        if (right instanceof JinjaUndefined undefined) {
            throw undefined.error();
        }
        throw new JinjaError("there is no order between '" + typeName(left) + "' and '" + typeName(right) + "'");
    }

    private static int compareItems(JinjaRun run, List<Object> left, List<Object> right, int depth) {
        for (int index = 0; index < Math.min(left.size(), right.size()); index++) {
            if (!equal(run, left.get(index), right.get(index), depth)) {
                return compare(run, left.get(index), right.get(index), depth);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** Java orders surrogate pairs before U+E000; Python orders by code point. */
    static int compareCodePoints(String left, String right) {
        int mismatch = 0;
        int shorter = Math.min(left.length(), right.length());
        while (mismatch < shorter && left.charAt(mismatch) == right.charAt(mismatch)) {
            mismatch++;
        }
        if (mismatch == shorter) {
            return Integer.compare(left.length(), right.length());
        }
        char leftChar = left.charAt(mismatch);
        char rightChar = right.charAt(mismatch);
        int bySurrogate = Boolean.compare(Character.isSurrogate(leftChar), Character.isSurrogate(rightChar));
        return bySurrogate != 0 && leftChar >= Character.MIN_SURROGATE && rightChar >= Character.MIN_SURROGATE
                ? bySurrogate
                : Character.compare(leftChar, rightChar);
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
        if (value instanceof List || value instanceof Map) {
            throw new JinjaError("'" + typeName(value) + "' cannot be a key of a dict");
        }
        return value instanceof String || value == JinjaNone.NONE || number(value) != null;
    }

    /** The value as key of a dict. Keys are plain values; anything else could nest without bound. */
    static Object key(Object value) {
        if (value instanceof String || value instanceof Long || value == JinjaNone.NONE) {
            return value;
        }
        if (value instanceof Boolean) {
            return value;
        }
        if (value instanceof Double number) {
            boolean whole = number == Math.rint(number) && Math.abs(number) < 1L << 53;
            return whole ? (Object) number.longValue() : number;
        }
        throw new JinjaError("'" + typeName(value) + "' cannot be a key of a dict");
    }
}
