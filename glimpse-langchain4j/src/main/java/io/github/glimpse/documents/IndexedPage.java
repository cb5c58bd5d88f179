package io.github.glimpse.documents;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import io.github.glimpse.PrintableText;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an index knows of one page, or why it knows nothing.
 *
 * @param document path of the file below the folder of documents, with {@code /}
 * @param sha256 of the file, in hexadecimal digits
 * @param page from 1; 0 if the whole file could not be read
 * @param geometry what the page looks like; null beside an error
 * @param words of the text layer
 * @param read what a model read on the picture of the page, empty if none was asked
 * @param vectors of the page and of its tiles, in the space of the index's embedding model
 * @param error why the page, or the file, could not be read; null if it could
 */
public record IndexedPage(
        String document,
        String sha256,
        int page,
        @Nullable PageGeometry geometry,
        List<PageWord> words,
        String read,
        List<PageVector> vectors,
        @Nullable String error) {

    /** Key of the document in the metadata of a segment. */
    public static final String DOCUMENT = "document";

    /** Key of the number of the page in the metadata of a segment. */
    public static final String PAGE = "page";

    /** Key of the box that was found, in the metadata of a segment that a retriever returns: {@link PageBox#text()}. */
    public static final String BOX = "box";

    /** Key of the file's SHA-256 in the metadata of a vector. */
    public static final String SHA256 = "sha256";

    /** Copies the lists. */
    public IndexedPage {
        words = List.copyOf(words);
        vectors = List.copyOf(vectors);
    }

    /**
     * A vector of a part of a page.
     *
     * @param box the part
     * @param vector not copied
     */
    public record PageVector(PageBox box, float[] vector) {}

    IndexedPage withVectors(List<PageVector> value) {
        return new IndexedPage(document, sha256, page, geometry, words, read, value, error);
    }

    /** The same page of a copy of the file. */
    IndexedPage of(String copy) {
        return new IndexedPage(copy, sha256, page, geometry, words, read, vectors, error);
    }

    /** The text layer, and what was read. */
    public String text() {
        String layer = words.stream().map(PageWord::text).collect(Collectors.joining(" "));
        return read.isEmpty() ? layer : layer.isEmpty() ? read : layer + "\n" + read;
    }

    /** How the page is named in prompts and messages. */
    public String label() {
        return PrintableText.of(document) + ", page " + page;
    }

    /** Whether a question can find the page: by its text or by vectors. */
    public boolean isSearchable() {
        return !vectors.isEmpty() || !text().isBlank();
    }

    /** Segment of the whole page: its name and text, with {@link #DOCUMENT} and {@link #PAGE} in the metadata. */
    public TextSegment segment() {
        return TextSegment.from(
                label() + "\n" + text(), new Metadata().put(DOCUMENT, document).put(PAGE, page));
    }

    /**
     * Content of a retriever: {@link #segment()} with the score, and with {@link #BOX}; the whole page without a
     * box.
     */
    Content found(@Nullable PageBox box, double score) {
        TextSegment segment = segment();
        PageBox part = box == null && geometry != null ? geometry.whole() : box;
        if (part != null) {
            segment.metadata().put(BOX, part.text());
        }
        return Content.from(segment, Map.of(ContentMetadata.SCORE, score));
    }
}
