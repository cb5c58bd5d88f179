package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.RasterImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PdfPagesTest {

    private static final DocumentLimits LIMITS = DocumentLimits.defaults();

    @ParameterizedTest
    @CsvSource({"0, 72", "90, 72", "180, 72", "270, 72", "0, 144", "90, 200", "180, 110", "270, 144"})
    void whatIsDrawnOnTheSheetIsRenderedWhereTheMappingSays(int rotation, double dpi) throws IOException {
        PDRectangle crop = new PDRectangle(40, 60, 250, 180);
        PDRectangle mark = new PDRectangle(100, 90, 50, 30);
        byte[] file = PdfFiles.marked(new PDRectangle(0, 0, 400, 300), crop, rotation, mark, "Word", 180, 180);

        try (PdfPages pages = PdfPages.open(file, "marked.pdf", LIMITS)) {
            RenderedPage page = pages.render(1, dpi);

            PageGeometry geometry = page.mapping().page();
            PixelArea expected = page.mapping().toPixels(geometry.ofSheet(100, 90, 150, 120));
            assertThat(geometry).isEqualTo(pages.geometry(1));
            assertThat(dark(page.image(), expected)).isEqualTo(1.0);
            assertThat(darkShareOf(page.image(), expected)).isGreaterThan(0.8);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "90", "180", "270"})
    void theBoxOfAWordHoldsItsInkOnTurnedPages(int rotation) throws IOException {
        PDRectangle outside = new PDRectangle(1, 1, 1, 1);
        byte[] file = PdfFiles.marked(
                new PDRectangle(0, 0, 400, 300),
                new PDRectangle(40, 60, 250, 180),
                rotation,
                outside,
                "Word",
                180,
                180);

        try (PdfPages pages = PdfPages.open(file, "turned.pdf", LIMITS)) {
            List<PageWord> words = pages.words(1);
            RenderedPage page = pages.render(1, 144);

            assertThat(words).extracting(PageWord::text).containsExactly("Word");
            PageBox box = words.get(0).box();
            assertThat(darkShareOf(page.image(), page.mapping().toPixels(box))).isGreaterThan(0.97);
            assertThat(Math.max(box.width(), box.height())).isCloseTo(29, within(3.0));
        }
    }

    @Test
    void wordsComeInTheOrderOfReading() throws IOException {
        byte[] file = PdfFiles.pages(List.of(List.of("Order Z79", "Total 87.00"), List.of("Second page")));

        try (PdfPages pages = PdfPages.open(file, "two.pdf", LIMITS)) {
            assertThat(pages.count()).isEqualTo(2);
            assertThat(pages.words(1)).extracting(PageWord::text).containsExactly("Order", "Z79", "Total", "87.00");
            assertThat(pages.words(2)).extracting(PageWord::text).containsExactly("Second", "page");
        }
    }

    @Test
    void aSheetWhoseUnitIsTwoPointsIsRenderedTwiceAsLarge() throws IOException {
        byte[] file;
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage(new PDRectangle(200, 300));
            page.setUserUnit(2);
            document.addPage(page);
            file = PdfFiles.bytes(document);
        }

        try (PdfPages pages = PdfPages.open(file, "poster.pdf", DocumentLimits.defaults())) {
            RenderedPage rendered = pages.render(1, 72);

            assertThat(rendered.image().width()).isEqualTo(400);
            assertThat(rendered.image().height()).isEqualTo(600);
            assertThat(rendered.mapping().page().width()).isEqualTo(200);
        }
    }

    @Test
    void aSmallPictureWithALargeMaskCountsAsLarge() throws IOException {
        byte[] file;
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage(new PDRectangle(50, 50));
            document.addPage(page);
            PDImageXObject picture =
                    LosslessFactory.createFromImage(document, new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
            PDImageXObject mask = LosslessFactory.createFromImage(
                    document, new BufferedImage(200, 200, BufferedImage.TYPE_BYTE_GRAY));
            picture.getCOSObject().setItem(COSName.SMASK, mask.getCOSObject());
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                content.drawImage(picture, 0, 0, 50, 50);
            }
            file = PdfFiles.bytes(document);
        }

        try (PdfPages pages = PdfPages.open(file, "mask.pdf", LIMITS.withMaxPixels(10_000))) {
            assertThatThrownBy(() -> pages.render(1, 72))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, error -> assertThat(error.reason())
                            .isEqualTo(Reason.TOO_LARGE))
                    .hasMessageContaining("200 x 200");
        }
    }

    @Test
    void aPageOverTheLimitOfPixelsIsRenderedSmaller() throws IOException {
        byte[] file = PdfFiles.pages(List.of(List.of("Large")));

        try (PdfPages pages = PdfPages.open(file, "large.pdf", LIMITS.withMaxPixels(15_000))) {
            RenderedPage page = pages.render(1, 144);

            assertThat(page.image().width() * page.image().height()).isLessThanOrEqualTo(15_000);
            assertThat(page.mapping().pixelsPerPoint()).isCloseTo(0.5, within(1e-6));
        }
    }

    @Test
    void moreBytesOrPagesThanTheLimitAreRefusedWithBothNumbers() throws IOException {
        byte[] file = PdfFiles.pages(List.of(List.of("One"), List.of("Two"), List.of("Three")));
        DocumentLimits bytes =
                new DocumentLimits(100, 1, 1, 1, Duration.ofSeconds(20), Duration.ofMinutes(10), 100_000_000);

        assertThatThrownBy(() -> PdfPages.open(file, "three.pdf", LIMITS.withMaxPages(2)))
                .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.TOO_LARGE))
                .hasMessageContaining("3 pages, over the limit of 2");
        assertThatThrownBy(() -> PdfPages.open(file, "three.pdf", bytes))
                .hasMessageContaining(file.length + " bytes, over the limit of 100");
    }

    @Test
    void aFileThatAsksForAPasswordIsTold() throws IOException {
        byte[] file = PdfFiles.encrypted();

        assertThatThrownBy(() -> PdfPages.open(file, "secret.pdf", LIMITS))
                .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.ENCRYPTED))
                .hasMessageContaining("'secret.pdf' asks for a password");
    }

    @Test
    void aFileThatIsNoPdfIsTold() {
        assertThatThrownBy(() -> PdfPages.open("no pdf".getBytes(StandardCharsets.UTF_8), "letter.pdf", LIMITS))
                .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.BROKEN))
                .hasMessageContaining("letter.pdf");
    }

    @Test
    void aPageThatDoesNotEndInItsTimeIsGivenUpAndSoIsTheDocument() throws IOException {
        byte[] file = PdfAttacks.forms();

        try (PdfPages pages = PdfPages.open(file, "endless.pdf", LIMITS.withTimePerPage(Duration.ofMillis(1500)))) {
            assertThatThrownBy(() -> pages.render(1, 144))
                    .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                            .isEqualTo(Reason.TOO_SLOW));
            assertThatThrownBy(() -> pages.words(1)).hasMessageContaining("longer than the limit");
        }
    }

    /** Share of an area's inner pixels that are dark. */
    private static double dark(RasterImage image, PixelArea area) {
        int dark = 0;
        int all = 0;
        for (int y = (int) Math.ceil(area.top()) + 1; y < area.bottom() - 2; y++) {
            for (int x = (int) Math.ceil(area.left()) + 1; x < area.right() - 2; x++) {
                dark += isDark(image, x, y) ? 1 : 0;
                all++;
            }
        }
        return (double) dark / all;
    }

    /** Share of all dark pixels that lie in an area. */
    private static double darkShareOf(RasterImage image, PixelArea area) {
        int inside = 0;
        int all = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                if (isDark(image, x, y)) {
                    all++;
                    inside += x >= area.left() - 1 && x <= area.right() && y >= area.top() - 1 && y <= area.bottom()
                            ? 1
                            : 0;
                }
            }
        }
        return (double) inside / all;
    }

    private static boolean isDark(RasterImage image, int x, int y) {
        return (image.rgb()[3 * (y * image.width() + x)] & 0xff) < 128;
    }
}
