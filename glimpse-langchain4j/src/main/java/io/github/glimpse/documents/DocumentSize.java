package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import org.jspecify.annotations.Nullable;

/** Size of the rows of one document while it is indexed, against its limits. */
final class DocumentSize {

    private final String document;
    private final int maxCharacters;
    private final long maxHeapBytes;
    private long characters;
    private long heapBytes;

    DocumentSize(String document, DocumentLimits limits, IndexHeap heap) {
        this.document = document;
        maxCharacters = limits.maxCharacters();
        maxHeapBytes = heap.left();
    }

    /**
     * Adds a page.
     *
     * @param pageCount of the document
     * @return the error of this page and all after it if the document has become too large, null if it has not
     */
    @Nullable
    InvalidDocumentException add(IndexedPage page, int pageCount) {
        for (PageWord word : page.words()) {
            characters += word.text().length();
        }
        heapBytes += IndexHeap.bytesOf(page);
        String pages = "Pages " + page.page() + " to " + pageCount + " of '" + document + "' are not indexed, as ";
        if (characters > maxCharacters) {
            return new InvalidDocumentException(
                    Reason.TOO_LARGE,
                    pages + "the text layers of the document have more than the limit of " + maxCharacters
                            + " characters; split it, or raise DocumentLimits.maxCharacters");
        }
        if (heapBytes > maxHeapBytes) {
            return new InvalidDocumentException(
                    Reason.NOT_NOW,
                    pages + "the document needs more than the " + Math.max(0, maxHeapBytes)
                            + " bytes of heap that are left for it in the index; raise -Xmx, or split the folder");
        }
        return null;
    }
}
