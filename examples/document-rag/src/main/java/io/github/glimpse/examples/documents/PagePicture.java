package io.github.glimpse.examples.documents;

import static java.util.Objects.requireNonNull;

import io.github.glimpse.documents.PageAnswer;
import io.github.glimpse.documents.RenderedPage;
import io.github.glimpse.image.MaskOverlay;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.prune.PruningReport;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A page with the box of an answer; what the model did not see is greyed. */
final class PagePicture {

    private static final float LINE = 3;
    private static final Color RED = new Color(0xD0, 0x20, 0x20);

    private PagePicture() {}

    static void write(Path file, RenderedPage page, PageAnswer answer) throws IOException {
        byte[] png = page.image().toPng();
        if (!answer.looked().isEmpty()) {
            PruningReport.Image seen = answer.looked().get(0);
            png = MaskOverlay.png(page.image(), seen.plan(), seen.kept());
        }
        BufferedImage image = requireNonNull(ImageIO.read(new ByteArrayInputStream(png)));
        if (answer.box() != null) {
            PixelArea box = page.mapping().toPixels(answer.box());
            Graphics2D pen = image.createGraphics();
            pen.setColor(RED);
            pen.setStroke(new BasicStroke(LINE));
            pen.drawRect((int) box.left(), (int) box.top(), (int) box.width(), (int) box.height());
            pen.dispose();
        }
        Files.createDirectories(requireNonNull(file.toAbsolutePath().getParent()));
        ImageIO.write(image, "png", file.toFile());
    }
}
