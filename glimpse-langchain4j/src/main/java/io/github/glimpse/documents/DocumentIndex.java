package io.github.glimpse.documents;

import dev.langchain4j.rag.content.Content;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Index of a folder of documents: its pages, and the pages and files that could not be read. Immutable; safe for
 * concurrent use.
 */
public final class DocumentIndex {

    private final DocumentFolder folder;
    private final String version;
    private final Map<String, IndexedPage> pages = new LinkedHashMap<>();
    private final List<IndexedPage> errors;
    private final TextIndex text;

    DocumentIndex(DocumentFolder folder, String version, List<IndexedPage> rows) {
        this.folder = folder;
        this.version = version;
        rows.stream()
                .filter(row -> row.error() == null)
                .forEach(row -> pages.put(key(row.document(), row.page()), row));
        errors = rows.stream().filter(row -> row.error() != null).toList();
        text = new TextIndex(pages.values());
    }

    private static String key(String document, int page) {
        return page + " " + document;
    }

    /** Where pages are rendered. */
    public DocumentFolder folder() {
        return folder;
    }

    /** What it was made by: an index of another version says something else of the same files. */
    public String version() {
        return version;
    }

    /** Pages that could be read, document by document. */
    public List<IndexedPage> pages() {
        return List.copyOf(pages.values());
    }

    /**
     * Pages without text and vectors, which no question finds: a {@link PageReader} or an embedding model makes them
     * searchable.
     */
    public List<IndexedPage> unsearchable() {
        return pages.values().stream().filter(page -> !page.isSearchable()).toList();
    }

    /** Pages and whole files that could not be read, each with its error. */
    public List<IndexedPage> errors() {
        return errors;
    }

    /** A page, empty if the index has none of that name and number. */
    public Optional<IndexedPage> page(String document, int page) {
        return Optional.ofNullable(pages.get(key(document, page)));
    }

    /** The page that a retriever has found, empty if it is none of this index. */
    public Optional<IndexedPage> page(Content found) {
        String document = found.textSegment().metadata().getString(IndexedPage.DOCUMENT);
        Integer page = found.textSegment().metadata().getInteger(IndexedPage.PAGE);
        return document == null || page == null ? Optional.empty() : page(document, page);
    }

    /** Counts without names and paths. */
    @Override
    public String toString() {
        long documents =
                pages.values().stream().map(IndexedPage::document).distinct().count();
        return "DocumentIndex[documents=" + documents + ", pages=" + pages.size() + ", unsearchable="
                + unsearchable().size() + ", errors=" + errors.size() + "]";
    }

    TextIndex text() {
        return text;
    }
}
