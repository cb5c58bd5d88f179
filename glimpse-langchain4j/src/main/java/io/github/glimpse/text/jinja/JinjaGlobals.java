package io.github.glimpse.text.jinja;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions that every chat template can call. */
final class JinjaGlobals {

    private static final Map<String, JinjaCallable> ALL = Map.of(
            "range", JinjaGlobals::range,
            "dict", JinjaGlobals::dict,
            "namespace", (run, arguments) -> new JinjaNamespace(attributes(run, arguments)),
            "raise_exception", JinjaGlobals::raise,
            "strftime_now", JinjaGlobals::now);

    private JinjaGlobals() {}

    static @Nullable Object find(String name) {
        return ALL.get(name);
    }

    private static Object range(JinjaRun run, JinjaArguments arguments) {
        arguments.expect("range", 1, "start", "stop", "step");
        long first = JinjaValues.wholeNumber(arguments.get(0, "start"), "a range's bound");
        Object second = arguments.get(1, "stop", JinjaNone.NONE);
        boolean single = second == JinjaNone.NONE;
        long stop = single ? first : JinjaValues.wholeNumber(second, "a range's bound");
        long step = JinjaValues.wholeNumber(arguments.get(2, "step", 1L), "a range's step");
        return new JinjaRange(single ? 0 : first, stop, step);
    }

    private static Object dict(JinjaRun run, JinjaArguments arguments) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (!arguments.positional().isEmpty()) {
            Object source = arguments.positional().get(0);
            if (source instanceof Map<?, ?> map) {
                run.chargeElements(map.size());
                dict.putAll(map);
            } else {
                for (Object pair : JinjaValues.list(run, source)) {
                    List<Object> parts = JinjaValues.list(run, pair);
                    if (parts.size() != 2) {
                        throw new JinjaError("dict() needs pairs");
                    }
                    dict.put(JinjaValues.key(parts.get(0)), parts.get(1));
                }
            }
        }
        dict.putAll(arguments.named());
        return dict;
    }

    private static Map<String, Object> attributes(JinjaRun run, JinjaArguments arguments) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        ((Map<?, ?>) dict(run, arguments)).forEach((name, value) -> {
            if (name instanceof String text) {
                attributes.put(text, value);
            }
        });
        return attributes;
    }

    private static Object raise(JinjaRun run, JinjaArguments arguments) {
        Object message = arguments.expect("raise_exception", 1, "message").get(0, "message");
        throw JinjaError.raised(JinjaPrinter.text(run, message));
    }

    private static Object now(JinjaRun run, JinjaArguments arguments) {
        if (arguments.expect("strftime_now", 1, "format").get(0, "format") instanceof String format) {
            run.charge(format.length() * 16L);
            return JinjaTime.format(format, LocalDateTime.now(run.clock()));
        }
        throw new JinjaError("strftime_now needs a format string");
    }
}
