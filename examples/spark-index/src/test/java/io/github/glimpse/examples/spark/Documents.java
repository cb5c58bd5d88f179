package io.github.glimpse.examples.spark;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;

/** PDF files of two small pages each, a picture on the first and words on the second, drawn from a seed. */
final class Documents {

    /** An untrained CLIP: its vectors mean nothing, and are the same each time. */
    static final Path CLIP = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures/clip-tiny/model")
            .toAbsolutePath()
            .normalize();

    private Documents() {}

    static Path draw(Path folder, int files) throws IOException {
        Files.createDirectories(folder);
        for (int file = 0; file < files; file++) {
            Files.write(folder.resolve("file-" + file + ".pdf"), pdf(file));
        }
        return folder;
    }

    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    static byte[] pdf(long seed) throws IOException {
        Random random = new Random(seed);
        try (PDDocument document = new PDDocument()) {
            PDPage picture = new PDPage(new PDRectangle(120, 160));
            document.addPage(picture);
            try (PDPageContentStream content = new PDPageContentStream(document, picture)) {
                content.drawImage(LosslessFactory.createFromImage(document, picture(random)), 10, 10, 100, 140);
            }
            PDPage text = new PDPage(new PDRectangle(160, 200));
            document.addPage(text);
            try (PDPageContentStream content = new PDPageContentStream(document, text)) {
                content.beginText();
                content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                content.newLineAtOffset(20, 150);
                content.showText("Order " + random.nextInt(10_000));
                content.endText();
            }
            document.setDocumentId(seed);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    private static BufferedImage picture(Random random) {
        BufferedImage picture = new BufferedImage(100, 140, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        for (int patch = 0; patch < 100; patch++) {
            pen.setColor(new Color(random.nextInt(1 << 24)));
            pen.fillRect(random.nextInt(100), random.nextInt(140), random.nextInt(40), random.nextInt(40));
        }
        pen.dispose();
        return picture;
    }
}
