package io.github.glimpse.eval;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A short name for a value that is the same in every process: records by component, sets and maps in order of their texts. */
final class Fingerprint {

    private static final int BYTES = 12;

    private Fingerprint() {}

    static String of(Object... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text(List.of(parts)).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Set<?> set) {
            return set.stream().map(Fingerprint::text).sorted().collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof Map<?, ?> map) {
            TreeMap<String, String> sorted = new TreeMap<>();
            map.forEach((key, entry) -> sorted.put(text(key), text(entry)));
            return sorted.toString();
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(Fingerprint::text).collect(Collectors.joining(",", "[", "]"));
        }
        if (value instanceof Record data) {
            return components(data);
        }
        String plain = String.valueOf(value);
        return plain.length() + ":" + plain; // the length keeps neighbours apart
    }

    private static String components(Record data) {
        StringBuilder text = new StringBuilder(data.getClass().getSimpleName()).append('(');
        for (RecordComponent component : data.getClass().getRecordComponents()) {
            try {
                text.append(component.getName())
                        .append('=')
                        .append(text(component.getAccessor().invoke(data)))
                        .append(';');
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(data.getClass() + " is a public record of Glimpse", e);
            }
        }
        return text.append(')').toString();
    }
}
