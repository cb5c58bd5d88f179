package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.pages.DrawnPage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Drawings as picture files, the way a user would send them. */
public final class PictureBytes {

    private PictureBytes() {}

    /** A drawing as PNG. */
    public static byte[] png(Drawing drawing) {
        return png(drawing.rgb(), drawing.width(), drawing.height());
    }

    /** A page as PNG. */
    static byte[] png(DrawnPage page) {
        return png(
                page.rgb(), page.request().size().width(), page.request().size().height());
    }

    private static byte[] png(byte[] rgb, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            int colour = ((rgb[3 * i] & 0xFF) << 16) | ((rgb[3 * i + 1] & 0xFF) << 8) | (rgb[3 * i + 2] & 0xFF);
            image.setRGB(i % width, i / width, colour);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", bytes)) {
                throw new IllegalStateException("This Java runtime cannot write PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
