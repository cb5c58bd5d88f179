package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.contentstream.operator.OperatorName;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.form.PDTransparencyGroup;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;

/**
 * Reader of the words of a page and their boxes: of its contents and of its annotations. Letters that are not on the
 * page or clipped away are no words, nor are those of the invisible rendering mode, unless an image is at their place:
 * the text layer of a scanned page.
 */
final class PdfText extends PDFTextStripper {

    /**
     * Of the height that PDFBox gives, which is that of a capital at most: what hangs below the line, and what stands
     * above.
     */
    private static final double BELOW = 0.3;

    private static final double ABOVE = 1.25;

    private final PageGeometry page;
    private final int maxCharacters;
    private final FailedOperators failures;
    private final PdfAnnotations annotations;
    private final VisibleArea visible;
    private final Set<TextPosition> unpainted = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<PageWord> words = new ArrayList<>();
    private int characters;

    private PdfText(PageGeometry page, int maxCharacters, FailedOperators failures, PdfAnnotations annotations) {
        this.page = page;
        this.maxCharacters = maxCharacters;
        this.failures = failures;
        this.annotations = annotations;
        double[] sheet = page.toSheet(page.whole());
        visible = new VisibleArea(new Rectangle2D.Double(sheet[0], sheet[1], sheet[2] - sheet[0], sheet[3] - sheet[1]));
        setSortByPosition(true);
    }

    static List<PageWord> words(
            PDDocument document,
            int number,
            PageGeometry page,
            int maxCharacters,
            FailedOperators failures,
            PdfAnnotations annotations)
            throws IOException {
        PdfText text = new PdfText(page, maxCharacters, failures, annotations);
        text.setStartPage(number);
        text.setEndPage(number);
        text.writeText(document, Writer.nullWriter());
        return List.copyOf(text.words);
    }

