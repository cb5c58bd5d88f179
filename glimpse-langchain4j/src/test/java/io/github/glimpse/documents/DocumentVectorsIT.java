package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of an untrained CLIP, which mean nothing and are the same each time. */
class DocumentVectorsIT {

    private static final EmbeddingEngine ENGINE =
            EmbeddingEngine.load(EmbeddingOptions.builder(Path.of("src/test/resources/fixtures/clip-tiny/model"))
                    .name("tiny")
                    .build());
    private static final EmbeddingModel MODEL =
            GlimpseEmbeddingModel.builder().engine(ENGINE).build();

    @TempDir
    private Path temp;

    private final EmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @BeforeEach
    void writeDocuments() throws IOException {
        write("a.pdf", List.of(List.of("Order Z79", "Total 87.00"), List.of("Order K12")));
        write("b.pdf", List.of(List.of("Parcel XX-7")));
    }

    private void write(String name, List<List<String>> pages) throws IOException {
        Files.write(temp.resolve(name), PdfFiles.pages(pages));
    }

    private DocumentIndex index(double dotsPerInch) throws IOException {
        return DocumentIndexer.builder()
                .embeddingModel(MODEL)
                .build()
                .index(
                        new DocumentFolder(temp, DocumentLimits.defaults(), dotsPerInch),
                        temp.resolve("index-" + dotsPerInch));
    }

    private List<String> found(DocumentIndex index) {
        return new PageVectorRetriever(index, MODEL, store, 5)
                .retrieve(Query.from("anything")).stream()
                        .map(found -> index.page(found).orElseThrow().label())
                        .toList();
    }

    @Test
    void aPageHasAVectorOfItselfAndOfEachTileAndIsFoundOnce() throws IOException {
        DocumentIndex index = index(72);

        assertThat(DocumentVectors.fill(store, index)).isEqualTo(30);
        assertThat(index.pages().get(0).vectors()).hasSize(10).first().satisfies(whole -> assertThat(whole.box())
                .isEqualTo(new PageBox(0, 0, 200, 300)));
        assertThat(index.pages().get(0).vectors().get(9).box().x2()).isEqualTo(200);
        assertThat(found(index)).containsExactlyInAnyOrder("a.pdf, page 1", "a.pdf, page 2", "b.pdf, page 1");
    }

    @Test
    void aStoreThatLastsGetsWhatIsNewAndLosesWhatIsGone() throws IOException {
        DocumentIndex before = index(72);
        DocumentVectors.fill(store, before);
        write("b.pdf", List.of(List.of("Parcel YY-8")));
        DocumentIndex after = index(72);

        assertThat(DocumentVectors.update(store, after, DocumentVectors.ids(before)))
                .isEqualTo(new DocumentVectors.Update(10, 10));
        assertThat(DocumentVectors.update(store, after, DocumentVectors.ids(after)))
                .isEqualTo(new DocumentVectors.Update(0, 0));
        assertThat(found(after)).hasSize(3);
    }

    @Test
    void aStoreThatCannotNameItsVectorsLosesWhatWasBroughtBefore() throws IOException {
        Path brought = temp.resolve("brought");
        DocumentIndex before = index(72);
        assertThat(DocumentVectors.update(store, before, brought)).isEqualTo(new DocumentVectors.Update(0, 30));
        write("b.pdf", List.of(List.of("Parcel YY-8")));
        DocumentIndex after = index(72);
        Set<String> gone = new HashSet<>(DocumentVectors.ids(before));
        gone.removeAll(DocumentVectors.ids(after));

        assertThat(DocumentVectors.update(store, after, brought).removed()).isEqualTo(10);

        assertThat(idsOfAll()).containsAll(DocumentVectors.ids(after)).doesNotContainAnyElementsOf(gone);
        assertThat(DocumentVectors.update(store, after, brought).removed()).isZero();
        assertThat(idsOfAll()).as("in a store that may have one twice").doesNotHaveDuplicates();
        assertThat(Files.readAllLines(brought)).containsExactlyInAnyOrderElementsOf(DocumentVectors.ids(after));
    }

    @Test
    void whatAnUpdateThatWasCutOffLeftIsTakenAwayByTheNext() throws IOException {
        Path brought = temp.resolve("brought");
        DocumentIndex before = index(72);
        DocumentVectors.update(store, before, brought);
        write("b.pdf", List.of(List.of("Parcel YY-8")));
        DocumentIndex after = index(72);
        EmbeddingStore<TextSegment> broken = new InMemoryEmbeddingStore<>() {
            @Override
            public void removeAll(Collection<String> ids) {
                throw new RateLimitException("The server is busy");
            }
        };
        assertThatThrownBy(() -> DocumentVectors.update(broken, after, brought)).isInstanceOf(RateLimitException.class);

        assertThat(DocumentVectors.update(store, after, brought).removed()).isEqualTo(10);
    }

    private List<String> idsOfAll() {
        return store
                .search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(MODEL.embed("anything").content())
                        .maxResults(1000)
                        .build())
                .matches()
                .stream()
                .map(EmbeddingMatch::embeddingId)
                .toList();
    }

    @Test
    void otherSettingsAreOtherVectors() throws IOException {
        Set<String> stored = DocumentVectors.ids(index(72));

        assertThat(DocumentVectors.ids(index(100))).hasSize(30).doesNotContainAnyElementsOf(stored);
    }

    @Test
    void vectorsOfAFileThatHasChangedFindNoPage() throws IOException {
        DocumentVectors.fill(store, index(72));
        write("b.pdf", List.of(List.of("Parcel YY-8")));

        assertThat(found(index(72))).containsExactlyInAnyOrder("a.pdf, page 1", "a.pdf, page 2");
    }
}
