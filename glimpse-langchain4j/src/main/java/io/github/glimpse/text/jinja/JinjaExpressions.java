package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The expressions that have several parts, or that the parser looks at again. Others are functions that it makes. */
final class JinjaExpressions {

    private JinjaExpressions() {}

    record Literal(Object value) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return value;
        }
    }

    record Name(String name) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return run.lookUp(name);
        }
    }

    /** The values of expressions, as a new list. */
    static List<Object> values(JinjaRun run, List<JinjaExpression> items) {
        run.chargeElements(items.size());
        List<Object> values = new ArrayList<>(items.size());
        for (JinjaExpression item : items) {
            values.add(run.value(item));
        }
        return values;
    }

    /** Keys and values in turn. */
    record DictOf(List<JinjaExpression> keys, List<JinjaExpression> values) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            run.chargeElements(keys.size());
            Map<Object, Object> dict = new LinkedHashMap<>();
            for (int index = 0; index < keys.size(); index++) {
                dict.put(JinjaValues.key(run.value(keys.get(index))), run.value(values.get(index)));
            }
            return dict;
        }
    }

    record Attribute(JinjaExpression owner, String name) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return JinjaAccess.attribute(run.value(owner), name);
        }
    }

    record Item(JinjaExpression owner, JinjaExpression key) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return JinjaAccess.item(run, run.value(owner), run.value(key));
        }
    }

    record Slice(JinjaExpression owner, JinjaExpression start, JinjaExpression stop, JinjaExpression step)
            implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return JinjaAccess.slice(run, run.value(owner), run.value(start), run.value(stop), run.value(step));
        }
    }

    /** Arguments as written, with {@code *list} and {@code **dict}. */
    record Arguments(
            List<JinjaExpression> positional,
            Map<String, JinjaExpression> named,
            @Nullable JinjaExpression morePositional,
            @Nullable JinjaExpression moreNamed) {

        static final Arguments NONE = new Arguments(List.of(), Map.of(), null, null);

        JinjaArguments evaluate(JinjaRun run) {
            List<Object> values = values(run, positional);
            if (morePositional != null) {
                values.addAll(JinjaValues.list(run, run.value(morePositional)));
            }
            Map<String, Object> namedValues = new LinkedHashMap<>();
            for (Map.Entry<String, JinjaExpression> argument : named.entrySet()) {
                namedValues.put(argument.getKey(), run.value(argument.getValue()));
            }
            if (moreNamed != null) {
                addNamed(run.value(moreNamed), namedValues);
            }
            return new JinjaArguments(values, namedValues);
        }

        private static void addNamed(Object more, Map<String, Object> named) {
            if (!(more instanceof Map<?, ?> map)) {
                throw new JinjaError("argument after ** must be a mapping, not " + JinjaValues.typeName(more));
            }
            map.forEach((name, value) -> {
                if (!(name instanceof String text) || named.put(text, value) != null) {
                    throw new JinjaError("a named argument is given twice or has no name");
                }
            });
        }
    }

    record Call(JinjaExpression callee, Arguments arguments) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return call(run, arguments.evaluate(run));
        }

        Object call(JinjaRun run, JinjaArguments values) {
            Object target = run.value(callee);
            JinjaUndefined.check(target);
            if (target instanceof JinjaCallable callable) {
                return callable.call(run, values);
            }
            throw new JinjaError("'" + JinjaValues.typeName(target) + "' object is not callable");
        }
    }

    record Filter(JinjaExpression operand, String name, Arguments arguments) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return JinjaFilters.apply(run, name, run.value(operand), arguments.evaluate(run));
        }
    }

    record And(JinjaExpression left, JinjaExpression right) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            Object value = run.value(left);
            return JinjaValues.truthy(value) ? run.value(right) : value;
        }
    }

    record Or(JinjaExpression left, JinjaExpression right) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            Object value = run.value(left);
            return JinjaValues.truthy(value) ? value : run.value(right);
        }
    }

    record Arithmetic(JinjaExpression left, String operator, JinjaExpression right) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            return JinjaOperators.arithmetic(run, operator, run.value(left), run.value(right));
        }
    }

    /** {@code a ~ b ~ c}: all printed, then joined. */
    static Object joined(JinjaRun run, List<JinjaExpression> parts) {
        StringBuilder joined = new StringBuilder();
        for (JinjaExpression part : parts) {
            joined.append(JinjaTextFilters.text(run, run.value(part)));
        }
        return joined.toString();
    }

    /** {@code a < b == c}: every neighbouring pair holds; later operands are not evaluated once one fails. */
    record Compare(JinjaExpression first, List<String> operators, List<JinjaExpression> others)
            implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            Object left = run.value(first);
            for (int index = 0; index < operators.size(); index++) {
                Object right = run.value(others.get(index));
                if (!JinjaOperators.holds(run, operators.get(index), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    record Conditional(
            JinjaExpression condition,
            JinjaExpression then,
            @Nullable JinjaExpression otherwise) implements JinjaExpression {
        @Override
        public Object evaluate(JinjaRun run) {
            if (run.isTrue(condition)) {
                return run.value(then);
            }
            return otherwise == null
                    ? new JinjaUndefined("the inline if-expression was false and has no else")
                    : run.value(otherwise);
        }
    }
}
