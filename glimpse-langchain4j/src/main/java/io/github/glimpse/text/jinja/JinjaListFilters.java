package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters over the elements of their value. Those that Jinja runs lazily are lazy here, too. */
final class JinjaListFilters {

    static final Map<String, JinjaFilters.Filter> FILTERS = Map.ofEntries(
            Map.entry("list", (run, value, arguments) -> {
                arguments.expect("list", 0);
                return JinjaValues.list(run, value);
            }),
            Map.entry("first", JinjaListFilters::first),
            Map.entry("last", JinjaListFilters::last),
            Map.entry("reverse", JinjaListFilters::reverse),
            Map.entry("items", JinjaListFilters::items),
            Map.entry("dictsort", JinjaListFilters::dictSort),
            Map.entry("sort", JinjaListFilters::sort),
            Map.entry("unique", JinjaListFilters::unique),
            Map.entry("min", (run, value, arguments) -> extreme(run, value, arguments, 1)),
            Map.entry("max", (run, value, arguments) -> extreme(run, value, arguments, -1)),
            Map.entry("sum", JinjaListFilters::sum),
            Map.entry("map", JinjaListFilters::map),
            Map.entry("select", (run, value, arguments) -> select(run, value, arguments, true)),
            Map.entry("reject", (run, value, arguments) -> select(run, value, arguments, false)),
            Map.entry("selectattr", (run, value, arguments) -> selectByAttribute(run, value, arguments, true)),
            Map.entry("rejectattr", (run, value, arguments) -> selectByAttribute(run, value, arguments, false)));

    private JinjaListFilters() {}

    /** The attribute of an item by a path such as {@code function.name} or {@code 0}. */
    static Object attribute(JinjaRun run, Object item, Object path) {
        if (!(path instanceof String names)) {
            return JinjaAccess.item(run, item, path);
        }
        Object value = item;
        for (String name : names.split("\\.", -1)) {
            boolean digits =
                    !name.isEmpty() && name.length() < 10 && name.chars().allMatch(Character::isDigit);
            value = JinjaAccess.item(run, value, digits ? (Object) Long.valueOf(name) : name);
        }
        return value;
    }

    private static Object first(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("first", 0);
        Iterator<Object> items = JinjaValues.iterate(value);
        return items.hasNext() ? items.next() : new JinjaUndefined("No first item, sequence was empty.");
    }

    private static Object last(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("last", 0);
        if (!JinjaValues.hasLength(value)) {
            throw new JinjaError("'" + JinjaValues.typeName(value) + "' object is not reversible");
        }
        List<Object> items = JinjaValues.list(run, value);
        return items.isEmpty() ? new JinjaUndefined("No last item, sequence was empty.") : items.get(items.size() - 1);
    }

    private static Object reverse(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("reverse", 0);
        List<Object> items = JinjaValues.list(run, value);
        Collections.reverse(items);
        if (value instanceof String) {
            return String.join("", items.toArray(String[]::new));
        }
        return value instanceof JinjaGenerator ? items : new JinjaGenerator(items.iterator());
    }

    private static Object items(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("items", 0);
        return JinjaGenerator.of(() -> value instanceof JinjaUndefined
                ? Collections.emptyIterator()
                : pairs(run, value).iterator());
    }

    private static List<Object> pairs(JinjaRun run, Object value) {
        if (value instanceof Map<?, ?> map) {
            return JinjaValues.list(run, JinjaAccess.view(run, "dict_items", map));
        }
        throw new JinjaError("Can only get item pairs from a mapping.");
    }

