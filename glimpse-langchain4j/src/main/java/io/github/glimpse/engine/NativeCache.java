package io.github.glimpse.engine;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.files.ProcessLock;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's cache of native files, compared with the jars that they are unpacked from.
 *
 * <p>DJL loads any file that exists. A library that a full disk or a killed process has truncated ends the JVM by SIGBUS. So
 * each file whose size differs from its jar's entry is unpacked again before DJL reads it, one process at a time. Files that
 * were downloaded, or that are in a folder of the user, have no entry to compare with: {@link SharedObject} checks them.
 */
final class NativeCache {

    private static final Logger LOG = LoggerFactory.getLogger(NativeCache.class);

    private static final String ENGINE = "pytorch";
    // DJL's names: LibUtils unpacks all libraries of libtorch if this one is missing, and none otherwise.
    private static final String MARKER = System.mapLibraryName("torch");
    private static final String JNI = System.mapLibraryName("djl_torch");
    private static final String LOCK = "glimpse.lock";

    private final Platform platform = Platform.detectPlatform(ENGINE);
    private final Path cache = Utils.getEngineCacheDir(ENGINE).toAbsolutePath();
    private final Path folder =
            cache.resolve(platform.getVersion() + "-" + platform.getFlavor() + "-" + platform.getClassifier());

    /** A file of the cache; {@code bytes} is -1 where the jar does not tell. */
    private record CachedFile(Path path, URL entry, long bytes) {

        boolean isWhole() throws IOException {
            return Files.isRegularFile(path) && (bytes < 0 || Files.size(path) == bytes);
        }

        String state() throws IOException {
            return Files.exists(path) ? "has " + Files.size(path) + " bytes" : "is missing";
        }
    }

    /**
     * Checks the files that DJL is about to load, and unpacks those that are missing or damaged.
     *
     * @param named folder of a libtorch that is loaded in place of the class path's, null if there is none
     * @throws NativeLibraryException if a file is damaged and cannot be written
     */
    static void prepare(@Nullable NativeFolder named, NativeDownload download) {
        NativeCache cache = new NativeCache();
        try {
            cache.unpackJni();
            if (named != null) {
                SharedObject.checkAll(named.lib());
            } else if (cache.isOnClassPath()) {
                cache.unpackLibtorch();
            } else {
                cache.checkDownload(download);
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "DJL's cache " + cache.cache + " cannot be read (" + e + "); check its permissions, or let"
                            + " DJL_CACHE_DIR name another folder",
                    e);
        }
    }

    private boolean isOnClassPath() {
        // DJL downloads where its variable names a release that the class path does not have.
        String version = Utils.getEnvOrSystemProperty("PYTORCH_VERSION");
        return !platform.isPlaceholder()
                && (version == null || platform.getVersion().startsWith(version));
    }

    private void checkDownload(NativeDownload download) throws IOException {
        if (Files.isDirectory(folder)) {
            SharedObject.checkAll(folder);
        } else if (download == NativeDownload.ALLOWED) {
            LOG.info(
                    "First start: libtorch {} for {} is downloaded into {}, which may take minutes",
                    platform.getVersion(),
                    platform.getFlavor(),
                    folder);
        }
    }

