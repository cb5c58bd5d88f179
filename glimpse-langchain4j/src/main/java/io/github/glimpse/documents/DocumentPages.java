package io.github.glimpse.documents;

import java.util.List;

/** The pages of one open document. Pages count from 1. Safe for concurrent use, one call after the other. */
public interface DocumentPages extends AutoCloseable {

    /** How many pages there are, at least 1. */
    int count();

    /**
     * What a page looks like.
     *
     * @throws io.github.glimpse.InvalidDocumentException if the page is broken
     */
    PageGeometry geometry(int page);

    /**
     * A page as a picture. It has fewer pixels where that many are over the limit.
     *
     * @param dotsPerInch of PDF files; pictures are shown as they are
     * @throws io.github.glimpse.InvalidDocumentException if the page cannot be rendered
     */
    RenderedPage render(int page, double dotsPerInch);

    /**
     * The words of a page's text layer, in the order of reading; empty if it has none.
     *
     * @throws io.github.glimpse.InvalidDocumentException if they cannot be read
     */
    List<PageWord> words(int page);

    /** Gives back what is open. */
    @Override
    void close();
}
