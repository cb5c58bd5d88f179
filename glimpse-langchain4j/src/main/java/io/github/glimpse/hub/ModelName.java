package io.github.glimpse.hub;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * What a model may be called by the folder that it lies in: {@code owner/name} in the cache of a hub, else the last part of the
 * path that says something. {@code model} and a commit say nothing, the part before them does.
 */
final class ModelName {

    private static final String REPOSITORY = "models--";
    private static final String SNAPSHOTS = "snapshots";
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    /** Says nothing of what lies in a folder of this name. */
    static final String MODEL = "model";

    private ModelName() {}

    /** The name of a model in a directory. */
    static String of(Path directory) {
        Path whole = directory.toAbsolutePath().normalize();
        String name = of(StreamSupport.stream(whole.spliterator(), false)
                .map(Path::toString)
                .toList());
        return name.isEmpty() ? String.valueOf(whole) : name;
    }

    /** The name of a model in a folder whose path is written with slashes. */
    static String of(String folder) {
        return of(
                Arrays.stream(folder.split("/")).filter(part -> !part.isEmpty()).toList());
    }

    private static String of(List<String> parts) {
        if (parts.isEmpty()) {
            return "";
        }
        int last = parts.size() - 1;
        String name = parts.get(last);
        boolean snapshot = last >= 2 && parts.get(last - 1).equals(SNAPSHOTS);
        if (snapshot && parts.get(last - 2).startsWith(REPOSITORY)) {
            return parts.get(last - 2).substring(REPOSITORY.length()).replace("--", "/");
        }
        if (snapshot && COMMIT.matcher(name).matches()) {
            return of(parts.subList(0, last - 1));
        }
        return last > 0 && name.equals(MODEL) ? of(parts.subList(0, last)) : name;
    }
}
