package io.github.glimpse.template;

import io.github.glimpse.UnsupportedContentException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Variables of a chat template that one request sets: those by which the template switches the thought, and the request's own.
 *
 * @param values by name
 * @param warnings variables without an effect, and values with another effect than asked for
 */
public record TemplateVariables(Map<String, @Nullable Object> values, List<String> warnings) {

    /** None. */
    public static final TemplateVariables NONE = new TemplateVariables(Map.of(), List.of());

    /** Value that thinks before an answer. */
    public static final String ON = "on";

    /** Value that answers at once. */
    public static final String OFF = "off";

    /** Functions and values of every rendering. */
    private static final Set<String> RENDERING = Set.of(
            "raise_exception",
            "strftime_now",
            "namespace",
            "range",
            "dict",
            "additional_special_tokens",
            "chat_template",
            "tokenize");

    private static final List<Switch> SWITCHES = List.of(
            new Switch("enable_thinking", true, false),
            new Switch("thinking", true, false),
            new Switch("thinking_mode", "enabled", "disabled"));

    private static final List<String> EFFORTS = List.of("reasoning_effort", "thinking_effort");

    /** A variable with a value for each position of the switch. */
    private record Switch(String name, Object on, Object off) {}

    /** Copies both. */
    public TemplateVariables {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        warnings = List.copyOf(warnings);
    }

    /** Whether every rendering sets this name, so that no request may. */
    public static boolean isReserved(String name) {
        return TemplateRenderer.RESERVED.contains(name) || RENDERING.contains(name) || name.endsWith("_token");
    }

    /**
     * Resolves the variables of a request.
     *
     * @param read names that the template reads
     * @param thinking {@link #ON}, {@link #OFF} or an effort; null leaves the template's default
     * @param own further variables, which replace those of the switch
     * @throws UnsupportedContentException if the template has no such switch
     * @throws IllegalArgumentException if a name is reserved
     */
    public static TemplateVariables of(Set<String> read, @Nullable String thinking, Map<String, @Nullable Object> own) {
        for (String name : own.keySet()) {
            if (isReserved(name)) {
                throw new IllegalArgumentException(
                        "The template variable '" + name + "' is set by every rendering; leave it out");
            }
        }
        List<String> warnings = new ArrayList<>();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        if (thinking != null) {
            values.putAll(switched(read, thinking, warnings));
        }
        for (String name : own.keySet()) {
            if (!read.contains(name)) {
                warnings.add("The template variable '" + abbreviated(name)
                        + "' is not read by the model's chat template and has no effect");
            }
        }
        values.putAll(own);
        return new TemplateVariables(values, warnings);
    }

    /** Whether a template with these variables can switch the thought off. */
    static boolean canSwitchOff(Set<String> read) {
        return SWITCHES.stream().map(Switch::name).anyMatch(read::contains);
    }

    private static Map<String, Object> switched(Set<String> read, String thinking, Collection<String> warnings) {
        List<Switch> switches =
                SWITCHES.stream().filter(each -> read.contains(each.name())).toList();
        Optional<String> effort = EFFORTS.stream().filter(read::contains).findFirst();
        if (switches.isEmpty() && (effort.isEmpty() || thinking.equals(OFF))) {
            throw new UnsupportedContentException("The switch of thinking cannot be '" + thinking + "': "
                    + effort.map(name -> "the model's chat template reads " + name + " only, which has no value for it")
                            .orElse("the model's chat template reads no variable for it (" + names() + ")")
                    + "; leave the switch out");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        switches.forEach(each -> values.put(each.name(), thinking.equals(OFF) ? each.off() : each.on()));
        if (!thinking.equals(ON) && !thinking.equals(OFF)) {
            if (effort.isPresent()) {
                values.put(effort.get(), thinking);
            } else {
                warnings.add("The model's chat template reads no effort of thinking: '" + thinking
                        + "' switches the thought on and has no further effect");
            }
        }
        return values;
    }

    private static String names() {
        Set<String> names = new TreeSet<>(EFFORTS);
        SWITCHES.forEach(each -> names.add(each.name()));
        return String.join(", ", names);
    }

    private static String abbreviated(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100) + "…";
    }
}