    private static Object dictSort(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("dictsort", 0, "case_sensitive", "by", "reverse");
        Object by = arguments.get(1, "by", "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw new JinjaError("You can only sort by either \"key\" or \"value\"");
        }
        UnaryOperator<Object> fold = fold(run, arguments, 0);
        int place = by.equals("key") ? 0 : 1;
        List<Object> pairs = pairs(run, value);
        sort(run, pairs, pair -> fold.apply(((JinjaTuple) pair).get(place)), arguments, 2);
        return pairs;
    }

    private static Object sort(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("sort", 0, "reverse", "case_sensitive", "attribute");
        UnaryOperator<Object> key = key(run, arguments, 1, 2);
        if (arguments.get(2, "attribute", "") instanceof String names && names.contains(",")) {
            UnaryOperator<Object> fold = fold(run, arguments, 1);
            key = item -> Arrays.stream(names.split(",", -1))
                    .map(name -> fold.apply(attribute(run, item, name)))
                    .toList();
        }
        List<Object> items = JinjaValues.list(run, value);
        sort(run, items, key, arguments, 0);
        return items;
    }

    /** What an item is compared by: its attribute if one is named, in lower case unless the case counts. */
    private static UnaryOperator<Object> key(
            JinjaRun run, JinjaArguments arguments, int caseIndex, int attributeIndex) {
        UnaryOperator<Object> fold = fold(run, arguments, caseIndex);
        Object attribute = arguments.get(attributeIndex, "attribute", JinjaNone.NONE);
        return item -> fold.apply(attribute == JinjaNone.NONE ? item : attribute(run, item, attribute));
    }

    private static void sort(
            JinjaRun run, List<Object> items, UnaryOperator<Object> key, JinjaArguments arguments, int reverseIndex) {
        List<Object[]> keyed = new ArrayList<>();
        for (Object item : items) {
            keyed.add(new Object[] {key.apply(item), item});
        }
        Comparator<Object[]> order = (left, right) -> JinjaValues.compare(run, left[0], right[0]);
        boolean reverse = JinjaValues.truthy(arguments.get(reverseIndex, "reverse", false));
        keyed.sort(reverse ? order.reversed() : order);
        for (int index = 0; index < keyed.size(); index++) {
            items.set(index, keyed.get(index)[1]);
        }
    }

    /** Lower case for strings unless the filter is told to look at the case. */
    private static UnaryOperator<Object> fold(JinjaRun run, JinjaArguments arguments, int index) {
        boolean caseSensitive = JinjaValues.truthy(arguments.get(index, "case_sensitive", false));
        return value -> {
            if (caseSensitive || !(value instanceof String text)) {
                return value;
            }
            run.charge(text.length());
            return text.toLowerCase(Locale.ROOT);
        };
    }

    private static Object unique(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("unique", 0, "case_sensitive", "attribute");
        UnaryOperator<Object> keyOf = key(run, arguments, 0, 1);
        Set<Object> seen = new HashSet<>();
        Predicate<Object> isNew = item -> {
            Object key = keyOf.apply(item);
            Number number = JinjaValues.number(key);
            boolean undefined = key instanceof JinjaUndefined;
            return seen.add(undefined ? JinjaUndefined.class : JinjaValues.key(number == null ? key : number));
        };
        return JinjaGenerator.of(() -> passing(run, JinjaValues.iterate(value), isNew));
    }

    private static Object extreme(JinjaRun run, Object value, JinjaArguments arguments, int sign) {
        arguments.expect(sign > 0 ? "min" : "max", 0, "case_sensitive", "attribute");
        UnaryOperator<Object> keyOf = key(run, arguments, 0, 1);
        Object best = null;
        Object bestKey = JinjaNone.NONE;
        for (Object item : JinjaValues.list(run, value)) {
            Object key = keyOf.apply(item);
            if (best == null || sign * JinjaValues.compare(run, key, bestKey) < 0) {
                best = item;
                bestKey = key;
            }
        }
        return best == null ? new JinjaUndefined("No aggregated item, sequence was empty.") : best;
    }

    private static Object sum(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("sum", 0, "attribute", "start");
        Object attribute = arguments.get(0, "attribute", JinjaNone.NONE);
        Object total = arguments.get(1, "start", 0L);
        if (total instanceof String) {
            throw new JinjaError("sum() can't sum strings");
        }
        for (Object item : JinjaValues.list(run, value)) {
            Object part = attribute == JinjaNone.NONE ? item : attribute(run, item, attribute);
            total = JinjaOperators.arithmetic(run, "+", total, part);
        }
        return total;
    }

    private static Object map(JinjaRun run, Object value, JinjaArguments arguments) {
        return JinjaGenerator.of(() -> JinjaValues.truthy(value)
                ? mapped(run, JinjaValues.iterate(value), mapping(run, arguments))
                : Collections.emptyIterator());
    }

    private static Iterator<Object> mapped(JinjaRun run, Iterator<Object> source, UnaryOperator<Object> mapping) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return source.hasNext();
            }

            @Override
            public Object next() {
                run.step();
                return mapping.apply(source.next());
            }
        };
    }

    private static UnaryOperator<Object> mapping(JinjaRun run, JinjaArguments arguments) {
        Object attribute = arguments.named().get("attribute");
        if (arguments.positional().isEmpty() && attribute != null) {
            arguments.expect("map", 0, "attribute", "default");
            Object otherwise = arguments.named().getOrDefault("default", JinjaNone.NONE);
            return item -> {
                Object found = attribute(run, item, attribute);
                return found instanceof JinjaUndefined && otherwise != JinjaNone.NONE ? otherwise : found;
            };
        }
        if (arguments.positional().isEmpty() || !(arguments.positional().get(0) instanceof String name)) {
            throw new JinjaError("map requires a filter argument");
        }
        JinjaArguments rest = arguments.after(1);
        return item -> JinjaFilters.apply(run, name, item, rest);
    }

    private static Object select(JinjaRun run, Object value, JinjaArguments arguments, boolean wanted) {
        return selected(run, value, () -> {
            Predicate<Object> test = test(run, arguments);
            return item -> test.test(item) == wanted;
        });
    }

    private static Object selectByAttribute(JinjaRun run, Object value, JinjaArguments arguments, boolean wanted) {
        return selected(run, value, () -> {
            if (arguments.positional().isEmpty()) {
                throw new JinjaError("Missing parameter for attribute name");
            }
            Object attribute = arguments.positional().get(0);
            Predicate<Object> test = test(run, arguments.after(1));
            return item -> test.test(attribute(run, item, attribute)) == wanted;
        });
    }

    private static JinjaGenerator selected(JinjaRun run, Object value, Supplier<Predicate<Object>> test) {
        return JinjaGenerator.of(() -> JinjaValues.truthy(value)
                ? passing(run, JinjaValues.iterate(value), test.get())
                : Collections.emptyIterator());
    }

    /** The test named by the first argument, or truth where there is none. */
    private static Predicate<Object> test(JinjaRun run, JinjaArguments arguments) {
        if (arguments.positional().isEmpty()) {
            return JinjaValues::truthy;
        }
        if (!(arguments.positional().get(0) instanceof String name)) {
            throw new JinjaError("a test is named by a string");
        }
        JinjaArguments rest = arguments.after(1);
        return item -> JinjaTests.apply(run, name, item, rest);
    }

    /** The items that pass, looked for one at a time. */
    static Iterator<Object> passing(JinjaRun run, Iterator<Object> source, Predicate<Object> wanted) {
        return new Iterator<>() {
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                while (next == null && source.hasNext()) {
                    run.step();
                    Object candidate = source.next();
                    next = wanted.test(candidate) ? candidate : null;
                }
                return next != null;
            }

            @Override
            public Object next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                Object item = next;
                next = null;
                return item;
            }
        };
    }
}
