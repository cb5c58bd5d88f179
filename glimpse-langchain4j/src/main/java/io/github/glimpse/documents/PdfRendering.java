package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.awt.geom.AffineTransform;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.filter.MissingImageReaderException;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.graphics.image.PDImage;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.rendering.PageDrawer;
import org.apache.pdfbox.rendering.PageDrawerParameters;
import org.jspecify.annotations.Nullable;

/** Renderer of pages that stops when its thread is interrupted and refuses images over the limit. */
final class PdfRendering extends PDFRenderer {

    private final long maxPixels;
    private final FailedOperators failures;

    PdfRendering(PDDocument document, long maxPixels, FailedOperators failures) {
        super(document);
        this.maxPixels = maxPixels;
        this.failures = failures;
        setSubsamplingAllowed(true);
    }

    @Override
    protected PageDrawer createPageDrawer(PageDrawerParameters parameters) throws IOException {
        return new Drawer(parameters, maxPixels, failures);
    }

    private static final class Drawer extends PageDrawer {

        private final long maxPixels;
        private final FailedOperators failures;

        Drawer(PageDrawerParameters parameters, long maxPixels, FailedOperators failures) throws IOException {
            super(parameters);
            this.maxPixels = maxPixels;
            this.failures = failures;
        }

        @Override
        protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
            DocumentThread.check();
            super.processOperator(operator, operands);
        }

        @Override
        protected void operatorException(Operator operator, List<COSBase> operands, IOException failure)
                throws IOException {
            failures.add(operator, failure);
        }

        /** An annotation that cannot be drawn is left out, the page is not. */
        @Override
        public void showAnnotation(PDAnnotation annotation) throws IOException {
            AffineTransform transform = getGraphics().getTransform();
            try {
                super.showAnnotation(annotation);
            } catch (IOException | IllegalArgumentException e) {
                getGraphics().setTransform(transform);
                failures.addAnnotation(e);
            }
        }

        @Override
        public void drawImage(PDImage picture) throws IOException {
            check("A picture", picture);
            if (picture instanceof PDImageXObject object) {
                // The picture is made as large as its mask.
                check("The mask of a picture", object.getSoftMask());
                check("The mask of a picture", object.getMask());
            }
            try {
                super.drawImage(picture);
            } catch (MissingImageReaderException e) {
                throw new InvalidDocumentException(
                        Reason.UNKNOWN_FORMAT,
                        "A picture on the page is of a format that nothing on the class path reads (" + e.getMessage()
                                + "); add org.apache.pdfbox:jbig2-imageio for JBIG2, a reader for JPEG 2000, or leave"
                                + " the file out");
            }
        }

        private void check(String what, @Nullable PDImage picture) {
            if (picture != null && (long) picture.getWidth() * picture.getHeight() > maxPixels) {
                throw new InvalidDocumentException(
                        Reason.TOO_LARGE,
                        what + " on the page has " + picture.getWidth() + " x " + picture.getHeight()
                                + " pixels, over the limit of " + maxPixels
                                + "; send a smaller one, or raise DocumentLimits.maxPixels");
            }
        }
    }
}
