package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.PrintableText;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of a PDF file, by Apache PDFBox ({@code org.apache.pdfbox:pdfbox}, to be added by applications that read
 * PDF files). No script of a file is run, no form is filled in, and nothing that a file names is fetched. Each piece of
 * work ends in its time; a document that exceeds it is refused from then on. PDFBox runs in a process beside the
 * application unless {@link PdfIsolation#THREAD} is asked for. Safe for concurrent use, one call after the other. Close
 * it: an open document has one of the four processes.
 */
public final class PdfPages implements DocumentPages {

    private static final Logger LOG = LoggerFactory.getLogger(PdfPages.class);
    private static final String PDFBOX = "org/apache/pdfbox/Loader.class";

    private final String name;
    private final DocumentPages pages;

    private PdfPages(String name, DocumentPages pages) {
        this.name = name;
        this.pages = pages;
    }

    /** Opens a file in a process: {@link #open(byte[], String, DocumentLimits, PdfIsolation)}. */
    public static PdfPages open(byte[] file, String name, DocumentLimits limits) {
        return open(file, name, limits, PdfIsolation.PROCESS);
    }

    /**
     * Opens a file.
     *
     * @param file not copied; do not change it while the document is open
     * @param name for messages
     * @throws InvalidDocumentException if it is damaged, encrypted or over a limit, or if it cannot be read in this
     *     isolation
     */
    public static PdfPages open(byte[] file, String name, DocumentLimits limits, PdfIsolation isolation) {
        return open(DocumentContent.of(name, file), limits, isolation);
    }

    /** Like {@link #open(byte[], String, DocumentLimits, PdfIsolation)}, without the file in the heap if possible. */
    static PdfPages open(DocumentContent file, DocumentLimits limits, PdfIsolation isolation) {
        String name = file.name();
        if (file.length() > limits.maxBytes()) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "'" + name + "' has " + file.length() + " bytes, over the limit of " + limits.maxBytes()
                            + "; leave it out, or raise DocumentLimits.maxBytes");
        }
        if (PdfPages.class.getClassLoader().getResource(PDFBOX) == null) {
            throw new InvalidDocumentException(
                    Reason.UNKNOWN_FORMAT,
                    "'" + name + "' is a PDF file, and PDFBox is not on the class path; add org.apache.pdfbox:pdfbox");
        }
        return new PdfPages(
                name,
                switch (isolation) {
                    case PROCESS -> ProcessPdf.open(file, limits);
                    case THREAD -> ThreadPdf.open(file, limits);
                });
    }

    @Override
    public int count() {
        return pages.count();
    }

    @Override
    public PageGeometry geometry(int page) {
        checkNumber(page);
        return pages.geometry(page);
    }

    @Override
    public RenderedPage render(int page, double dotsPerInch) {
        if (!(dotsPerInch > 0)) {
            throw new IllegalArgumentException("A page cannot be rendered at " + dotsPerInch + " dots per inch");
        }
        checkNumber(page);
        return pages.render(page, dotsPerInch);
    }

    @Override
    public List<PageWord> words(int page) {
        checkNumber(page);
        return pages.words(page);
    }

    private void checkNumber(int page) {
        if (page < 1 || page > count()) {
            throw new IllegalArgumentException("'" + name + "' has pages 1 to " + count() + ", no page " + page);
        }
    }

    @Override
    public void close() {
        pages.close();
    }

    /** Logs one line for a document, if operators of its pages failed. */
    static void logFailedOperators(String document, int count) {
        if (count > 0) {
            LOG.warn(
                    "{} operators of '{}' failed and were skipped; its pages may be incomplete",
                    count,
                    PrintableText.of(document));
        }
    }
}
