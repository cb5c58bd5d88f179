package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A macro, or the body of a {@code call} block.
 *
 * @param name    empty for the body of a call block
 * @param shape   parameters and body
 * @param closure names where it was defined; their values are those at the time of the call
 */
record JinjaMacro(String name, Shape shape, JinjaScope closure) implements JinjaCallable {

    /**
     * What the parser knows about a macro.
     *
     * @param parameters names in order
     * @param defaults   expressions for the last parameters
     * @param body       statements whose text is the macro's value
     * @param names      names that the body reads: it takes extra arguments only if it reads varargs, kwargs or caller
     */
    record Shape(
            List<String> parameters, List<JinjaExpression> defaults, List<JinjaStatement> body, Set<String> names) {}

    boolean isAnonymous() {
        return name.isEmpty();
    }

    @Override
    public Object call(JinjaRun run, JinjaArguments arguments) {
        JinjaScope scope = new JinjaScope(closure);
        List<Object> positional = arguments.positional();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        int required = shape.parameters().size() - shape.defaults().size();
        for (int index = 0; index < shape.parameters().size(); index++) {
            String parameter = shape.parameters().get(index);
            Object given = index < positional.size() ? positional.get(index) : named.remove(parameter);
            if (given == null && index >= required) {
                given = run.valueIn(scope, shape.defaults().get(index - required));
            }
            scope.set(parameter, given != null ? given : notProvided(parameter));
        }
        bindSpecial(scope, positional, named);
        return run.capture(scope, shape.body());
    }

    private static JinjaUndefined notProvided(String parameter) {
        return new JinjaUndefined("parameter '" + parameter + "' was not provided");
    }

    private void bindSpecial(JinjaScope scope, List<Object> positional, Map<String, Object> named) {
        if (reads("caller")) {
            Object caller = named.remove("caller");
            scope.set("caller", caller == null ? new JinjaUndefined("No caller defined") : caller);
        }
        if (reads("kwargs")) {
            scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
        } else if (!named.isEmpty()) {
            throw new JinjaError("macro '" + name + "' takes no argument called '"
                    + named.keySet().iterator().next() + "'");
        }
        int count = shape.parameters().size();
        boolean surplus = positional.size() > count;
        if (reads("varargs")) {
            scope.set(
                    "varargs",
                    new JinjaTuple(
                            surplus ? new ArrayList<>(positional.subList(count, positional.size())) : List.of()));
        } else if (surplus) {
            throw new JinjaError("macro '" + name + "' takes not more than " + count + " arguments");
        }
    }

    private boolean reads(String special) {
        return shape.names().contains(special) && !shape.parameters().contains(special);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
