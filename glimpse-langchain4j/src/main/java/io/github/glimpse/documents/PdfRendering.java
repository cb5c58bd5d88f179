package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.filter.MissingImageReaderException;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.graphics.image.PDImage;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.rendering.PageDrawer;
import org.apache.pdfbox.rendering.PageDrawerParameters;

/** Renders pages, stops where nobody waits, and draws no picture that is over the limit. */
final class PdfRendering extends PDFRenderer {

    private final long maxPixels;

    PdfRendering(PDDocument document, long maxPixels) {
        super(document);
        this.maxPixels = maxPixels;
        setSubsamplingAllowed(true);
    }

    @Override
    protected PageDrawer createPageDrawer(PageDrawerParameters parameters) throws IOException {
        return new Drawer(parameters, maxPixels);
    }

    private static final class Drawer extends PageDrawer {

        private final long maxPixels;

        Drawer(PageDrawerParameters parameters, long maxPixels) throws IOException {
            super(parameters);
            this.maxPixels = maxPixels;
        }

        @Override
        protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
            DocumentThread.check();
            super.processOperator(operator, operands);
        }

        @Override
        public void drawImage(PDImage picture) throws IOException {
            long pixels = (long) picture.getWidth() * picture.getHeight();
            if (pixels > maxPixels) {
                throw new InvalidDocumentException(
                        Reason.TOO_LARGE,
                        "A picture on the page has " + picture.getWidth() + " x " + picture.getHeight()
                                + " pixels, over the limit of " + maxPixels
                                + "; send a smaller one, or raise DocumentLimits.maxPixels");
            }
            try {
                super.drawImage(picture);
            } catch (MissingImageReaderException e) {
                throw new InvalidDocumentException(
                        Reason.UNKNOWN_FORMAT,
                        "A picture on the page is of a format that nothing on the class path reads (" + e.getMessage()
                                + "); add org.apache.pdfbox:jbig2-imageio for JBIG2, a reader for JPEG 2000, or leave"
                                + " the file out",
                        e);
            }
        }
    }
}
