package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.RasterImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** What happens to a page between the painter and the eye: a small turn, another size, shades, blur, JPEG and noise. */
final class Wear {

    private static final double LARGEST_TURN = 0.06;
    private static final float[] SOFT = {0.03f, 0.1f, 0.03f, 0.1f, 0.48f, 0.1f, 0.03f, 0.1f, 0.03f};
    private static final float[] SOFTER = {0.0625f, 0.125f, 0.0625f, 0.125f, 0.25f, 0.125f, 0.0625f, 0.125f, 0.0625f};

    private Wear() {}

    /** A small turn around the middle of a page, or none. */
    static AffineTransform turn(int width, int height, Dice dice) {
        double angle = dice.chance(0.3) ? dice.uniform(-LARGEST_TURN, LARGEST_TURN) : 0;
        return AffineTransform.getRotateInstance(angle, width / 2.0, height / 2.0);
    }

    /** The page after its turn, on what shows around it. */
    static BufferedImage turned(BufferedImage image, AffineTransform turn, int ground) {
        if (turn.isIdentity()) {
            return image;
        }
        BufferedImage turned = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D pencil = turned.createGraphics();
        pencil.setColor(new Color(ground));
        pencil.fillRect(0, 0, turned.getWidth(), turned.getHeight());
        pencil.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        pencil.drawImage(image, turn, null);
        pencil.dispose();
        return turned;
    }

    /** The bytes of the worn page at another size, scaled as the library scales pictures for the model. */
    static byte[] bytes(BufferedImage image, int width, int height, Dice dice) {
        BufferedImage worn = image;
        if (dice.chance(0.25)) {
            float[] kernel = dice.chance(0.6) ? SOFT : SOFTER;
            worn = new ConvolveOp(new Kernel(3, 3, kernel), ConvolveOp.EDGE_NO_OP, null)
                    .filter(image, new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB));
        }
        if (dice.chance(0.3)) {
            worn = jpeg(worn, (float) dice.uniform(0.35, 0.95));
        }
        byte[] rgb = shaded(worn, dice);
        if (worn.getWidth() == width && worn.getHeight() == height) {
            return rgb;
        }
        return ImageResizer.bicubic(new RasterImage(worn.getWidth(), worn.getHeight(), rgb), width, height)
                .rgb();
    }

    private static BufferedImage jpeg(BufferedImage image, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam options = writer.getDefaultWriteParam();
            options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            options.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), options);
            out.flush();
            return ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
    }

    /** Red, green and blue, darker to one side and with noise as it comes. */
    private static byte[] shaded(BufferedImage image, Dice dice) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        boolean shade = dice.chance(0.35);
        double across = shade ? dice.uniform(-0.2, 0.2) : 0;
        double down = shade ? dice.uniform(-0.2, 0.2) : 0;
        int noise = dice.chance(0.5) ? dice.between(1, 9) : 0;
        byte[] rgb = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            double x = i % width / (double) width - 0.5;
            double y = Math.floorDiv(i, width) / (double) height - 0.5;
            double light = 1 + across * x + down * y - Math.max(0, Math.abs(across) + Math.abs(down)) / 2;
            long chance = noise == 0 ? 0 : dice.next();
            for (int channel = 0; channel < 3; channel++) {
                int step = noise == 0
                        ? 0
                        : (int) ((((chance >>> (16 * channel)) & 0xFFFF) * (2 * noise + 1)) >>> 16) - noise;
                int value = (int) (((pixels[i] >> (16 - 8 * channel)) & 0xFF) * light) + step;
                rgb[3 * i + channel] = (byte) Math.max(0, Math.min(255, value));
            }
        }
        return rgb;
    }
}
