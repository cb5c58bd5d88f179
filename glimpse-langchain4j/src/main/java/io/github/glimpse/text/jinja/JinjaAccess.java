package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Attributes and items of values: {@code value.name}, {@code value[key]}, {@code value[from:to:step]}.
 *
 * <p>There is a fixed set of methods and no way into Java objects. As in the sandbox that chat templates run in, what
 * would change a list or dict is out of reach.
 */
final class JinjaAccess {

    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private JinjaAccess() {}

    /** {@code value.name}: the attribute, else the item of that name. */
    static Object attribute(Object value, String name) {
        JinjaUndefined.check(value);
        Object found = member(value, name);
        if (found == null && value instanceof Map<?, ?> map) {
            found = map.get(name);
        }
        return found == null ? JinjaUndefined.attribute(value, name) : found;
    }

    /** {@code value[key]}: the item, else the attribute of that name. */
    static Object item(JinjaRun run, Object value, Object key) {
        JinjaUndefined.check(value);
        Object found = null;
        if (value instanceof Map<?, ?> map) {
            found = !(key instanceof List) && !(key instanceof Map) && JinjaValues.isKey(key)
                    ? map.get(JinjaValues.key(key))
                    : null;
        } else if (JinjaValues.number(key) instanceof Long index) {
            found = at(run, value, index);
        }
        if (found == null && key instanceof String name) {
            found = member(value, name);
        }
        if (found != null) {
            return found;
        }
        return key instanceof String name
                ? JinjaUndefined.attribute(value, name)
                : new JinjaUndefined(JinjaValues.typeName(value) + " object has no such element");
    }

    private static @Nullable Object at(JinjaRun run, Object value, long index) {
        if (!isIndexed(value)) {
            return null;
        }
        long size = JinjaValues.length(run, value);
        long fromStart = index < 0 ? index + size : index;
        if (fromStart < 0 || fromStart >= size) {
            return null;
        }
        if (value instanceof String text) {
            return Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) fromStart)));
        }
        return ((List<?>) value).get((int) fromStart);
    }

    private static boolean isIndexed(Object value) {
        return value instanceof String || value instanceof List;
    }

    /** An attribute in Python's sense, or null where the value has none of that name. */
    private static @Nullable Object member(Object value, String name) {
        if (name.startsWith("__") && name.endsWith("__")) {
            return JinjaUndefined.unsafe(value, name);
        }
        if (value instanceof String text) {
            return JinjaStringMethods.find(text, name);
        }
        if (value instanceof Map<?, ?> map) {
            return DICT_CHANGES.contains(name) ? JinjaUndefined.unsafe(value, name) : dictMethod(map, name);
        }
        if (value instanceof List<?> list) {
            boolean changes = LIST_CHANGES.contains(name) && !(list instanceof JinjaTuple);
            return changes ? JinjaUndefined.unsafe(value, name) : listMethod(list, name);
        }
        if (value instanceof JinjaNamespace namespace) {
            return namespace.attributes().get(name);
        }
        if (value instanceof JinjaLoop loop) {
            return loop.attribute(name);
        }
        return value instanceof JinjaMacro macro && name.equals("name") ? macro.name() : null;
    }

    private static @Nullable JinjaCallable dictMethod(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" ->
                (run, arguments) -> {
                    arguments.expect("get", 1, "key", "default");
                    Object value = map.get(JinjaValues.key(arguments.get(0, "key")));
                    return value == null ? arguments.get(1, "default", JinjaNone.NONE) : value;
                };
            case "keys" -> (run, arguments) -> view(run, "dict_keys", map, arguments);
            case "values" -> (run, arguments) -> view(run, "dict_values", map, arguments);
            case "items" -> (run, arguments) -> view(run, "dict_items", map, arguments);
            case "copy" ->
                (run, arguments) -> {
                    arguments.expect("copy", 0);
                    run.chargeElements(map.size());
                    return new LinkedHashMap<Object, Object>(map);
                };
            default -> null;
        };
    }

    private static JinjaDictView view(JinjaRun run, String name, Map<?, ?> map, JinjaArguments arguments) {
        arguments.expect(name, 0);
        return view(run, name, map);
    }

    /** Keys, values or pairs of a dict. */
    static JinjaDictView view(JinjaRun run, String name, Map<?, ?> map) {
        run.chargeElements(map.size());
        List<Object> items = new ArrayList<>(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            items.add(
                    switch (name) {
                        case "dict_keys" -> entry.getKey();
                        case "dict_values" -> entry.getValue();
                        default -> JinjaTuple.of(entry.getKey(), entry.getValue());
                    });
        }
        return new JinjaDictView(name, items);
    }

    private static @Nullable JinjaCallable listMethod(List<?> list, String name) {
        return switch (name) {
            case "count" ->
                (run, arguments) -> {
                    Object wanted = arguments.expect("count", 1, "value").get(0, "value");
                    return list.stream()
                            .filter(item -> JinjaValues.equal(run, item, wanted))
                            .count();
                };
            case "index" ->
                (run, arguments) -> {
                    Object wanted = arguments.expect("index", 1, "value").get(0, "value");
                    for (int index = 0; index < list.size(); index++) {
                        if (JinjaValues.equal(run, list.get(index), wanted)) {
                            return (long) index;
                        }
                    }
                    throw new JinjaError("the value is not in the list");
                };
            case "copy" -> list instanceof JinjaTuple ? null : (run, arguments) -> JinjaValues.list(run, list);
            default -> null;
        };
    }

    /** {@code value[start:stop:step]}; an absent part is {@link JinjaNone}. */
    static Object slice(JinjaRun run, Object value, Object start, Object stop, Object step) {
        JinjaUndefined.check(value);
        if (!isIndexed(value)) {
            throw new JinjaError(JinjaValues.typeName(value) + " object cannot be sliced");
        }
        long stride = step == JinjaNone.NONE ? 1 : JinjaValues.wholeNumber(step, "a slice's step");
        if (stride == 0) {
            throw new JinjaError("slice step cannot be zero");
        }
        long size = JinjaValues.length(run, value);
        long first = bound(start, size, stride, stride > 0 ? 0 : size - 1);
        long end = bound(stop, size, stride, stride > 0 ? size : -1);
        if (value instanceof JinjaRange range) {
            return range.slice(first, end, stride);
        }
        if (value instanceof String text && stride == 1) {
            run.charge(text.length());
            int from = text.offsetByCodePoints(0, (int) first);
            return first >= end ? "" : text.substring(from, text.offsetByCodePoints(from, (int) (end - first)));
        }
        List<Object> all = JinjaValues.list(run, value);
        List<Object> part = new ArrayList<>();
        // No step leads further than from one end to the other, or the sum could be too large for a number.
        long reach = Math.max(-size - 1, Math.min(size + 1, stride));
        for (long index = first; stride > 0 ? index < end : index > end; index += reach) {
            run.chargeElements(1);
            part.add(all.get((int) index));
        }
        if (value instanceof String) {
            return part.stream().map(String.class::cast).collect(Collectors.joining());
        }
        return value instanceof JinjaTuple ? new JinjaTuple(part) : part;
    }

    private static long bound(Object value, long size, long stride, long otherwise) {
        if (value == JinjaNone.NONE) {
            return otherwise;
        }
        long index = JinjaValues.wholeNumber(value, "a slice's bound");
        long fromStart = index < 0 ? Math.max(index + size, -1) : index;
        if (stride > 0) {
            return Math.min(Math.max(fromStart, 0), size);
        }
        return Math.min(fromStart, size - 1);
    }
}
