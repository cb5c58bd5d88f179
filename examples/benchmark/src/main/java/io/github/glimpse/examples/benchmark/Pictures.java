package io.github.glimpse.examples.benchmark;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Pictures that make a wanted number of image tokens. */
final class Pictures {

    // Qwen2.5-VL: two by two patches of 14 pixels are one token
    private static final int TOKEN_SIDE = 28;

    private Pictures() {}

    /** Writes a picture of the shape nearest to a square that gives exactly {@code tokens}. */
    static Path write(int tokens, Path directory) throws IOException {
        return write(tokens, 0, directory);
    }

    /** Writes another picture of that shape for each {@code number}. */
    static Path write(int tokens, int number, Path directory) throws IOException {
        int rows = (int) Math.sqrt(tokens);
        while (tokens % rows != 0) {
            rows--;
        }
        return draw(
                tokens / rows * TOKEN_SIDE,
                rows * TOKEN_SIDE,
                number,
                directory.resolve("picture-" + tokens + (number == 0 ? "" : "-" + number) + ".png"));
    }

    /** Writes a picture of this size as a PNG file; another one for each {@code number}. */
    static Path draw(int width, int height, int number, Path file) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 40; i++) {
            graphics.setColor(Color.getHSBColor((i + number) / 40f, 0.7f, 0.9f));
            graphics.fillRect(i * 37 % width, i * 91 % height, 150, 90);
        }
        // hues come again after 40
        graphics.setColor(Color.BLACK);
        for (int bit = 0; number >> bit > 0; bit++) {
            if ((number >> bit & 1) == 1) {
                graphics.fillRect(4 + 12 * bit, 4, 8, 8);
            }
        }
        graphics.dispose();
        ImageIO.write(image, "png", file.toFile());
        return file;
    }
}
