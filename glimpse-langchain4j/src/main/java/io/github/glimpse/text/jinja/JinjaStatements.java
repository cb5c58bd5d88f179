package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of statements. */
final class JinjaStatements {

    private JinjaStatements() {}

    /** What a {@code set} or {@code for} assigns to. */
    interface Target {
        void assign(JinjaRun run, JinjaScope scope, Object value);
    }

    record NameTarget(String name) implements Target {
        @Override
        public void assign(JinjaRun run, JinjaScope scope, Object value) {
            scope.set(name, value);
        }
    }

    record TupleTarget(List<Target> targets) implements Target {
        @Override
        public void assign(JinjaRun run, JinjaScope scope, Object value) {
            List<Object> values = JinjaValues.list(run, value);
            if (values.size() != targets.size()) {
                throw new JinjaError(
                        "expected " + targets.size() + " values to unpack, but there are " + values.size());
            }
            for (int index = 0; index < targets.size(); index++) {
                targets.get(index).assign(run, scope, values.get(index));
            }
        }
    }

    record AttributeTarget(String owner, String name) implements Target {
        @Override
        public void assign(JinjaRun run, JinjaScope scope, Object value) {
            if (!(run.lookUp(owner) instanceof JinjaNamespace namespace)) {
                throw new JinjaError("cannot assign attribute on non-namespace object");
            }
            run.chargeElements(1);
            namespace.attributes().put(name, value);
        }
    }

    record Text(String text) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.write(text);
            return Flow.NEXT;
        }
    }

    record Output(JinjaExpression expression, int line) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            run.write(JinjaPrinter.text(run, run.value(expression)));
            return Flow.NEXT;
        }
    }

    /** The bodies belong to the conditions in order; the last may stand alone as {@code else}. */
    record If(List<JinjaExpression> conditions, List<List<JinjaStatement>> bodies, int line) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            for (int index = 0; index < bodies.size(); index++) {
                if (index >= conditions.size() || run.isTrue(conditions.get(index))) {
                    return run.execute(bodies.get(index));
                }
            }
            return Flow.NEXT;
        }
    }

    record For(
            Target target,
            JinjaExpression iterable,
            @Nullable JinjaExpression condition,
            List<JinjaStatement> body,
            List<JinjaStatement> otherwise,
            int line)
            implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            JinjaScope outer = run.scope();
            Object value = run.value(iterable);
            Iterator<Object> source = JinjaValues.iterate(value);
            JinjaLoop loop = condition == null
                    ? new JinjaLoop(run, value, source)
                    : new JinjaLoop(
                            run,
                            JinjaNone.NONE,
                            JinjaListFilters.passing(run, source, item -> passes(run, outer, item)));
            boolean untouched = true;
            for (Object item = loop.advance(); item != null; item = loop.advance()) {
                JinjaScope inner = new JinjaScope(outer);
                inner.set("loop", loop);
                target.assign(run, inner, item);
                Flow flow = run.executeIn(inner, body);
                if (flow == Flow.BREAK) {
                    break;
                }
                // As in Jinja, a pass that was cut short does not count as a pass for the else.
                untouched &= flow != Flow.NEXT;
            }
            return untouched ? run.executeIn(new JinjaScope(outer), otherwise) : Flow.NEXT;
        }

        private boolean passes(JinjaRun run, JinjaScope outer, Object item) {
            JinjaScope inner = new JinjaScope(outer);
            inner.set("loop", new JinjaUndefined("the loop variable is not defined in a loop's condition"));
            target.assign(run, inner, item);
            return condition != null && JinjaValues.truthy(run.valueIn(inner, condition));
        }
    }

    record Set(Target target, JinjaExpression value, int line) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            target.assign(run, run.scope(), run.value(value));
            return Flow.NEXT;
        }
    }

    /** {@code {% set name %}text{% endset %}}; the filter's operand is a {@link BlockText}. */
    record SetBlock(Target target, JinjaExpression filtered, List<JinjaStatement> body, int line)
            implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            target.assign(run, run.scope(), textOf(run, body, filtered));
            return Flow.NEXT;
        }
    }

    /** {@code {% filter name %}text{% endfilter %}}. */
    record FilterBlock(JinjaExpression filtered, List<JinjaStatement> body, int line) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            if (!(textOf(run, body, filtered) instanceof String text)) {
                throw new JinjaError("the filter of a block must give a string");
            }
            run.write(text);
            return Flow.NEXT;
        }
    }

    /** Stands for the text of the block that filters are applied to. */
    record BlockText() implements JinjaExpression {

        private static final String NAME = "text of the block";

        @Override
        public Object evaluate(JinjaRun run) {
            return run.lookUp(NAME);
        }
    }

    private static Object textOf(JinjaRun run, List<JinjaStatement> body, JinjaExpression filtered) {
        String text = run.capture(new JinjaScope(run.scope()), body);
        JinjaScope scope = new JinjaScope(run.scope());
        scope.set(BlockText.NAME, text);
        return run.valueIn(scope, filtered);
    }

    record DefineMacro(String name, JinjaMacro.Shape shape) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.scope().set(name, new JinjaMacro(name, shape, run.scope()));
            return Flow.NEXT;
        }
    }

    /** {@code {% call(parameters) macro(arguments) %}body{% endcall %}}: the macro gets the body as caller. */
    record CallBlock(JinjaExpressions.Call call, JinjaMacro.Shape shape, int line) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            JinjaArguments arguments = call.arguments().evaluate(run);
            Map<String, Object> named = new LinkedHashMap<>(arguments.named());
            named.put("caller", new JinjaMacro("", shape, run.scope()));
            Object text = call.call(run, new JinjaArguments(arguments.positional(), named));
            run.write(JinjaPrinter.text(run, text));
            return Flow.NEXT;
        }
    }

    record With(List<Target> targets, List<JinjaExpression> values, List<JinjaStatement> body, int line)
            implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            run.at(line);
            JinjaScope inner = new JinjaScope(run.scope());
            List<Object> results = new ArrayList<>();
            for (JinjaExpression value : values) {
                results.add(run.value(value));
            }
            for (int index = 0; index < targets.size(); index++) {
                targets.get(index).assign(run, inner, results.get(index));
            }
            return run.executeIn(inner, body);
        }
    }

    /** Statements with names of their own: the {@code generation} block, which marks what the model has written. */
    record Block(List<JinjaStatement> body) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            return run.executeIn(new JinjaScope(run.scope()), body);
        }
    }

    record Jump(Flow flow) implements JinjaStatement {
        @Override
        public Flow execute(JinjaRun run) {
            return flow;
        }
    }
}
