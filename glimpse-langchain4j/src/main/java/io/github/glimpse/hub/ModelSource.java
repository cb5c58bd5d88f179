package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns a location into a directory with files that can be mapped.
 *
 * <ul>
 *   <li>a path, such as {@code /models/qwen} or {@code models/qwen}
 *   <li>a URL of a directory, {@code file:/models/qwen}; what follows {@code file:} may also be a relative path
 *   <li>a folder on the class path, {@code classpath:models/tiny}, with a {@code config.json} in it. Its files are copied to
 *       a directory in the temporary folder that only this user can read, since weights are mapped and an archive or a
 *       build folder may change. Folders inside it are not copied.
 * </ul>
 *
 * <p>Closing deletes such a copy; what is not closed is deleted when the JVM ends. Close it after the model that uses the
 * files. Nothing is ever downloaded.
 */
public final class ModelSource implements AutoCloseable {

    private static final String CLASS_PATH = "classpath:";
    private static final String FILE = "file:";
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    private final Path directory;
    private final @Nullable ClassPathFolder copy;

    private ModelSource(Path directory, @Nullable ClassPathFolder copy) {
        this.directory = directory;
        this.copy = copy;
    }

    /**
     * Resolves a location, with the class path of the calling thread's context.
     *
     * @throws ModelFilesException if there is no such directory or folder
     */
    public static ModelSource open(String location) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return open(location, context != null ? context : ModelSource.class.getClassLoader());
    }

    /**
     * Resolves a location.
     *
     * @param classPath where to look for {@code classpath:} folders
     * @throws ModelFilesException if there is no such directory or folder
     */
    public static ModelSource open(String location, ClassLoader classPath) {
        if (location.isBlank()) {
            throw new ModelFilesException("The location of the model is empty; give a directory, file: or classpath:");
        }
        if (location.startsWith(CLASS_PATH)) {
            ClassPathFolder copy = ClassPathFolder.copy(location.substring(CLASS_PATH.length()), classPath);
            return new ModelSource(copy.directory(), copy);
        }
        Path directory = location.startsWith(FILE) ? ofUrl(location) : ofPath(location);
        if (!Files.isDirectory(directory)) {
            throw new ModelFilesException(
                    "There is no directory '" + directory + "' (" + directory.toAbsolutePath() + ")" + hint(location));
        }
        return new ModelSource(directory, null);
    }

    /** The directory; exists until {@link #close()}. */
    public Path directory() {
        return directory;
    }

    /** Deletes the copy of a class path folder; does nothing for other locations. May be called twice. */
    @Override
    public void close() {
        if (copy != null) {
            copy.delete();
        }
    }

    private static Path ofPath(String location) {
        try {
            return Path.of(location);
        } catch (InvalidPathException e) {
            throw new ModelFilesException("'" + location + "' is no path of this system: " + e.getReason(), e);
        }
    }

    private static Path ofUrl(String location) {
        try {
            URI uri = new URI(location);
            if (!uri.isOpaque()) {
                return Path.of(uri);
            }
        } catch (URISyntaxException e) {
            // A path with blanks behind "file:" is no URI, but its meaning is clear.
            return ofPath(location.substring(FILE.length()));
        } catch (IllegalArgumentException e) {
            throw new ModelFilesException("'" + location + "' is no URL of a local directory: " + e.getMessage(), e);
        }
        return ofPath(location.substring(FILE.length()));
    }

    private static String hint(String location) {
        return SCHEME.matcher(location).matches() && !location.startsWith(FILE)
                ? "; a location is a directory, file: or classpath:"
                : "; check the location, relative ones start at the working directory";
    }
}
