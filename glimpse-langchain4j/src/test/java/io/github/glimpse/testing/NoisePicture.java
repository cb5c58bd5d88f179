package io.github.glimpse.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures of noise, for tests that need many different ones. */
public final class NoisePicture {

    private NoisePicture() {}

    /** A PNG file whose sides have {@code least} pixels and up to {@code more} more. */
    public static byte[] png(Random content, int least, int more) {
        BufferedImage image = new BufferedImage(
                least + content.nextInt(more), least + content.nextInt(more), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, content.nextInt());
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
