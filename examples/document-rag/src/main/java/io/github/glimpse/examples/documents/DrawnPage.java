package io.github.glimpse.examples.documents;

import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.Question;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.util.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * A page of the corpus, and how it becomes one of a PDF file.
 *
 * @param drawing its picture; null for a page of text
 * @param lines of the picture
 * @param code by which it is asked for
 * @param sentences of a page of text
 */
record DrawnPage(@Nullable Drawing drawing, List<Line> lines, String code, List<String> sentences) {

    static final float POINTS_PER_PIXEL = 0.5f;

    private static final double CAP_OF_FONT = 0.72;

    private static final int A4_WIDTH = 595;
    private static final int A4_HEIGHT = 842;
    private static final int CAPTION_WIDTH = 80;
    private static final int CAPTION_HEIGHT = 8;
    private static final float TEXT_WIDTH = 252;
    private static final float TEXT_HEIGHT = 308;
    private static final float TEXT_SIZE = 12;
    private static final float LEADING = 18;
    private static final float MARGIN = 24;

    /** A line of a page: its key, its value, where each stands, and its question. */
    record Line(String key, String value, Question question, Box keyBox, Box valueBox) {

        String code() {
            return key + " " + value;
        }
    }

    /** What a page is drawn on. */
    enum Paper {
        /** As large as the drawing. */
        SMALL,
        /** A4, the drawing at its own size anywhere on it. */
        A4
    }

    /**
     * A sheet, and where the drawing lies on it, in points.
     *
     * @param left of the drawing
     * @param top of the drawing, from the upper edge
     */
    record Sheet(float width, float height, float left, float top) {}

    /** Its sheet; whole points keep pixels whole. */
    Sheet sheet(Paper paper, Dice dice) {
        float width = drawing == null ? TEXT_WIDTH : drawing.width() * POINTS_PER_PIXEL;
        float height = drawing == null ? TEXT_HEIGHT : drawing.height() * POINTS_PER_PIXEL;
        return paper == Paper.SMALL
                ? new Sheet(width, height, 0, 0)
                : new Sheet(
                        A4_WIDTH,
                        A4_HEIGHT,
                        dice.between(0, A4_WIDTH - (int) width),
                        dice.between(0, A4_HEIGHT - (int) height));
    }

    boolean isChart() {
        return drawing != null && drawing.request().family() == Family.CHART;
    }

    /**
     * Adds it to a file.
     *
     * @param sheet that it lies on
     * @param hasText whether a text layer lies under the picture
     * @param isBlank whether the picture is white
     */
    void addTo(PDDocument document, Sheet sheet, boolean hasText, boolean isBlank) throws IOException {
        PDPage page = new PDPage(new PDRectangle(sheet.width(), sheet.height()));
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
            float height = drawing == null ? TEXT_HEIGHT : drawing.height() * POINTS_PER_PIXEL;
            content.transform(Matrix.getTranslateInstance(sheet.left(), sheet.height() - sheet.top() - height));
            if (drawing == null) {
                addText(content);
            } else {
                addPicture(document, content, drawing, hasText, isBlank);
            }
        }
    }

    private void addText(PDPageContentStream content) throws IOException {
        content.beginText();
        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), TEXT_SIZE);
        content.setLeading(LEADING);
        content.newLineAtOffset(MARGIN, TEXT_HEIGHT - MARGIN - TEXT_SIZE);
        for (String sentence : sentences) {
            content.showText(sentence);
            content.newLine();
        }
        content.endText();
    }

    private void addPicture(
            PDDocument document, PDPageContentStream content, Drawing drawing, boolean hasText, boolean isBlank)
            throws IOException {
        // A text layer counts where an image lies over it only.
        content.drawImage(
                LosslessFactory.createFromImage(document, isBlank ? white() : image(drawing)),
                0,
                0,
                drawing.width() * POINTS_PER_PIXEL,
                drawing.height() * POINTS_PER_PIXEL);
        if (hasText) {
            PDFont font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
            content.beginText();
            content.setRenderingMode(RenderingMode.NEITHER);
            if (isChart()) {
                write(content, font, code, new Box(0, 0, CAPTION_WIDTH, CAPTION_HEIGHT), drawing.height());
            }
            for (Line line : lines) {
                write(content, font, line.key(), line.keyBox(), drawing.height());
                write(content, font, line.value(), line.valueBox(), drawing.height());
            }
            content.endText();
        }
    }

    /** Text that fills a box and is not seen, as scanners put it under their pictures. */
    private static void write(PDPageContentStream content, PDFont font, String text, Box box, int pageHeight)
            throws IOException {
        float size = (float) ((box.bottom() - box.top()) * POINTS_PER_PIXEL / CAP_OF_FONT);
        float natural = font.getStringWidth(text) / 1000 * size;
        content.setFont(font, size);
        content.setHorizontalScaling(100 * (box.right() - box.left()) * POINTS_PER_PIXEL / natural);
        content.setTextMatrix(Matrix.getTranslateInstance(
                box.left() * POINTS_PER_PIXEL, (pageHeight - box.bottom()) * POINTS_PER_PIXEL));
        content.showText(text);
    }

    private static BufferedImage white() {
        BufferedImage pixel = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        pixel.setRGB(0, 0, 0xFFFFFF);
        return pixel;
    }

    private static BufferedImage image(Drawing drawing) {
        BufferedImage image = new BufferedImage(drawing.width(), drawing.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = drawing.rgb();
        for (int pixel = 0; pixel < drawing.width() * drawing.height(); pixel++) {
            image.setRGB(
                    pixel % drawing.width(),
                    pixel / drawing.width(),
                    ((rgb[3 * pixel] & 0xff) << 16) | ((rgb[3 * pixel + 1] & 0xff) << 8) | (rgb[3 * pixel + 2] & 0xff));
        }
        return image;
    }
}
