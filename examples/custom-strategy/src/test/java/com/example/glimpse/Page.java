package com.example.glimpse;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** A picture whose left half is plain orange and whose right half is striped. */
final class Page {

    private static final int SIDE = 448;
    private static final int STRIPE = 7;

    private Page() {}

    static byte[] png() throws IOException {
        BufferedImage page = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = page.createGraphics();
        pen.setColor(Color.ORANGE);
        pen.fillRect(0, 0, SIDE, SIDE);
        pen.setColor(Color.BLACK);
        for (int y = 0; y < SIDE; y += 2 * STRIPE) {
            pen.fillRect(SIDE / 2, y, SIDE / 2, STRIPE);
        }
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(page, "png", png);
        return png.toByteArray();
    }
}
