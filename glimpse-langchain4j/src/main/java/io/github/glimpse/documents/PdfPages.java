package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.image.RasterImage;
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
 * The pages of a PDF file, by Apache PDFBox ({@code org.apache.pdfbox:pdfbox}, to be added by whoever reads PDF files). No script of a
 * file is run, no form is filled in, and nothing that a file names is fetched. Each piece of work runs on a thread of its own and ends in
 * its time; a document that did not is refused from then on. Safe for concurrent use, one call after the other.
 */
public final class PdfPages implements DocumentPages {

    private static final double POINTS_PER_INCH = 72;
    private static final long SCRATCH_BYTES = 256_000_000;

    private final String name;
    private final DocumentLimits limits;
    private final DocumentThread thread;
    private final PDDocument document;
    private final int count;

    private PdfPages(String name, DocumentLimits limits, DocumentThread thread, PDDocument document, int count) {
        this.name = name;
        this.limits = limits;
        this.thread = thread;
        this.document = document;
        this.count = count;
    }

    /**
     * Opens a file.
     *
     * @param file not copied; do not change it while the document is open
     * @param name for messages
     * @throws InvalidDocumentException if it is damaged, encrypted or over a limit
     */
    public static PdfPages open(byte[] file, String name, DocumentLimits limits) {
        if (file.length > limits.maxBytes()) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "'" + name + "' has " + file.length + " bytes, over the limit of " + limits.maxBytes()
                            + "; leave it out, or raise DocumentLimits.maxBytes");
        }
        DocumentThread thread = new DocumentThread(name, limits.timePerPage());
        PDDocument document = thread.run("the file", () -> load(file, name));
        boolean kept = false;
        try {
            int count = thread.run("the list of pages", document::getNumberOfPages);
            check(name, count, limits);
            kept = true;
            return new PdfPages(name, limits, thread, document, count);
        } finally {
            if (!kept) {
                close(document);
            }
        }
    }

    private static PDDocument load(byte[] file, String name) throws IOException {
        try {
            return Loader.loadPDF(
                    file, "", null, null, MemoryUsageSetting.setupMainMemoryOnly(SCRATCH_BYTES).streamCache);
        } catch (InvalidPasswordException e) {
            throw new InvalidDocumentException(
                    Reason.ENCRYPTED, "'" + name + "' asks for a password; send it without one", e);
        }
    }

    private static void check(String name, int count, DocumentLimits limits) {
        if (count < 1) {
            throw new InvalidDocumentException(Reason.BROKEN, "'" + name + "' has no pages; send another file");
        }
        if (count > limits.maxPages()) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "'" + name + "' has " + count + " pages, over the limit of " + limits.maxPages()
                            + "; split it, or raise DocumentLimits.maxPages");
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public PageGeometry geometry(int page) {
        checkNumber(page);
        return thread.run("page " + page, () -> geometry(document.getPage(page - 1), page));
    }

    private PageGeometry geometry(PDPage page, int number) {
        PDRectangle crop = page.getCropBox();
        int rotation = page.getRotation();
        boolean lying = rotation == 90 || rotation == 270;
        double width = lying ? crop.getHeight() : crop.getWidth();
        double height = lying ? crop.getWidth() : crop.getHeight();
        if (!(width >= 1) || !(height >= 1) || Double.isInfinite(width * height)) {
            throw new InvalidDocumentException(
                    Reason.BROKEN,
                    "Page " + number + " of '" + name + "' is said to have " + width + " x " + height
                            + " points; send another file");
        }
        return new PageGeometry(width, height, rotation, crop.getLowerLeftX(), crop.getLowerLeftY());
    }

    @Override
    public RenderedPage render(int page, double dotsPerInch) {
        if (!(dotsPerInch > 0)) {
            throw new IllegalArgumentException("A page cannot be rendered at " + dotsPerInch + " dots per inch");
        }
        checkNumber(page);
        return thread.run("page " + page, () -> {
            PDPage sheet = document.getPage(page - 1);
            PageGeometry geometry = geometry(sheet, page);
            float scale = (float) Math.min(
                    dotsPerInch * sheet.getUserUnit() / POINTS_PER_INCH,
                    Math.sqrt(limits.maxPixels() / (geometry.width() * geometry.height())));
            BufferedImage image =
                    new PdfRendering(document, limits.maxPixels()).renderImage(page - 1, scale, ImageType.RGB);
            return new RenderedPage(raster(image), new PageMapping(geometry, scale));
        });
    }

    private static RasterImage raster(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[3 * width * height];
        int[] row = new int[width];
        int next = 0;
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int pixel : row) {
                rgb[next++] = (byte) (pixel >> 16);
                rgb[next++] = (byte) (pixel >> 8);
                rgb[next++] = (byte) pixel;
            }
        }
        return new RasterImage(width, height, rgb);
    }

    @Override
    public List<PageWord> words(int page) {
        checkNumber(page);
        return thread.run(
                "the text of page " + page,
                () -> PdfText.words(
                        document, page, geometry(document.getPage(page - 1), page), limits.maxCharacters()));
    }

    private void checkNumber(int page) {
        if (page < 1 || page > count) {
            throw new IllegalArgumentException("'" + name + "' has pages 1 to " + count + ", no page " + page);
        }
    }

    /** Closes the file, unless work on it still runs that nobody waits for: that goes with its thread. */
    @Override
    public void close() {
        try {
            thread.run("the file", () -> {
                document.close();
                return true;
            });
        } catch (InvalidDocumentException e) {
            // it was read from memory, which goes with the last who knows it
        }
    }

    private static void close(PDDocument document) {
        try {
            document.close();
        } catch (IOException e) {
            // it was read from memory
        }
    }
}
