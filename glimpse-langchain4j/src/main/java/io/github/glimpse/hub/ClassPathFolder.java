package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.files.TemporaryFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A private copy of the files of one folder on the class path. Works for directories and for jars, also for jars in a jar,
 * where the loader gives a {@link JarURLConnection}.
 */
final class ClassPathFolder {

    private final TemporaryFolder outer;
    private final Path directory;

    private ClassPathFolder(TemporaryFolder outer, String called) throws IOException {
        this.outer = outer;
        directory = outer.createFolder(plain(called));
        directory.toFile().deleteOnExit();
    }

    /**
     * Copies the files of a folder.
     *
     * @param folder the folder's name with or without slashes at its ends
     * @param called what the copy's directory is called: a model is named by it
     * @throws ModelFilesException if the folder has no {@code config.json}, by which it is found, or cannot be listed
     */
    static ClassPathFolder copy(String folder, String called, ClassLoader classPath) {
        String name = folder.replaceAll("^/+|/+$", "");
        URL marker = classPath.getResource(name + "/" + ModelFiles.CONFIG);
        if (marker == null) {
            throw new ModelFilesException("The class path has no '" + name + "/" + ModelFiles.CONFIG
                    + "'; check the location and that its jar is a dependency");
        }
        try {
            TemporaryFolder outer = TemporaryFolder.create("model");
            try {
                ClassPathFolder copy = new ClassPathFolder(outer, called);
                copy.fill(marker);
                return copy;
            } catch (IOException | RuntimeException e) {
                outer.close();
                throw e;
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFilesException(
                    "The class path folder '" + name + "' cannot be copied: " + e.getMessage(), e);
        }
    }

    /** A name for a directory, and not one that says nothing of the model. */
    private static String plain(String called) {
        String last = called.substring(called.lastIndexOf('/') + 1);
        return TextFiles.isPlainName(last) && !last.equals(ModelName.MODEL) ? last : "classpath";
    }

    /** The directory with the copies. */
    Path directory() {
        return directory;
    }

    /** Deletes the copies. What is still mapped on Windows stays until the JVM ends. */
    void delete() {
        outer.close();
    }

    private void fill(URL marker) throws IOException {
        if (marker.getProtocol().equals("file")) {
            fillFromDirectory(marker);
        } else if (marker.openConnection() instanceof JarURLConnection connection) {
            // Without a cache of its own, so that the jar is closed again.
            connection.setUseCaches(false);
            try (JarFile jar = connection.getJarFile()) {
                fillFromJar(jar, connection.getEntryName());
            }
        } else {
            throw new ModelFilesException("The class path folder of '" + marker
                    + "' cannot be listed; unpack the model and give its directory");
        }
    }

    private void fillFromDirectory(URL marker) throws IOException {
        try {
            for (Path file : files(Path.of(marker.toURI()).resolveSibling(""))) {
                if (Files.isRegularFile(file)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        add(String.valueOf(file.getFileName()), in);
                    }
                }
            }
        } catch (URISyntaxException e) {
            throw new IOException("'" + marker + "' is no URI", e);
        }
    }

    private void fillFromJar(JarFile jar, String markerName) throws IOException {
        String folder = markerName.substring(0, markerName.length() - ModelFiles.CONFIG.length());
        List<JarEntry> entries = jar.stream()
                .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder))
                .toList();
        for (JarEntry entry : entries) {
            String fileName = entry.getName().substring(folder.length());
            if (TextFiles.isPlainName(fileName)) {
                try (InputStream in = jar.getInputStream(entry)) {
                    add(fileName, in);
                }
            }
        }
    }

    private void add(String fileName, InputStream in) throws IOException {
        Path target = directory.resolve(fileName);
        target.toFile().deleteOnExit();
        Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
