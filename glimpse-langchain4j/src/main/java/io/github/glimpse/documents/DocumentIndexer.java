package io.github.glimpse.documents;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.documents.IndexedPage.PageVector;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Indexes a folder of documents. What was indexed before, by the same settings, is not touched again: a file is known by its content,
 * under another name too. A file or page that cannot be read becomes a row with an error, and the others go on.
 *
 * <pre>{@code
 * DocumentIndex index = DocumentIndexer.builder()
 *         .reader(new ExtractingPageReader(chat, "Extract all fields.", schema))
 *         .embeddingModel(clip)
 *         .build()
 *         .index(new DocumentFolder(Path.of("documents")), Path.of("documents.index"));
 * }</pre>
 */
public final class DocumentIndexer {

    /** Rises when rows of older indexes say something else. */
    private static final int FORMAT = 3;

    private final @Nullable PageReader reader;
    private final @Nullable EmbeddingModel embeddingModel;
    private final boolean embedsText;
    private final @Nullable String embeddingLabel;
    private final boolean readTextPages;
    private final Consumer<IndexedPage> listener;

    private DocumentIndexer(Builder builder) {
        reader = builder.reader;
        embeddingModel = builder.embeddingModel;
        embedsText = builder.embedsText;
        embeddingLabel = builder.embeddingLabel;
        readTextPages = builder.readTextPages;
        listener = builder.listener;
    }

    /** Starts an indexer, which needs nothing: by itself it takes the text layers. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Indexes what is new, forgets what is gone.
     *
     * @param file that holds the index, made if it is not there
     * @throws IOException if the folder cannot be read or the file cannot be written
     * @throws InterruptedIOException if the calling thread is interrupted; what was indexed before that is kept
     */
    public DocumentIndex index(DocumentFolder folder, Path file) throws IOException {
        requireTime(0, 0);
        IndexFile rows = new IndexFile(file, version(folder));
        Map<String, List<IndexedPage>> known = rows.read();
        Map<String, List<IndexedPage>> byContent = new HashMap<>();
        known.values().forEach(pages -> learn(byContent, pages));
        Map<String, List<IndexedPage>> kept = new LinkedHashMap<>();
        List<String> documents = folder.documents();
        List<String> missing = new ArrayList<>();
        for (String document : documents) {
            List<IndexedPage> before = known.get(document);
            if (before != null && before.get(0).sha256().equals(hash(folder, document))) {
                kept.put(document, before);
            } else {
                missing.add(document);
            }
        }
        rows.write(kept.values());
        IndexHeap heap = new IndexHeap();
        kept.values().forEach(heap::add);
        IndexProgress progress = new IndexProgress(missing.size());
        progress.start(kept.size());
        for (String document : missing) {
            IndexedDocument indexed = read(folder, document, byContent, heap, progress);
            progress.document();
            heap.add(indexed.pages());
            requireTime(kept.size(), documents.size());
            if (indexed.settled()) {
                rows.append(indexed.pages());
            }
            learn(byContent, indexed.pages());
            kept.put(document, indexed.pages());
        }
        List<IndexedPage> all = new ArrayList<>();
        documents.forEach(document -> all.addAll(kept.getOrDefault(document, List.of())));
        return new DocumentIndex(folder, version(folder), all);
    }

