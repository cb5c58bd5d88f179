package io.github.glimpse.documents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;

/** PDF files that mean harm: bombs, cycles, endless pages, scripts, links, and good ones that were damaged. */
final class HostilePdf {

    private static final int MEGABYTE = 1 << 20;

    private final Random random;
    private final int port;
    private byte @Nullable [] blanks;

    /** Files whose links go to a port of this machine. */
    HostilePdf(long seed, int port) {
        random = new Random(seed);
        this.port = port;
    }

    byte[] next() throws IOException {
        return switch (random.nextInt(10)) {
            case 0 -> bomb();
            case 1 -> page("/MediaBox[0 0 1e9 1e9]", "0 0 9 9 re f");
            case 2 -> hugePicture();
            case 3 -> file("2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count " + random.nextInt(100_000) + ">>endobj\n");
            case 4 -> page("/MediaBox[0 0 99 99]/Resources<</XObject<</F 4 0 R>>>>", "/F Do ".repeat(1000));
            case 5 -> page("/MediaBox[0 0 99 99]", "q ".repeat(1 + random.nextInt(200_000)));
            case 6 -> page("/MediaBox[0 0 99 99]", "[".repeat(1 + random.nextInt(100_000)));
            case 7 -> calling();
            case 8 -> PdfFiles.encrypted();
            default -> damaged();
        };
    }

    /** 400 MB of blanks in 400 KB. */
    private byte[] bomb() throws IOException {
        byte[] packed = blanks;
        if (packed == null) {
            packed = packed();
            blanks = packed;
        }
        return stream("/MediaBox[0 0 99 99]", "/Filter/FlateDecode", packed);
    }

    private static byte[] packed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed, deflater)) {
            byte[] megabyte = new byte[MEGABYTE];
            Arrays.fill(megabyte, (byte) ' ');
            for (int round = 0; round < 400; round++) {
                out.write(megabyte);
            }
        }
        deflater.end();
        return packed.toByteArray();
    }

    private byte[] hugePicture() {
        return page(
                "/MediaBox[0 0 99 99]",
                "BI /W " + (1 + random.nextInt(100_000)) + " /H 100000 /BPC 8 /CS /RGB ID x EI");
    }

    /** Runs scripts, sends forms and opens links, if a reader lets it. */
    private byte[] calling() {
        String url = "http://127.0.0.1:" + port + "/called";
        return file("2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/AA<</O 5 0 R>>"
                + "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/URI/URI(" + url + ")>>>>]>>endobj\n"
                + "4 0 obj<</Length 0/F<</FS/URL/F(" + url + ")>>>>stream\n\nendstream endobj\n"
                + "5 0 obj<</S/JavaScript/JS(app.launchURL\\('" + url + "'\\))/Next<</S/SubmitForm/F(" + url
                + ")>>>>endobj\n");
    }

    private byte[] damaged() throws IOException {
        byte[] file = PdfFiles.pages(List.of(List.of("Order Z79", "Total 87.00"), List.of("Second page")));
        int changes = 1 + random.nextInt(60);
        for (int change = 0; change < changes; change++) {
            file[random.nextInt(file.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }

    private static byte[] page(String entries, String content) {
        return stream(entries, "", content.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] stream(String entries, String filter, byte[] content) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R" + entries
                        + "/Contents 4 0 R>>endobj\n4 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 99 99]"
                        + "/Resources<</XObject<</F 4 0 R>>>>/Length " + content.length + filter + ">>stream\n")
                .getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(content);
        body.writeBytes("\nendstream endobj\n".getBytes(StandardCharsets.US_ASCII));
        return file(body.toByteArray());
    }

    private static byte[] file(String body) {
        return file(body.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] file(byte[] body) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>endobj\n"
                .getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(body);
        file.writeBytes("trailer<</Root 1 0 R>>\n%%EOF".getBytes(StandardCharsets.US_ASCII));
        return file.toByteArray();
    }
}