    private void unpackLibtorch() throws IOException {
        List<CachedFile> files = new ArrayList<>();
        for (String library : platform.getLibraries()) {
            add(
                    files,
                    folder.resolve(library),
                    "pytorch/" + platform.getFlavor() + "/" + platform.getClassifier() + "/" + library);
        }
        // Other programs that use DJL take the folder for complete once it has the marker.
        files.sort((one, other) ->
                Boolean.compare(one.path().endsWith(MARKER), other.path().endsWith(MARKER)));
        boolean first = Files.notExists(folder.resolve(MARKER));
        long start = System.nanoTime();
        if (unpack(files, first) && first) {
            LOG.info(
                    "libtorch is in place after {} s",
                    String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9));
        }
    }

    /** The JNI libraries that DJL has unpacked for any build of libtorch; a missing one is DJL's to unpack. */
    private void unpackJni() throws IOException {
        String name = platform.getApiVersion() + "-" + JNI;
        String suffix = "-" + platform.getClassifier();
        if (!Files.isDirectory(cache) || !isJniOfThisRelease()) {
            return;
        }
        List<CachedFile> files = new ArrayList<>();
        try (Stream<Path> folders = Files.list(cache)) {
            for (Path build :
                    folders.filter(path -> Files.exists(path.resolve(name))).toList()) {
                String label = String.valueOf(build.getFileName());
                if (label.endsWith(suffix)) {
                    String flavor =
                            label.substring(0, label.length() - suffix.length()).replaceAll(".*-", "");
                    add(files, build.resolve(name), "jnilib/" + platform.getClassifier() + "/" + flavor + "/" + JNI);
                }
            }
        }
        unpack(files, false);
    }

    /** DJL downloads the library where the class path has one of another release. */
    private boolean isJniOfThisRelease() throws IOException {
        URL url = ClassLoaderUtils.getResource("jnilib/pytorch.properties");
        if (url == null) {
            return false;
        }
        Properties properties = new Properties();
        try (InputStream in = Utils.openUrl(url)) {
            properties.load(in);
        }
        return properties
                .getProperty("jni_version", "")
                .startsWith(TorchRuntime.LIBTORCH_VERSION + "-" + platform.getApiVersion());
    }

    private static void add(List<CachedFile> files, Path path, String resource) throws IOException {
        URL entry = ClassLoaderUtils.getResource(resource);
        if (entry != null) {
            URLConnection connection = connect(entry);
            files.add(new CachedFile(path, entry, connection.getContentLengthLong()));
            // Closes the jar, too
            connection.getInputStream().close();
        }
    }

    private static URLConnection connect(URL entry) throws IOException {
        URLConnection connection = entry.openConnection();
        // A cached connection would leave the jar open.
        connection.setUseCaches(false);
        return connection;
    }

    /** Whether anything had to be unpacked. */
    private boolean unpack(List<CachedFile> files, boolean first) throws IOException {
        if (missing(files).isEmpty()) {
            return false;
        }
        try (ProcessLock lock = ProcessLock.acquire(cache.resolve(LOCK), "unpacking of libtorch")) {
            // Another process may have done it meanwhile.
            List<CachedFile> missing = missing(files);
            if (first && !missing.isEmpty()) {
                LOG.info(
                        "First start: libtorch {} ({} MB) is unpacked into {}; DJL_CACHE_DIR names another place",
                        platform.getVersion(),
                        missing.stream().mapToLong(CachedFile::bytes).sum() / 1_000_000,
                        folder);
            }
            for (CachedFile file : missing) {
                if (!first) {
                    LOG.warn("{} {} instead of {} and is unpacked again", file.path(), file.state(), file.bytes());
                }
                unpack(file, lock);
            }
            return !missing.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NativeLibraryException(
                    "The thread was interrupted while it waited for another process that unpacks libtorch into " + cache
                            + "; start again",
                    e);
        }
    }

    private static List<CachedFile> missing(List<CachedFile> files) throws IOException {
        List<CachedFile> missing = new ArrayList<>();
        for (CachedFile file : files) {
            if (!file.isWhole()) {
                missing.add(file);
            }
        }
        return missing;
    }

    private void unpack(CachedFile file, ProcessLock lock) throws IOException {
        String state = file.state();
        try {
            Path target = file.path();
            Path build = Files.createDirectories(target.resolveSibling(""));
            String name = target.getFileName() + ".part";
            // The same name each time, so that the next start overwrites the part of a process that was killed.
            Path part = lock.excludesProcesses() ? build.resolve(name) : Files.createTempFile(build, name, "");
            try {
                copy(file, part);
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                deleteQuietly(part);
                throw e;
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "The native library " + file.path() + " " + state + ", its jar's entry has " + file.bytes()
                            + " bytes, and it cannot be unpacked (" + e
                            + "); make the folder writable and free that many"
                            + " bytes on its disk, or let DJL_CACHE_DIR name another folder",
                    e);
        }
    }

    private static void copy(CachedFile file, Path part) throws IOException {
        try (InputStream in = connect(file.entry()).getInputStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        long size = Files.size(part);
        if (file.bytes() >= 0 && size != file.bytes()) {
            throw new IOException("only " + size + " bytes were written");
        }
    }

    private static void deleteQuietly(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            LOG.debug("{} cannot be deleted", part, e);
        }
    }
}