    private static void requireTime(int done, int all) throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("The calling thread was interrupted with " + done + " of " + all
                    + " documents indexed; index the folder again to go on");
        }
    }

    /** Names the settings of this indexer and the folder's limits: rows of the same file by the same version say the same. */
    public String version(DocumentFolder folder) {
        return FORMAT + ", " + folder.settings() + ", "
                + (reader == null ? "not read" : reader.label() + (readTextPages ? " all" : ""))
                + ", "
                + (embeddingModel == null ? "no vectors" : (embedsText ? "text by " : "") + embeddingModel.modelName())
                + (embeddingModel == null || embeddingLabel == null ? "" : ", " + embeddingLabel);
    }

    private static String hash(DocumentFolder folder, String document) {
        try {
            return folder.content(document).sha256();
        } catch (InvalidDocumentException e) {
            return "";
        }
    }

    /** Errors name their file and may pass; only a file that was read as a whole says what its copies say. */
    private static void learn(Map<String, List<IndexedPage>> byContent, List<IndexedPage> pages) {
        if (pages.stream().allMatch(page -> page.error() == null)) {
            byContent.put(pages.get(0).sha256(), pages);
        }
    }

    private IndexedDocument read(
            DocumentFolder folder,
            String document,
            Map<String, List<IndexedPage>> byContent,
            IndexHeap heap,
            IndexProgress progress) {
        try {
            DocumentContent content = folder.content(document);
            List<IndexedPage> same = byContent.get(content.sha256());
            return same == null
                    ? index(folder, content, heap, progress)
                    : new IndexedDocument(
                            same.stream().map(page -> page.of(document)).toList(), true);
        } catch (InvalidDocumentException e) {
            return heard(new IndexedDocument(List.of(failed(document, "", 0, e)), isSettled(e)));
        }
    }

    /**
     * Indexes one document whose bytes are at hand, for those who keep the rows themselves.
     *
     * @param folder whose limits and dots per inch hold; it is not looked into
     * @param document how the rows name it
     */
    public IndexedDocument index(DocumentFolder folder, String document, byte[] bytes) {
        return index(folder, DocumentContent.of(document, bytes), new IndexHeap(), IndexProgress.none());
    }

    private IndexedDocument index(
            DocumentFolder folder, DocumentContent content, IndexHeap heap, IndexProgress progress) {
        String document = content.name();
        String sha256 = content.sha256();
        DocumentSize size = new DocumentSize(document, folder.limits(), heap);
        List<IndexedPage> rows = new ArrayList<>();
        boolean settled = true;
        try (DocumentPages pages = folder.open(content, sha256)) {
            for (int page = 1; page <= pages.count(); page++) {
                progress.page();
                try {
                    IndexedPage row = page(pages, document, sha256, page, folder.dotsPerInch());
                    InvalidDocumentException tooLarge = size.add(row, pages.count());
                    if (tooLarge != null) {
                        rows.add(failed(document, sha256, page, tooLarge));
                        settled &= isSettled(tooLarge);
                        break;
                    }
                    rows.add(row);
                } catch (InvalidDocumentException e) {
                    rows.add(failed(document, sha256, page, e));
                    settled &= isSettled(e);
                } catch (LangChain4jException e) {
                    rows.add(failed(document, sha256, page, e));
                    settled = false;
                }
            }
        } catch (InvalidDocumentException e) {
            rows.add(failed(document, sha256, 0, e));
            settled = isSettled(e);
        }
        return heard(new IndexedDocument(rows, settled));
    }

    private IndexedDocument heard(IndexedDocument indexed) {
        indexed.pages().forEach(listener);
        return indexed;
    }

    /** Whether the next run must say the same; somebody may add a reader, or give the process more memory. */
    private static boolean isSettled(InvalidDocumentException error) {
        return switch (error.reason()) {
            case UNKNOWN_FORMAT, NOT_NOW, CHANGED -> false;
            case BROKEN, ENCRYPTED, TOO_LARGE, TOO_SLOW -> true;
        };
    }

    private static IndexedPage failed(String document, String sha256, int page, RuntimeException error) {
        return new IndexedPage(
                document, sha256, page, null, List.of(), "", List.of(), String.valueOf(error.getMessage()));
    }

    private IndexedPage page(DocumentPages pages, String document, String sha256, int page, double dotsPerInch) {
        List<PageWord> words = pages.words(page);
        boolean isRead = reader != null && (readTextPages || words.isEmpty());
        boolean isLookedAt = isRead || (embeddingModel != null && !embedsText);
        RenderedPage rendered = isLookedAt ? pages.render(page, dotsPerInch) : null;
        String read = "";
        List<PageVector> vectors = List.of();
        if (rendered != null && isRead && reader != null) {
            read = reader.read(DocumentFolder.content(rendered.image()));
        }
        if (rendered != null && embeddingModel != null && !embedsText) {
            vectors = DocumentVectors.of(rendered, embeddingModel);
        }
        IndexedPage row = new IndexedPage(document, sha256, page, pages.geometry(page), words, read, vectors, null);
        return embeddingModel == null || !embedsText
                ? row
                : row.withVectors(DocumentVectors.ofText(row, embeddingModel));
    }

    /** Collects what an index is made of. */
    public static final class Builder {

        private @Nullable PageReader reader;
        private @Nullable EmbeddingModel embeddingModel;
        private boolean embedsText;
        private @Nullable String embeddingLabel;
        private boolean readTextPages;
        private Consumer<IndexedPage> listener = page -> {};

        private Builder() {}

        /** Reads pages that have no text layer; nobody does by default. */
        public Builder reader(@Nullable PageReader value) {
            reader = value;
            return this;
        }

        /** Whether pages with a text layer are read too, false by default. */
        public Builder readTextPages(boolean value) {
            readTextPages = value;
            return this;
        }

        /** Makes vectors of pages and tiles: a model for pictures and texts, such as CLIP or SigLIP. None by default. */
        public Builder embeddingModel(@Nullable EmbeddingModel value) {
            embeddingModel = value;
            embedsText = false;
            return this;
        }

        /**
         * Makes one vector of what stands on each page, its text layer and what was read, by any model for texts, in place of those of its
         * picture. A page without text has none.
         */
        public Builder textEmbeddingModel(@Nullable EmbeddingModel value) {
            embeddingModel = value;
            embedsText = true;
            return this;
        }

        /**
         * Tells the embedding model from others of its name, such as by its pruning ({@link io.github.glimpse.embedding.EmbeddingEngine#label()}):
         * vectors that were made with another label are made anew. Nothing by default.
         */
        public Builder embeddingLabel(@Nullable String value) {
            embeddingLabel = value;
            return this;
        }

        /** Hears of each page that was indexed now, on the calling thread. */
        public Builder listener(Consumer<IndexedPage> value) {
            listener = value;
            return this;
        }

        /** Makes the indexer. */
        public DocumentIndexer build() {
            return new DocumentIndexer(this);
        }
    }
}
