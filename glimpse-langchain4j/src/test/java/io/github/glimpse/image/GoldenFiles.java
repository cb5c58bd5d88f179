package io.github.glimpse.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads what {@code src/test/python/make_image_goldens.py} makes: archives of small files, and pictures in PPM form.
 */
public final class GoldenFiles {

    private GoldenFiles() {}

    /** All files of an archive beside {@code neighbour}, by name. */
    public static SortedMap<String, byte[]> read(Class<?> neighbour, String archive) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (InputStream resource = Objects.requireNonNull(neighbour.getResourceAsStream(archive), archive);
                ZipInputStream zip = new ZipInputStream(resource)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** Reads a picture in the binary form of PPM. */
    public static RasterImage ppm(byte[] file) {
        ByteArrayInputStream in = new ByteArrayInputStream(file);
        String kind = word(in);
        int width = Integer.parseInt(word(in));
        int height = Integer.parseInt(word(in));
        if (!kind.equals("P6") || !word(in).equals("255")) {
            throw new IllegalArgumentException("No PPM file");
        }
        return new RasterImage(width, height, in.readAllBytes());
    }

    private static String word(ByteArrayInputStream in) {
        StringBuilder word = new StringBuilder();
        for (int c = in.read(); !Character.isWhitespace(c); c = in.read()) {
            word.append((char) c);
        }
        return word.toString();
    }
}
