package io.github.glimpse.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Joins {@code .torch} texts into one TorchScript archive. Each text holds methods of one brick and lies on the class
 * path beside the Java class that is its face; an archive holds no parameters, weights are arguments.
 */
final class GraphText {

    // A pickled, attribute-free object of class __torch__.M: protocol 2, GLOBAL, EMPTY_TUPLE, NEWOBJ, EMPTY_DICT,
    // BUILD.
    private static final byte[] DATA = {
        (byte) 0x80,
        2,
        'c',
        '_',
        '_',
        't',
        'o',
        'r',
        'c',
        'h',
        '_',
        '_',
        '\n',
        'M',
        '\n',
        'q',
        0,
        ')',
        (byte) 0x81,
        '}',
        'b',
        'q',
        1,
        '.'
    };
    // A pickled empty tuple.
    private static final byte[] CONSTANTS = {(byte) 0x80, 2, ')', '.'};
    // File format 10: the meaning of gelu and div is today's.
    private static final byte[] VERSION = "10\n".getBytes(StandardCharsets.US_ASCII);

    private final StringBuilder methods = new StringBuilder();

    /**
     * Adds the text {@code name.torch} that lies beside {@code face}.
     *
     * @throws IllegalStateException if there is no such resource
     */
    GraphText add(Class<?> face, String name) {
        String resource = name + ".torch";
        try (InputStream in = face.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("No text " + resource + " beside " + face.getName());
            }
            methods.append(new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing())
                    .append("\n\n");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource, e);
        }
        return this;
    }

    /** Adds a fact that texts ask as {@code self.name()}. */
    GraphText fact(String name, boolean value) {
        methods.append("def ")
                .append(name)
                .append("(self) -> bool:\n    return ")
                .append(value ? "True" : "False")
                .append("\n\n");
        return this;
    }

    /** The class text as the interpreter reads it. */
    String source() {
        StringBuilder text = new StringBuilder("class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
        methods.toString()
                .lines()
                .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
                .forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    /** The archive's bytes. The same text always gives the same bytes. */
    byte[] archive() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "m/data.pkl", DATA);
            put(zip, "m/constants.pkl", CONSTANTS);
            put(zip, "m/version", VERSION);
            put(zip, "m/code/__torch__.py", source().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write an archive into memory", e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
