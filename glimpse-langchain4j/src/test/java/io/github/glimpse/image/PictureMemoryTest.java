package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.InvalidImageException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that are in order but do not fit the heap, in processes of their own. */
class PictureMemoryTest {

    private static final int SIDE = 3_000;

    @TempDir
    private Path folder;

    /** 9 MP of 4 samples and 3 colours are 63 MB, which 64 MiB hold, but not with the reader beside them. */
    @Test
    void aPictureThatTheReaderFindsNoRoomForIsNotCalledDamaged() throws Exception {
        String said = decoded("-Xmx64m");

        assertRefused(said, "heap of 67 MB");
        assertThat(said).contains("cause java.lang.OutOfMemoryError");
    }

    @Test
    void aPictureThatCannotFitIsRefusedByItsHeader() throws Exception {
        String said = decoded("-Xmx40m");

        assertRefused(said, "heap of 42 MB");
        assertThat(said).contains("cause null");
    }

    private static void assertRefused(String said, String heap) {
        assertThat(said)
                .contains("3000 x 3000 pixels needs at least 63 MB", heap)
                .contains("-Xmx", "glimpse.limits.max-image-pixels", "glimpse.serving.max-running")
                .doesNotContain("damaged");
    }

    private String decoded(String heap) throws IOException, InterruptedException {
        Path file = folder.resolve("transparent.png");
        ImageIO.write(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_4BYTE_ABGR), "png", file.toFile());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        heap,
                        "-XX:+UseG1GC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PictureMemoryTest.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /**
     * Decodes a file and tells what came of it.
     *
     * @param arguments the file
     */
    public static void main(String[] arguments) throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of(arguments[0]));
        try {
            System.out.println(new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE).decode(bytes));
        } catch (InvalidImageException e) {
            Throwable root = e.getCause();
            while (root != null && root.getCause() != null) {
                root = root.getCause();
            }
            System.out.println(e.getMessage() + " cause " + root);
        }
    }
}
