package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tests behind {@code value is name} and {@code select('name')}. */
final class JinjaTests {

    /** What stands behind {@code value is name(arguments)}. */
    interface Test {
        boolean holds(JinjaRun run, Object value, JinjaArguments arguments);
    }

    /** A test without arguments. */
    private interface Plain {
        boolean holds(Object value);
    }

    private static final Map<String, String> OPERATORS = Map.ofEntries(
            Map.entry("==", "=="),
            Map.entry("eq", "=="),
            Map.entry("equalto", "=="),
            Map.entry("!=", "!="),
            Map.entry("ne", "!="),
            Map.entry("<", "<"),
            Map.entry("lt", "<"),
            Map.entry("lessthan", "<"),
            Map.entry("<=", "<="),
            Map.entry("le", "<="),
            Map.entry(">", ">"),
            Map.entry("gt", ">"),
            Map.entry("greaterthan", ">"),
            Map.entry(">=", ">="),
            Map.entry("ge", ">="),
            Map.entry("in", "in"));

    private static final Map<String, Test> ALL = all();

    private JinjaTests() {}

    static @Nullable Test find(String name) {
        return ALL.get(name);
    }

    static boolean apply(JinjaRun run, String name, Object value, JinjaArguments arguments) {
        Test test = ALL.get(name);
        if (test == null) {
            throw new JinjaError("No test named '" + name + "'.");
        }
        return test.holds(run, value, arguments);
    }

    private static Map<String, Test> all() {
        Map<String, Test> tests = new HashMap<>();
        putPlain(tests);
        OPERATORS.forEach((name, operator) -> tests.put(
                name,
                (run, value, arguments) -> JinjaOperators.holds(
                        run, operator, value, arguments.expect(name, 1, "other").get(0, "other"))));
        tests.put(
                "divisibleby",
                (run, value, arguments) -> isRest(
                        run, value, arguments.expect("divisibleby", 1, "num").get(0, "num"), 0));
        tests.put("odd", (run, value, arguments) -> isRest(run, value, 2L, 1));
        tests.put("even", (run, value, arguments) -> isRest(run, value, 2L, 0));
        tests.put("sameas", (run, value, arguments) -> {
            Object other = arguments.expect("sameas", 1, "other").get(0, "other");
            if (value instanceof String text) {
                run.chargeScan(text.length(), 0);
            }
            boolean plain = value instanceof Boolean || value instanceof Long || value instanceof String;
            return value == other || (plain && value.equals(other));
        });
        tests.put("lower", (run, value, arguments) -> JinjaStringMethods.isLower(JinjaTextFilters.text(run, value)));
        tests.put("upper", (run, value, arguments) -> JinjaStringMethods.isUpper(JinjaTextFilters.text(run, value)));
        tests.put("filter", (run, value, arguments) -> value instanceof String name && JinjaFilters.find(name) != null);
        tests.put("test", (run, value, arguments) -> value instanceof String name && find(name) != null);
        return Map.copyOf(tests);
    }

    private static void putPlain(Map<String, Test> tests) {
        put(tests, "defined", value -> !(value instanceof JinjaUndefined));
        put(tests, "undefined", value -> value instanceof JinjaUndefined);
        put(tests, "none", value -> value == JinjaNone.NONE);
        put(tests, "boolean", value -> value instanceof Boolean);
        put(tests, "true", Boolean.TRUE::equals);
        put(tests, "false", Boolean.FALSE::equals);
        put(tests, "integer", value -> value instanceof Long || value instanceof BigInteger);
        put(tests, "float", value -> value instanceof Double || value instanceof BigDecimal);
        put(
                tests,
                "number",
                value -> JinjaValues.number(value) != null
                        || value instanceof BigInteger
                        || value instanceof BigDecimal);
        put(tests, "string", value -> value instanceof String);
        put(tests, "mapping", value -> value instanceof Map);
        put(tests, "iterable", JinjaValues::isIterable);
        put(tests, "sequence", JinjaTests::isSequence);
        put(tests, "callable", value -> value instanceof JinjaCallable || value instanceof JinjaUndefined);
        put(tests, "escaped", value -> false);
    }

    private static void put(Map<String, Test> tests, String name, Plain test) {
        tests.put(name, (run, value, arguments) -> {
            arguments.expect(name, 0);
            return test.holds(value);
        });
    }

    // What has a length and can be indexed; a dict is one, as in Jinja. Undefined has both, too.
    private static boolean isSequence(Object value) {
        return JinjaValues.hasLength(value) && !(value instanceof JinjaDictView) && !(value instanceof JinjaLoop);
    }

    /** Whether dividing leaves the rest. */
    private static boolean isRest(JinjaRun run, Object value, Object divisor, long rest) {
        return JinjaValues.equal(run, JinjaOperators.arithmetic(run, "%", value, divisor), rest);
    }
}
