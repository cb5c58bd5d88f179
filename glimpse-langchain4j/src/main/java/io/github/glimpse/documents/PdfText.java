package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;

/** Reads the words of a page's text layer and where they stand. */
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
    private final List<PageWord> words = new ArrayList<>();
    private int characters;

    private PdfText(PageGeometry page, int maxCharacters, FailedOperators failures) {
        this.page = page;
        this.maxCharacters = maxCharacters;
        this.failures = failures;
        setSortByPosition(true);
    }

    static List<PageWord> words(
            PDDocument document, int number, PageGeometry page, int maxCharacters, FailedOperators failures)
            throws IOException {
        PdfText text = new PdfText(page, maxCharacters, failures);
        text.setStartPage(number);
        text.setEndPage(number);
        text.writeText(document, Writer.nullWriter());
        return List.copyOf(text.words);
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

    @Override
    protected void processTextPosition(TextPosition letter) {
        if (++characters > maxCharacters) {
            throw new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    "The text layer of a page has more than the limit of " + maxCharacters
                            + " characters; leave the file out, or raise DocumentLimits.maxCharacters");
        }
        super.processTextPosition(letter);
    }

    /** PDFBox gives one word at a time. */
    @Override
    protected void writeString(String text, List<TextPosition> letters) {
        List<TextPosition> word = new ArrayList<>();
        for (TextPosition letter : letters) {
            if (letter.getUnicode() == null || letter.getUnicode().isBlank()) {
                add(word);
                word.clear();
            } else {
                word.add(letter);
            }
        }
        add(word);
    }

    private void add(List<TextPosition> letters) {
        if (letters.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder();
        PageBox box = box(letters.get(0));
        for (TextPosition letter : letters) {
            letter.getUnicode()
                    .codePoints()
                    .filter(character -> !Character.isISOControl(character))
                    .forEach(text::appendCodePoint);
            box = box.union(box(letter));
        }
        if (!text.isEmpty()) {
            words.add(new PageWord(text.toString(), box));
        }
    }

    /** PDFBox has taken the corner of the crop box off; along the line of writing, whichever way that goes. */
    private PageBox box(TextPosition letter) {
        double x = letter.getTextMatrix().getTranslateX() + page.cropLeft();
        double y = letter.getTextMatrix().getTranslateY() + page.cropBottom();
        double endX = letter.getEndX() + page.cropLeft();
        double endY = letter.getEndY() + page.cropBottom();
        double height = ABOVE * letter.getHeightDir();
        double length = Math.hypot(endX - x, endY - y);
        double upX = length > 0 ? -(endY - y) / length : 0;
        double upY = length > 0 ? (endX - x) / length : 1;
        double low = -BELOW * letter.getHeightDir();
        PageBox near = page.ofSheet(x + upX * low, y + upY * low, x + upX * height, y + upY * height);
        return near.union(page.ofSheet(endX + upX * low, endY + upY * low, endX + upX * height, endY + upY * height));
    }
}
