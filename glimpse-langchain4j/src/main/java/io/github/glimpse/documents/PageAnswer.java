package io.github.glimpse.documents;

import io.github.glimpse.prune.PruningReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer with its place.
 *
 * @param found whether the documents answer the question; if not, there is nothing else
 * @param text the answer, empty if there is none
 * @param document path of the document below its folder, empty if there is none
 * @param page from 1; 0 if there is none
 * @param box where the answer stands, null if there is none
 * @param source how the box came about
 * @param quote words of the page that say so: the model's, or those of the text layer in the box; may be empty
 * @param verified whether the quote, or else the answer, stands in the page's text layer
 * @param looked what pruning did with the page's picture, unit by unit, in pixels of that; of a page that was read in tiles what it did
 *     with the tile of the answer; empty if nobody says
 * @param cost what it took
 */
public record PageAnswer(
        boolean found,
        String text,
        String document,
        int page,
        @Nullable PageBox box,
        BoxSource source,
        String quote,
        boolean verified,
        List<PruningReport.Image> looked,
        Cost cost) {

    /** Copies the list. */
    public PageAnswer {
        looked = List.copyOf(looked);
    }

    /** How a box came about, the surest first. */
    public enum BoxSource {
        /** From the words of the text layer. */
        TEXT,
        /** The model said it. */
        MODEL,
        /** From the image tokens that pruning has kept. */
        KEPT,
        /** It is the whole page, or the tile of it that was read: nobody knows better. */
        PAGE
    }

    /**
     * What an answer took.
     *
     * @param pages that the model saw
     * @param imageTokens of those pages, before pruning; where tiles overlap, of each tile
     * @param keptTokens of them
     * @param findNanos time for finding pages
     * @param readNanos time for rendering and reading them
     */
    public record Cost(int pages, int imageTokens, int keptTokens, long findNanos, long readNanos) {

        Cost plus(Cost other) {
            return new Cost(
                    pages + other.pages,
                    imageTokens + other.imageTokens,
                    keptTokens + other.keptTokens,
                    findNanos + other.findNanos,
                    readNanos + other.readNanos);
        }
    }

    static PageAnswer notFound(Cost cost) {
        return new PageAnswer(false, "", "", 0, null, BoxSource.PAGE, "", false, List.of(), cost);
    }

    PageAnswer costing(Cost all) {
        return new PageAnswer(found, text, document, page, box, source, quote, verified, looked, all);
    }

    /** {@code page=N box=x1,y1,x2,y2}, in points with one decimal; {@code page=0 box=} if there is no answer. */
    public String place() {
        return box == null ? "page=" + page + " box=" : "page=" + page + " box=" + box.text();
    }
}
