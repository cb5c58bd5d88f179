package io.github.glimpse.examples.benchmark;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Drawn pictures of a camera's shape, as JPEG files. */
final class EncoderPictures {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;

    private EncoderPictures() {}

    static List<Path> write(int count, Path directory) throws IOException {
        Random random = new Random(1);
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path file = directory.resolve("drawn-" + i + ".jpg");
            ImageIO.write(draw(random), "jpg", file.toFile());
            files.add(file.toAbsolutePath());
        }
        return files;
    }

    private static BufferedImage draw(Random random) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int shape = 0; shape < 60; shape++) {
            int x = random.nextInt(WIDTH);
            int y = random.nextInt(HEIGHT);
            graphics.setPaint(new GradientPaint(x, y, colour(random), x + 150f, y + 90f, colour(random)));
            graphics.fillOval(x - 75, y - 45, 150, 90);
        }
        graphics.dispose();
        return image;
    }

    private static Color colour(Random random) {
        return new Color(random.nextInt(0x1000000));
    }
}
