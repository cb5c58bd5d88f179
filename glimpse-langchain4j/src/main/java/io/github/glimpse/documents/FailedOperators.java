package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.PrintableText;
import java.io.IOException;
import java.util.zip.DataFormatException;
import org.apache.pdfbox.contentstream.operator.MissingOperandException;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.contentstream.operator.OperatorName;
import org.apache.pdfbox.contentstream.operator.state.EmptyGraphicsStackException;
import org.apache.pdfbox.filter.MissingImageReaderException;
import org.apache.pdfbox.pdmodel.MissingResourceException;

/**
 * Counter of the content operators that fail in one document, in place of PDFBox's log line and stack trace for each. A
 * page with more than {@value #MAX_PER_PAGE} is given up.
 */
final class FailedOperators {

    static final int MAX_PER_PAGE = 1_000;

    private static final int MAX_CHARACTERS = 200;

    private final String document;
    private int page;
    private int onPage;
    private int count;

    FailedOperators(String document) {
        this.document = document;
    }

    /** Starts to count for a page. */
    FailedOperators ofPage(int number) {
        page = number;
        onPage = 0;
        return this;
    }

    /**
     * Adds a failure.
     *
     * @throws InvalidDocumentException if the page has too many
     * @throws IOException the failure, if PDFBox does not go on after it
     */
    void add(Operator operator, IOException failure) throws IOException {
        if (!isSkipped(operator, failure)) {
            throw failure;
        }
        add("'" + PrintableText.of(operator.getName(), MAX_CHARACTERS) + "'", failure);
    }

    /**
     * Adds an annotation that fails.
     *
     * @throws InvalidDocumentException if the page has too many
     */
    void addAnnotation(Exception failure) {
        add("of an annotation", failure);
    }

    private void add(String operator, Exception failure) {
        count++;
        if (++onPage > MAX_PER_PAGE) {
            throw new InvalidDocumentException(
                    Reason.BROKEN,
                    "Page " + page + " of '" + document + "' has more than the limit of " + MAX_PER_PAGE
                            + " operators that fail, the last one " + operator + " ("
                            + PrintableText.of(String.valueOf(failure.getMessage()), MAX_CHARACTERS)
                            + "); send another file");
        }
    }

    /** The same choice as {@code PDFStreamEngine.operatorException}. */
    private static boolean isSkipped(Operator operator, IOException failure) {
        return failure instanceof MissingOperandException
                || failure instanceof MissingResourceException
                || failure instanceof MissingImageReaderException
                || failure instanceof EmptyGraphicsStackException
                || operator.getName().equals(OperatorName.DRAW_OBJECT)
                || failure.getCause() instanceof DataFormatException;
    }

    int count() {
        return count;
    }
}
