package io.github.glimpse.examples.quickstart;

import dev.langchain4j.data.message.ImageContent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The picture that is asked about.
 *
 * @param name what is shown
 * @param type MIME type
 * @param bytes the file
 */
record Picture(String name, String type, byte[] bytes) {

    private static final String RECEIPT = "receipt.png";
    private static final int MOST_BYTES = 100_000_000;

    /**
     * Reads a file, or the quickstart's receipt if there is none.
     *
     * @throws QuickstartException if it cannot be read
     */
    static Picture read(@Nullable Path file) {
        try {
            return file == null ? receipt() : of(file);
        } catch (IOException e) {
            throw new QuickstartException("The picture '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static Picture of(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new QuickstartException(
                    "There is no picture '" + file + "' ("
                            + file.toAbsolutePath().normalize() + "); check --image",
                    null);
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new QuickstartException(
                    "The picture '" + file + "' has " + Files.size(file) + " bytes, the limit is " + MOST_BYTES
                            + "; give a smaller one by --image",
                    null);
        }
        String type = Files.probeContentType(file);
        return new Picture(file.toString(), type == null ? "application/octet-stream" : type, Files.readAllBytes(file));
    }

    private static Picture receipt() throws IOException {
        try (InputStream in = Picture.class.getResourceAsStream("/" + RECEIPT)) {
            if (in == null) {
                throw new IOException("it is not on the class path");
            }
            return new Picture(
                    RECEIPT + " (the quickstart's own; another by --image=FILE)", "image/png", in.readAllBytes());
        }
    }

    /** As LangChain4j takes it. */
    ImageContent content() {
        return ImageContent.from(Base64.getEncoder().encodeToString(bytes), type);
    }
}
