package io.github.glimpse.documents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** PDF files that tests read. */
final class PdfFiles {

    private PdfFiles() {}

    /** One page for each list of lines, 200 x 300 points. */
    static byte[] pages(List<List<String>> pages) throws IOException {
        try (PDDocument document = new PDDocument()) {
            for (List<String> lines : pages) {
                PDPage page = new PDPage(new PDRectangle(200, 300));
                document.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    float y = 270;
                    for (String line : lines) {
                        write(content, line, 20, y);
                        y -= 24;
                    }
                }
            }
            return bytes(document);
        }
    }

    /** A page on whose sheet a black mark covers a rectangle and a word stands right of the middle. */
    static byte[] marked(
            PDRectangle media, PDRectangle crop, int rotation, PDRectangle mark, String word, float x, float y)
            throws IOException {
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage(media);
            page.setCropBox(crop);
            page.setRotation(rotation);
            document.addPage(page);
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                content.addRect(mark.getLowerLeftX(), mark.getLowerLeftY(), mark.getWidth(), mark.getHeight());
                content.fill();
                write(content, word, x, y);
            }
            return bytes(document);
        }
    }

    static byte[] encrypted() throws IOException {
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage());
            document.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
            return bytes(document);
        }
    }

    static byte[] bytes(PDDocument document) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        document.save(file);
        return file.toByteArray();
    }

    private static void write(PDPageContentStream content, String text, float x, float y) throws IOException {
        content.beginText();
        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
        content.newLineAtOffset(x, y);
        content.showText(text);
        content.endText();
    }
}
