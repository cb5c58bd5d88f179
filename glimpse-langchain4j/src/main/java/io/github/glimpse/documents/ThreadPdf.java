package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.documents.OpenPdf.Bitmap;
import io.github.glimpse.image.RasterImage;
import java.util.List;

/**
 * The pages of a PDF file that a thread of the application reads ({@link PdfIsolation#THREAD}). Safe for concurrent
 * use.
 */
final class ThreadPdf implements DocumentPages {

    private final String name;
    private final DocumentThread thread;
    private final OpenPdf pdf;
    private final int count;

    private ThreadPdf(String name, DocumentThread thread, OpenPdf pdf, int count) {
        this.name = name;
        this.thread = thread;
        this.pdf = pdf;
        this.count = count;
    }

    /**
     * Opens a file.
     *
     * @throws InvalidDocumentException if it is damaged, encrypted or over a limit
     */
    static ThreadPdf open(DocumentContent file, DocumentLimits limits) {
        String name = file.name();
        DocumentThread thread = new DocumentThread(name, limits, () -> {});
        return thread.run("the file", () -> {
            OpenPdf pdf = OpenPdf.parse(file.bytes(), name, limits);
            boolean open = false;
            try {
                ThreadPdf pages = new ThreadPdf(name, thread, pdf, pdf.count());
                open = true;
                return pages;
            } finally {
                if (!open) {
                    pdf.close();
                }
            }
        });
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public PageGeometry geometry(int page) {
        return thread.run("page " + page, () -> pdf.geometry(page));
    }

    @Override
    public RenderedPage render(int page, double dotsPerInch) {
        return thread.run("page " + page, () -> {
            Bitmap bitmap = pdf.render(page, dotsPerInch);
            int width = bitmap.image().getWidth();
            int height = bitmap.image().getHeight();
            byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
            for (int y = 0; y < height; y++) {
                bitmap.copyRow(y, rgb, 3 * width * y);
            }
            return new RenderedPage(new RasterImage(width, height, rgb), bitmap.mapping());
        });
    }

    @Override
    public List<PageWord> words(int page) {
        return thread.run("the text of page " + page, () -> pdf.words(page));
    }

    /** Closes the file, unless abandoned work on it still runs: the garbage collector frees it with its thread then. */
    @Override
    public void close() {
        try {
            thread.run("the file", () -> {
                PdfPages.logFailedOperators(name, pdf.failedOperators());
                pdf.close();
                return true;
            });
        } catch (InvalidDocumentException e) {
            // it was read from memory
        }
    }
}
