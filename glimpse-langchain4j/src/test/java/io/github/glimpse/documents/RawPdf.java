package io.github.glimpse.documents;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writer of PDF files, object after object as they are given, without a cross-reference table. */
final class RawPdf {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    static RawPdf document() {
        return new RawPdf().raw("%PDF-1.7\n").object(1, "<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R>>");
    }

    static RawPdf page(String entries, String content) {
        return document().page(entries).stream(4, "", content);
    }

    RawPdf page(String entries) {
        return object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
                .object(3, "<</Type/Page/Parent 2 0 R" + entries + "/Contents 4 0 R>>");
    }

    RawPdf object(int number, String content) {
        return raw(number + " 0 obj" + content + "endobj\n");
    }

    RawPdf stream(int number, String entries, String content) {
        return stream(number, entries, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawPdf stream(int number, String entries, byte[] content) {
        raw(number + " 0 obj<<" + entries + "/Length " + content.length + ">>stream\n");
        bytes.writeBytes(content);
        return raw("\nendstream endobj\n");
    }

    RawPdf raw(String content) {
        bytes.writeBytes(content.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    byte[] file() {
        raw("trailer<</Root 1 0 R>>\n%%EOF");
        return bytes.toByteArray();
    }
}