    @Override
    protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
        DocumentThread.check();
        visible.follow(operator, operands, getGraphicsState().getCurrentTransformationMatrix());
        if (isImage(operator, operands)) {
            visible.addImage(getGraphicsState().getCurrentTransformationMatrix());
        }
        super.processOperator(operator, operands);
    }

    private boolean isImage(Operator operator, List<COSBase> operands) {
        return operator.getName().equals(OperatorName.BEGIN_INLINE_IMAGE)
                || (operator.getName().equals(OperatorName.DRAW_OBJECT)
                        && !operands.isEmpty()
                        && operands.get(0) instanceof COSName name
                        && getResources().isImageXObject(name));
    }

    @Override
    protected void operatorException(Operator operator, List<COSBase> operands, IOException failure)
            throws IOException {
        failures.add(operator, failure);
    }

    @Override
    public void saveGraphicsState() {
        super.saveGraphicsState();
        visible.save();
    }

    @Override
    public void restoreGraphicsState() {
        super.restoreGraphicsState();
        visible.restore();
    }

    @Override
    public void showForm(PDFormXObject form) throws IOException {
        VisibleArea.Outer outer = visible.enter();
        try {
            super.showForm(form);
        } finally {
            visible.leave(outer);
        }
    }

    @Override
    public void showTransparencyGroup(PDTransparencyGroup group) throws IOException {
        VisibleArea.Outer outer = visible.enter();
        try {
            super.showTransparencyGroup(group);
        } finally {
            visible.leave(outer);
        }
    }

    @Override
    public void showAnnotation(PDAnnotation annotation) throws IOException {
        VisibleArea.Outer outer = visible.enterUnclipped();
        try {
            super.showAnnotation(annotation);
        } finally {
            visible.leave(outer);
        }
    }

    @Override
    protected void processTextPosition(TextPosition letter) {
        characters += Math.max(1, letter.getUnicode().length());
        if (characters > maxCharacters) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "The text layer of a page has more than the limit of " + maxCharacters
                            + " characters; leave the file out");
        }
        if (visible.contains(middle(letter)) && isInClippingPaths(middle(letter))) {
            if (getGraphicsState().getTextState().getRenderingMode() == RenderingMode.NEITHER) {
                unpainted.add(letter);
            }
            super.processTextPosition(letter);
        }
    }

    /** Clipping paths of PDFBox: the boxes of forms and annotations. */
    private boolean isInClippingPaths(Point2D point) {
        for (Path2D path : getGraphicsState().getCurrentClippingPaths()) {
            if (!VisibleArea.isWithin(path.getBounds2D(), point)) {
                return false;
            }
        }
        return true;
    }

    /** Adds the annotations of the page, then sorts all letters into words. */
    @Override
    protected void writePage() throws IOException {
        PDPage current = getCurrentPage();
        for (PDAnnotation annotation : annotations.shown(current)) {
            try {
                showAnnotation(annotation);
            } catch (IOException e) {
                failures.addAnnotation(e);
            }
        }
        charactersByArticle.forEach(letters ->
                letters.removeIf(letter -> unpainted.contains(letter) && !visible.isOnImage(middle(letter))));
        super.writePage();
        for (PdfAnnotations.Text text : annotations.textsWithoutAppearance(current)) {
            PDRectangle sheet = text.rectangle();
            addWords(
                    text.text(),
                    page.ofSheet(
                            sheet.getLowerLeftX(),
                            sheet.getLowerLeftY(),
                            sheet.getUpperRightX(),
                            sheet.getUpperRightY()));
        }
    }

    /** PDFBox gives one word at a time. */
    @Override
    protected void writeString(String text, List<TextPosition> letters) {
        StringBuilder word = new StringBuilder();
        PageBox box = page.whole();
        for (TextPosition letter : letters) {
            for (int character : letter.getUnicode().codePoints().toArray()) {
                if (WordCharacters.isSeparator(character)) {
                    add(word, box);
                } else {
                    box = word.isEmpty() ? box(letter) : box.union(box(letter));
                    WordCharacters.append(word, character);
                }
            }
        }
        add(word, box);
    }

    private void addWords(String text, PageBox box) {
        if (box.overlap(page.whole()) == 0) {
            return;
        }
        StringBuilder word = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (WordCharacters.isSeparator(character)) {
                add(word, box);
            } else {
                WordCharacters.append(word, character);
            }
        });
        add(word, box);
    }

    private void add(StringBuilder word, PageBox box) {
        String text = WordCharacters.end(word);
        if (!text.isEmpty()) {
            words.add(new PageWord(text, page.clip(box)));
        }
        word.setLength(0);
    }

    /** Middle of a letter on the sheet. */
    private Point2D middle(TextPosition letter) {
        Line line = line(letter);
        double up = letter.getHeightDir() / 2;
        return new Point2D.Double(
                (line.x() + line.endX()) / 2 + line.upX() * up, (line.y() + line.endY()) / 2 + line.upY() * up);
    }

    private PageBox box(TextPosition letter) {
        Line line = line(letter);
        double high = ABOVE * letter.getHeightDir();
        double low = -BELOW * letter.getHeightDir();
        return line.box(page, line.x(), line.y(), low, high).union(line.box(page, line.endX(), line.endY(), low, high));
    }

    /** PDFBox has taken the corner of the crop box off; along the line of writing, whichever way that goes. */
    private Line line(TextPosition letter) {
        double x = letter.getTextMatrix().getTranslateX() + page.cropLeft();
        double y = letter.getTextMatrix().getTranslateY() + page.cropBottom();
        double endX = letter.getEndX() + page.cropLeft();
        double endY = letter.getEndY() + page.cropBottom();
        double length = Math.hypot(endX - x, endY - y);
        double upX = length > 0 ? -(endY - y) / length : 0;
        double upY = length > 0 ? (endX - x) / length : 1;
        return new Line(x, y, endX, endY, upX, upY);
    }

    /** Baseline of a letter on the sheet and the direction of its top. */
    private record Line(double x, double y, double endX, double endY, double upX, double upY) {

        PageBox box(PageGeometry page, double fromX, double fromY, double low, double high) {
            return page.ofSheet(fromX + upX * low, fromY + upY * low, fromX + upX * high, fromY + upY * high);
        }
    }
}
