package io.github.glimpse.documents;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import io.github.glimpse.documents.IndexedPage.PageVector;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.PictureCrop;
import io.github.glimpse.image.PixelArea;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Vectors of pages and of their tiles, made by a model for pictures and texts, and brought into a store. */
public final class DocumentVectors {

    static final int TILES = 3;
    static final int MOST_OF_A_PAGE = 1 + TILES * TILES;

    private static final int BATCH = 512;

    private DocumentVectors() {}

    /** One of the page, and one of each of its 3 x 3 tiles. */
    static List<PageVector> of(RenderedPage page, EmbeddingModel model) {
        int width = page.image().width();
        int height = page.image().height();
        List<CropWindow> parts = new ArrayList<>();
        parts.add(new CropWindow(0, 0, width, height));
        if (width >= TILES && height >= TILES) {
            for (int row = 0; row < TILES; row++) {
                for (int column = 0; column < TILES; column++) {
                    int left = column * width / TILES;
                    int top = row * height / TILES;
                    parts.add(new CropWindow(
                            left, top, (column + 1) * width / TILES - left, (row + 1) * height / TILES - top));
                }
            }
        }
        List<EmbeddingInput> inputs = parts.stream()
                .map(part -> EmbeddingInput.from(DocumentFolder.content(PictureCrop.of(page.image(), part))))
                .toList();
        List<Embedding> embeddings =
                model.embed(EmbeddingRequest.builder().inputs(inputs).build()).embeddings();
        List<PageVector> vectors = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            CropWindow window = parts.get(part);
            vectors.add(new PageVector(
                    page.mapping()
                            .ofPixels(new PixelArea(window.left(), window.top(), window.width(), window.height())),
                    embeddings.get(part).vector()));
        }
        return vectors;
    }

    /** One of the page's text, which stands for the whole page; none of a page without text. */
    static List<PageVector> ofText(IndexedPage row, EmbeddingModel model) {
        return row.geometry() == null || row.text().isBlank()
                ? List.of()
                : List.of(new PageVector(
                        row.geometry().whole(),
                        model.embed(row.text()).content().vector()));
    }

    /**
     * Brings all vectors of an index into a store. Their ids follow from file, page, tile and the index's version, so a store that lasts may
     * be filled again; what it has of files that are gone stays: {@link #update} takes that away.
     *
     * @return how many there are
     */
    public static int fill(EmbeddingStore<TextSegment> store, DocumentIndex index) {
        return update(store, index, Set.of(), Set.of()).added();
    }

    /**
     * What became of a store.
     *
     * @param removed vectors of files, pages or versions that the index has not
     * @param added vectors that the store had not
     */
    public record Update(int removed, int added) {}

    /**
     * Makes a store that lasts hold the vectors of an index and no others. It writes in parts, so one that was cut off goes on where it ended.
     *
     * @param stored ids of all vectors in the store, which is the index's own
     */
    public static Update update(EmbeddingStore<TextSegment> store, DocumentIndex index, Set<String> stored) {
        return update(store, index, stored, Set.of());
    }

    /**
     * The same.
     *
     * @param replaced ids that the store may have of what is written again: stores may have one twice
     */
    private static Update update(
            EmbeddingStore<TextSegment> store, DocumentIndex index, Set<String> stored, Set<String> replaced) {
        Set<String> left = new HashSet<>(stored);
        left.removeAll(ids(index));
        List<String> stale = List.copyOf(left);
        for (int from = 0; from < stale.size(); from += BATCH) {
            store.removeAll(stale.subList(from, Math.min(stale.size(), from + BATCH)));
        }
        List<String> ids = new ArrayList<>();
        List<Embedding> embeddings = new ArrayList<>();
        List<TextSegment> segments = new ArrayList<>();
        int added = 0;
        for (IndexedPage page : index.pages()) {
            for (int number = 0; number < page.vectors().size(); number++) {
                String id = id(index.version(), page, number);
                if (!stored.contains(id)) {
                    PageVector vector = page.vectors().get(number);
                    ids.add(id);
                    embeddings.add(Embedding.from(vector.vector()));
                    segments.add(segment(page, vector));
                    added++;
                }
            }
            if (ids.size() >= BATCH) {
                remove(store, ids, replaced);
                store.addAll(ids, embeddings, segments);
                ids.clear();
                embeddings.clear();
                segments.clear();
            }
        }
        if (!ids.isEmpty()) {
            remove(store, ids, replaced);
            store.addAll(ids, embeddings, segments);
        }
        return new Update(stale.size(), added);
    }

    private static void remove(EmbeddingStore<TextSegment> store, List<String> ids, Set<String> replaced) {
        List<String> again = ids.stream().filter(replaced::contains).toList();
        if (!again.isEmpty()) {
            store.removeAll(again);
        }
    }

    /**
     * Makes a store that cannot name its vectors, as LangChain4j's interface cannot, hold those of an index, and takes away what was
     * brought into it before and is gone. All vectors are written again, so a store that was emptied is filled.
     *
     * @param brought file with the ids of what was brought into the store, made if it is not there; where it is lost, vectors of files that
     *     are gone stay, and find no page
     * @throws IOException if the file cannot be read or written
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if the store cannot remove; nothing has been written then
     */
    public static Update update(EmbeddingStore<TextSegment> store, DocumentIndex index, Path brought)
            throws IOException {
        Set<String> before = Files.exists(brought) ? Set.copyOf(Files.readAllLines(brought)) : Set.of();
        Set<String> now = ids(index);
        Set<String> all = new LinkedHashSet<>(before);
        all.addAll(now);
        remember(brought, all);
        Set<String> gone = new LinkedHashSet<>(before);
        gone.removeAll(now);
        Update update = update(store, index, gone, before);
        remember(brought, now);
        return update;
    }

    private static void remember(Path brought, Set<String> ids) throws IOException {
        Path unfinished = brought.resolveSibling(brought.getFileName() + ".new");
        Files.write(unfinished, ids);
        Files.move(unfinished, brought, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Ids of all vectors of an index, as {@link #fill} gives them. */
    public static Set<String> ids(DocumentIndex index) {
        Set<String> ids = new LinkedHashSet<>();
        for (IndexedPage page : index.pages()) {
            for (int number = 0; number < page.vectors().size(); number++) {
                ids.add(id(index.version(), page, number));
            }
        }
        return ids;
    }

    /**
     * The id of a vector.
     *
     * @param version {@link DocumentIndexer#version} of the index
     * @param number of the vector among the page's, from 0
     */
    public static String id(String version, IndexedPage page, int number) {
        String name = version + " " + page.sha256() + " " + page.document() + " " + page.page() + " " + number;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** What a store keeps beside a vector: the page's name, and place and file in the metadata. */
    public static TextSegment segment(IndexedPage page, PageVector vector) {
        PageBox box = vector.box();
        Metadata metadata = new Metadata()
                .put(IndexedPage.DOCUMENT, page.document())
                .put(IndexedPage.PAGE, page.page())
                .put(IndexedPage.SHA256, page.sha256())
                .put("x1", box.x1())
                .put("y1", box.y1())
                .put("x2", box.x2())
                .put("y2", box.y2());
        return TextSegment.from(page.label(), metadata);
    }

    /** The box of a vector by the metadata of its {@link #segment}. */
    static @Nullable PageBox box(Metadata metadata) {
        Double left = metadata.getDouble("x1");
        Double top = metadata.getDouble("y1");
        Double right = metadata.getDouble("x2");
        Double bottom = metadata.getDouble("y2");
        return left == null || top == null || right == null || bottom == null
                ? null
                : PageBox.ofCorners(left, top, right, bottom);
    }
}
