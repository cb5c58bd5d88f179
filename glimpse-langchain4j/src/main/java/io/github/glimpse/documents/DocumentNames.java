package io.github.glimpse.documents;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Names of documents: paths below a folder, with {@code /} between their elements. The bytes of a file name are UTF-8,
 * whatever the locale of the process is: a JVM with {@code LC_ALL=C} cannot convert them to text by {@link
 * Path#toString()}, but a URI has the bytes.
 */
final class DocumentNames {

    private static final String UNRESERVED = "-._~/";

    private DocumentNames() {}

    /** Name of a file below the folder. Bytes that are not UTF-8 become U+FFFD. */
    static String of(Path folder, Path file) {
        if (folder.getFileSystem().equals(FileSystems.getDefault())) {
            return file.toUri().getPath().substring(uri(folder).getPath().length());
        }
        return StreamSupport.stream(folder.relativize(file).spliterator(), false)
                .map(Path::toString)
                .collect(Collectors.joining("/"));
    }

    /**
     * Path of a name, which may leave the folder.
     *
     * @throws IllegalArgumentException if the file system has no such path
     */
    static Path resolve(Path folder, String name) {
        if (name.startsWith("/") || name.contains("//")) {
            throw new InvalidPathException(name, "An element is empty");
        }
        if (folder.getFileSystem().equals(FileSystems.getDefault())) {
            return Path.of(URI.create(uri(folder) + encode(name))).normalize();
        }
        return folder.resolve(name).normalize();
    }

    private static URI uri(Path folder) {
        String uri = folder.toUri().toString();
        return URI.create(uri.endsWith("/") ? uri : uri + "/");
    }

    /** {@link URI#toASCIIString} would compose characters, which changes the name. */
    private static String encode(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (each & 0xff);
            boolean isPlain = character < 0x80 && (Character.isLetterOrDigit(character) || isUnreserved(character));
            if (isPlain) {
                encoded.append(character);
            } else {
                encoded.append('%').append(HexFormat.of().toHexDigits(each));
            }
        }
        return encoded.toString();
    }

    private static boolean isUnreserved(char character) {
        return UNRESERVED.indexOf(character) >= 0;
    }
}
