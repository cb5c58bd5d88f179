package io.github.glimpse.documents;

import java.util.List;

/**
 * What an index knows of one document.
 *
 * @param pages a row for each page, or one with page 0 and an error
 * @param settled whether the rows may be kept: a file stays as broken as it is, a model that failed may do better the next time
 */
public record IndexedDocument(List<IndexedPage> pages, boolean settled) {

    /** Copies the list. */
    public IndexedDocument {
        pages = List.copyOf(pages);
    }
}
