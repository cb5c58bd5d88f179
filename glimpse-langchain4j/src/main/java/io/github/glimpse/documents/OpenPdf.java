package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.rendering.ImageType;

/**
 * An open PDF file, read by PDFBox on the calling thread: with limits of sizes, without limits of time. Not safe for
 * concurrent use. Runs in the process of {@link PdfProcess} or on a {@link DocumentThread}.
 */
final class OpenPdf implements AutoCloseable {

    private static final double POINTS_PER_INCH = 72;
    private static final long SCRATCH_BYTES = 256_000_000;
    private static final double ROUNDING = 1e-3;

    private final String name;
    private final DocumentLimits limits;
    private final PDDocument document;
    private final FailedOperators failures;
    private final PdfAnnotations annotations;

    private OpenPdf(String name, DocumentLimits limits, PDDocument document) {
        this.name = name;
        this.limits = limits;
        this.document = document;
        failures = new FailedOperators(name);
        annotations = new PdfAnnotations(document);
    }

    /**
     * Parses a file.
     *
     * @throws InvalidDocumentException if it is encrypted
     * @throws IOException if it is damaged
     */
    static OpenPdf parse(byte[] file, String name, DocumentLimits limits) throws IOException {
        try {
            PDDocument document = Loader.loadPDF(
                    file, "", null, null, MemoryUsageSetting.setupMainMemoryOnly(SCRATCH_BYTES).streamCache);
            return new OpenPdf(name, limits, document);
        } catch (InvalidPasswordException e) {
            throw new InvalidDocumentException(
                    Reason.ENCRYPTED, "'" + name + "' asks for a password; send it without one");
        }
    }

    /**
     * Counts the pages.
     *
     * @throws InvalidDocumentException if there are none, or more than the limit
     */
    int count() {
        int count = document.getNumberOfPages();
        if (count < 1) {
            throw new InvalidDocumentException(Reason.BROKEN, "'" + name + "' has no pages; send another file");
        }
        if (count > limits.maxPages()) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "'" + name + "' has " + count + " pages, over the limit of " + limits.maxPages()
                            + "; split it, or raise DocumentLimits.maxPages");
        }
        return count;
    }

    PageGeometry geometry(int page) {
        return geometry(document.getPage(page - 1), page);
    }

    private PageGeometry geometry(PDPage page, int number) {
        PDRectangle crop = page.getCropBox();
        int rotation = page.getRotation();
        boolean sideways = rotation == 90 || rotation == 270;
        double width = sideways ? crop.getHeight() : crop.getWidth();
        double height = sideways ? crop.getWidth() : crop.getHeight();
        if (!(width >= 1) || !(height >= 1) || Double.isInfinite(width * height)) {
            throw new InvalidDocumentException(
                    Reason.BROKEN,
                    "Page " + number + " of '" + name + "' is said to have " + width + " x " + height
                            + " points; send another file");
        }
        return new PageGeometry(width, height, rotation, crop.getLowerLeftX(), crop.getLowerLeftY());
    }

    /** Renders a page, with fewer pixels where that many exceed the limit. */
    Bitmap render(int page, double dotsPerInch) throws IOException {
        PDPage sheet = document.getPage(page - 1);
        PageGeometry geometry = geometry(sheet, page);
        float scale = (float) Math.min(
                dotsPerInch * sheet.getUserUnit() / POINTS_PER_INCH,
                Math.sqrt(limits.maxPixels() / (geometry.width() * geometry.height())));
        check(page, Math.max(1, scale * geometry.width()) * Math.max(1, scale * geometry.height()));
        annotations.prepare(sheet);
        PdfRendering rendering = new PdfRendering(document, limits.maxPixels(), failures.ofPage(page));
        return new Bitmap(rendering.renderImage(page - 1, scale, ImageType.RGB), new PageMapping(geometry, scale));
    }

    /** A strip is at least one pixel wide, so that a smaller scale does not make it small enough. */
    private void check(int page, double pixels) {
        if (pixels > limits.maxPixels() * (1 + ROUNDING)) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "Page " + page + " of '" + name + "' has " + (long) pixels + " pixels at least, over the limit of "
                            + limits.maxPixels() + "; leave it out, or raise DocumentLimits.maxPixels");
        }
    }

    /** Reads the words of a page's text layer. */
    List<PageWord> words(int page) throws IOException {
        return PdfText.words(
                document, page, geometry(page), limits.maxPageCharacters(), failures.ofPage(page), annotations);
    }

    /** Number of operators that failed on the pages so far. */
    int failedOperators() {
        return failures.count();
    }

    @Override
    public void close() throws IOException {
        document.close();
    }

    /**
     * A rendered page before its pixels are copied.
     *
     * @param image RGB
     * @param mapping of its pixels to the page
     */
    record Bitmap(BufferedImage image, PageMapping mapping) {

        /** Copies a row of pixels, three bytes each. */
        void copyRow(int y, byte[] rgb, int offset) {
            int[] row = image.getRGB(0, y, image.getWidth(), 1, null, 0, image.getWidth());
            int next = offset;
            for (int pixel : row) {
                rgb[next++] = (byte) (pixel >> 16);
                rgb[next++] = (byte) (pixel >> 8);
                rgb[next++] = (byte) pixel;
            }
        }
    }
}
