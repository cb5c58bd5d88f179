package io.github.glimpse.testing;

import io.github.glimpse.sampling.EndOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.TemplateSettings;
import io.github.glimpse.sampling.ThinkingSwitch;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Options that say something of everything, to find a value that a copy or a merge forgets. */
public final class EveryValue {

    /** All values differ from each other and from what is unset; a new one is among them by itself. */
    public static final GenerationOptions GENERATION = generation();

    private EveryValue() {}

    private static GenerationOptions generation() {
        RecordComponent[] parts = GenerationOptions.class.getRecordComponents();
        Object[] values = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            values[i] = value(parts[i].getType(), i + 1);
        }
        Class<?>[] types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return GenerationOptions.class
                    .getConstructor(types)
                    .newInstance(values)
                    .checked();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Within the range of every number so far: shares, powers and counts. */
    private static Object value(Class<?> type, int number) {
        if (type == Double.class) {
            return number / 64.0;
        }
        if (type == Integer.class) {
            return number;
        }
        if (type == Long.class) {
            return (long) number;
        }
        if (type == List.class) {
            return List.of("stop " + number);
        }
        if (type == TemplateSettings.class) {
            return new TemplateSettings(new ThinkingSwitch("effort"), Map.of("variable", number));
        }
        if (type == EndOptions.class) {
            return new EndOptions(List.of(number), true, true);
        }
        throw new AssertionError("Say what a " + type.getSimpleName() + " may be");
    }
}
