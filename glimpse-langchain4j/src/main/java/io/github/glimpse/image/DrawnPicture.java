package io.github.glimpse.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Random;

/** Pictures that are drawn here, the same each time: shades, shapes, lines and words, so that every model finds something. */
public final class DrawnPicture {

    private static final int SIDE = 224;
    private static final String[] WORDS = {"total 128.50", "exit", "2026-04-17", "red on blue", "no. 7301", "north gate"
    };

    private DrawnPicture() {}

    /** One of them as PNG: each number is another. */
    public static byte[] draw(int number) {
        Random random = new Random(1_000 + number);
        BufferedImage canvas = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        shade(canvas, random);
        Graphics2D pen = canvas.createGraphics();
        try {
            for (int i = 0; i < 4; i++) {
                pen.setColor(new Color(random.nextInt(1 << 24)));
                int size = 20 + random.nextInt(90);
                int left = random.nextInt(SIDE - size);
                int top = random.nextInt(SIDE - size);
                switch (random.nextInt(3)) {
                    case 0 -> pen.fillRect(left, top, size, size / 2);
                    case 1 -> pen.fillOval(left, top, size, size);
                    default -> pen.drawLine(left, top, left + size, top + random.nextInt(size));
                }
            }
            for (int line = 0; line < 3; line++) {
                pen.setColor(line % 2 == 0 ? Color.BLACK : Color.WHITE);
                DotLetters.draw(
                        pen, WORDS[random.nextInt(WORDS.length)], 8 + random.nextInt(40), 20 + 70 * line, 2 + line);
            }
        } finally {
            pen.dispose();
        }
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int pixel = canvas.getRGB(i % SIDE, i / SIDE);
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return new RasterImage(SIDE, SIDE, rgb).toPng();
    }

    private static void shade(BufferedImage canvas, Random random) {
        int from = random.nextInt(1 << 24);
        int to = random.nextInt(1 << 24);
        int grain = 1 + random.nextInt(40);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int pixel = 0;
                for (int shift = 0; shift < 24; shift += 8) {
                    int low = from >> shift & 255;
                    int high = to >> shift & 255;
                    int value = low + (high - low) * (x + y) / (2 * SIDE) + random.nextInt(grain) - grain / 2;
                    pixel |= Math.max(0, Math.min(255, value)) << shift;
                }
                canvas.setRGB(x, y, pixel);
            }
        }
    }
}
