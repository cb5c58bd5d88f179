package io.github.glimpse.examples.quickstart;

import dev.langchain4j.data.message.ImageContent;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
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
            throw new QuickstartException(
                    "The image '" + file + "' cannot be read (" + e + "); check its permissions and --image", e);
        }
    }

    private static Picture of(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new QuickstartException(
                    "There is no image file '" + file + "' ("
                            + file.toAbsolutePath().normalize() + "); check --image",
                    null);
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new QuickstartException(
                    "The image '" + file + "' has " + Files.size(file) + " bytes, the limit is " + MOST_BYTES
                            + "; give a smaller one by --image",
                    null);
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            // The header only: pixels are decoded within the limits of the model, once it is loaded.
            var unused = new ImageDecoder(
                            new ImageLimits(MOST_BYTES, ImageLimits.DEFAULT_MAX_PIXELS), Transparency.WHITE)
                    .readSize(bytes);
        } catch (GlimpseException e) {
            throw new QuickstartException("The file '" + file + "' is no image that can be read: " + e.getMessage(), e);
        }
        String type = Files.probeContentType(file);
        return new Picture(file.toString(), type == null ? "application/octet-stream" : type, bytes);
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
