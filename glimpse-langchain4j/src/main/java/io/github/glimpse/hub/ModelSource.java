package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Supplier;
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
 *   <li>a repository on a model hub, {@code hf:owner/name} or {@code hf:owner/name@revision}: the only one for which anything
 *       is ever downloaded. See {@link HubOptions}. The files that are needed, and no others, are fetched into the cache that
 *       all programs for the hub share, unless they are there. Without a revision it is the newest commit of {@code main}, so
 *       each start asks whether there is a new one; a revision of 40 hexadecimal digits is one commit for ever, and once it
 *       is in the cache nothing is asked any more.
 * </ul>
 *
 * <p>Closing deletes a copy; what is not closed is deleted when the JVM ends. Close it after the model that uses the files. A
 * cache is left as it is. Immutable, safe for concurrent use.
 */
public final class ModelSource implements AutoCloseable {

    /** Name of the {@link #embedded()} model. */
    public static final String EMBEDDED_NAME = "glimpse-tiny";

    private static final String CLASS_PATH = "classpath:";
    private static final String FILE = "file:";
    private static final String EMBEDDED = "io/github/glimpse/hub/embedded/";
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    private final String name;
    private final Path directory;
    private final @Nullable ClassPathFolder copy;

    private ModelSource(String name, Path directory, @Nullable ClassPathFolder copy) {
        this.name = name;
        this.directory = directory;
        this.copy = copy;
    }

    /**
     * Resolves the location of a model, with the class path of the calling thread's context and the hub of the environment.
     *
     * @throws ModelFilesException if there is no such directory, folder or repository, or it cannot be fetched
     */
    public static ModelSource open(String location) {
        return open(location, contextClassPath());
    }

    /**
     * Resolves the location of a model, with the hub of the environment.
     *
     * @param classPath where to look for {@code classpath:} folders
     * @throws ModelFilesException if there is no such directory, folder or repository, or it cannot be fetched
     */
    public static ModelSource open(String location, ClassLoader classPath) {
        return open(location, classPath, HubOptions::ofEnvironment, RepositoryContent.MODEL);
    }

    /**
     * Resolves the location of a model.
     *
     * @param classPath where to look for {@code classpath:} folders
     * @param hub where {@code hf:} locations are fetched from and kept
     * @throws ModelFilesException if there is no such directory, folder or repository, or it cannot be fetched
     */
    public static ModelSource open(String location, ClassLoader classPath, HubOptions hub) {
        return open(location, classPath, () -> hub, RepositoryContent.MODEL);
    }

    /**
     * Resolves the location of a glimpse module, of which other files are fetched than of a model; with the class path of the
     * calling thread's context and the hub of the environment.
     *
     * @throws ModelFilesException if there is no such directory, folder or repository, or it cannot be fetched
     */
    public static ModelSource openModule(String location) {
        return open(location, contextClassPath(), HubOptions::ofEnvironment, RepositoryContent.MODULE);
    }

    /**
     * Resolves the location of a glimpse module.
     *
     * @param classPath where to look for {@code classpath:} folders
     * @param hub where {@code hf:} locations are fetched from and kept
     * @throws ModelFilesException if there is no such directory, folder or repository, or it cannot be fetched
     */
    public static ModelSource openModule(String location, ClassLoader classPath, HubOptions hub) {
        return open(location, classPath, () -> hub, RepositoryContent.MODULE);
    }

    /**
     * The tiny model in this library's jar: of the family of Qwen2.5-VL, made to read drawn receipts, signs, bar charts and scenes.
     * It is for trying, teaching and tests; {@code README.md} in the directory says what it can do and what it cannot. Copied like
     * any folder on the class path.
     */
    public static ModelSource embedded() {
        return embedded("model");
    }

    /** The glimpse module of the {@link #embedded()} model. */
    public static ModelSource embeddedModule() {
        return embedded("module");
    }

    /**
     * What a program asks about that its user may point to a model: that model, or the {@link #embedded()} one without a location.
     *
     * @throws ModelFilesException as {@link #open(String)}
     */
    public static ModelSource openOrEmbedded(@Nullable String location) {
        return location == null ? embedded() : open(location);
    }

    /**
     * The glimpse module beside {@link #openOrEmbedded(String)}: the one that the user points to, or the embedded model's own one,
     * or null where a model of the user's has none.
     *
     * @param location of the model, or null for the embedded one
     * @param module location of the module, or null
     * @throws ModelFilesException as {@link #openModule(String)}
     */
    public static @Nullable ModelSource openModuleFor(@Nullable String location, @Nullable String module) {
        if (module != null) {
            return openModule(module);
        }
        return location == null ? embeddedModule() : null;
    }

    private static ModelSource embedded(String part) {
        // By this class's loader, whatever the class path of the caller is: the folder lies beside this class.
        ClassPathFolder copy = ClassPathFolder.copy(EMBEDDED + part, EMBEDDED_NAME, ModelSource.class.getClassLoader());
        return new ModelSource(EMBEDDED_NAME, copy.directory(), copy);
    }

    private static ModelSource open(
            String location, ClassLoader classPath, Supplier<HubOptions> hub, RepositoryContent content) {
        if (location.isBlank()) {
            throw new ModelFilesException(
                    "The location of the model is empty; give a directory, file:, classpath: or hf:owner/name, or take the"
                            + " embedded model");
        }
        if (location.startsWith(CLASS_PATH)) {
            String folder = location.substring(CLASS_PATH.length());
            String name = ModelName.of(folder);
            ClassPathFolder copy = ClassPathFolder.copy(folder, name, classPath);
            return new ModelSource(name, copy.directory(), copy);
        }
        if (location.startsWith(HubLocation.PREFIX)) {
            HubLocation parsed = HubLocation.parse(location);
            HubSource source = new HubSource(parsed, content, hub.get(), RetryPolicy.DEFAULT);
            return new ModelSource(parsed.repository(), source.directory(), null);
        }
        Path directory = location.startsWith(FILE) ? ofUrl(location) : ofPath(location);
        if (!Files.isDirectory(directory)) {
            throw new ModelFilesException(
                    "There is no directory '" + directory + "' (" + directory.toAbsolutePath() + ")" + hint(location));
        }
        return new ModelSource(nameOf(directory), directory, null);
    }

    /**
     * The {@code owner/name} of an {@code hf:} location, which is its {@link #name()} too. Asks nobody.
     *
     * @throws ModelFilesException if the location does not have that form
     */
    public static String repositoryOf(String location) {
        if (!location.startsWith(HubLocation.PREFIX)) {
            throw new ModelFilesException("'" + location + "' is no location on a hub; write hf:owner/name");
        }
        return HubLocation.parse(location).repository();
    }

    /**
     * What the model may be called: {@code owner/name} on a hub, else the last part of the location that says something, which
     * {@code model} does not.
     */
    public String name() {
        return name;
    }

    /** What a model in a directory may be called, by the same rule; asks nobody and needs no such directory. */
    public static String nameOf(Path directory) {
        return ModelName.of(directory);
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

    private static ClassLoader contextClassPath() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context != null ? context : ModelSource.class.getClassLoader();
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
                ? "; a location is a directory, file:, classpath: or hf:owner/name"
                : "; check the location, relative ones start at the working directory";
    }

    @Override
    public String toString() {
        return "ModelSource[" + name + "]";
    }
}
