package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.glimpse.InvalidDocumentException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentIndexerTest {

    @TempDir
    private Path temp;

    private Path file;
    private final List<String> indexed = new ArrayList<>();

    @BeforeEach
    void writeDocuments() throws IOException {
        Files.createDirectories(temp.resolve("documents/2026"));
        file = temp.resolve("documents.index");
        write("2026/a.pdf", List.of(List.of("Order Z79", "Total 87.00"), List.of("Order K12", "Total 3.50")));
        write("b.pdf", List.of(List.of("Parcel XX-7", "Weight 12")));
        Files.writeString(root().resolve("broken.pdf"), "%PDF-1.7 and no more");
    }

    private void write(String name, List<List<String>> pages) throws IOException {
        Files.write(root().resolve(name), PdfFiles.pages(pages));
    }

    private Path root() {
        return temp.resolve("documents");
    }

    private DocumentIndex index(DocumentIndexer.Builder builder) throws IOException {
        indexed.clear();
        return builder.listener(page -> indexed.add(page.label())).build().index(new DocumentFolder(root()), file);
    }

    private DocumentIndex index() throws IOException {
        return index(DocumentIndexer.builder());
    }

    private static List<String> found(ContentRetriever retriever, DocumentIndex index, String query) {
        return retriever.retrieve(Query.from(query)).stream()
                .map(index::page)
                .map(page -> page.orElseThrow().label())
                .toList();
    }

    @Test
    void aThreadThatIsInterruptedEndsTheIndexAndSettlesNoError() throws IOException {
        DocumentIndexer told = DocumentIndexer.builder()
                .listener(page -> Thread.currentThread().interrupt())
                .build();
        try {
            assertThatIOException()
                    .isThrownBy(() -> told.index(new DocumentFolder(root()), file))
                    .isInstanceOf(InterruptedIOException.class)
                    .withMessageContaining("0 of 3 documents");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        DocumentIndex index = index();

        assertThat(indexed).hasSize(4);
        assertThat(index.pages()).hasSize(3);
        assertThat(index.errors()).hasSize(1);
    }

    @Test
    void aPageIsShownAsItWasIndexedOrNotAtAll() throws IOException {
        DocumentFolder folder = new DocumentFolder(root());
        DocumentIndexer indexer = DocumentIndexer.builder().build();
        IndexedPage before = indexer.index(folder, file).page("b.pdf", 1).orElseThrow();
        byte[] old = folder.page(before).image().toPng();

        write("b.pdf", List.of(List.of("Parcel QQ-9", "Weight 30")));

        assertThat(folder.page(before).image().toPng()).isEqualTo(old);
        assertThatThrownBy(() -> new DocumentFolder(root()).page(before))
                .isInstanceOf(InvalidDocumentException.class)
                .hasMessageContaining("'b.pdf' has changed since it was indexed");
        IndexedPage after = indexer.index(folder, file).page("b.pdf", 1).orElseThrow();
        assertThat(folder.page(after).image().toPng())
                .isNotEqualTo(old)
                .isEqualTo(folder.page("b.pdf", 1).image().toPng());
    }

    @Test
    void pagesAreFoundByTheirTextLayerBestFirst() throws IOException {
        DocumentIndex index = index();
        ContentRetriever retriever = new PageTextRetriever(index, 5);

        assertThat(found(retriever, index, "order k12: what is the total?"))
                .containsExactly("2026/a.pdf, page 2", "2026/a.pdf, page 1");
        assertThat(found(retriever, index, "the parcel xx-7")).containsExactly("b.pdf, page 1");
        assertThat(found(retriever, index, "nothing of the kind")).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadIsARowAndTheOthersGoOn() throws IOException {
        DocumentIndex index = index();

        assertThat(index.pages()).hasSize(3);
        assertThat(index.errors()).singleElement().satisfies(row -> {
            assertThat(row.document()).isEqualTo("broken.pdf");
            assertThat(row.page()).isZero();
            assertThat(row.error()).contains("broken.pdf", "cannot be read");
        });
    }

    @Test
    void whatWasIndexedIsNotTouchedAgain() throws IOException {
        List<IndexedPage> first = index().pages();

        DocumentIndex again = index();

        assertThat(indexed).isEmpty();
        assertThat(again.pages()).hasSize(3);
        assertThat(again.errors()).hasSize(1);
        assertThat(again.pages().get(0).text()).isEqualTo(first.get(0).text());
        assertThat(again.pages().get(0).words().get(1).box().x1())
                .isCloseTo(first.get(0).words().get(1).box().x1(), within(0.006));
    }

    @Test
    void changedFilesAreIndexedAnewAndDeletedOnesForgotten() throws IOException {
        index();
        write("b.pdf", List.of(List.of("Parcel YY-8")));
        Files.delete(root().resolve("broken.pdf"));

        DocumentIndex again = index();

        assertThat(indexed).containsExactly("b.pdf, page 1");
        assertThat(again.errors()).isEmpty();
        assertThat(found(new PageTextRetriever(again, 5), again, "yy-8")).containsExactly("b.pdf, page 1");
        assertThat(found(new PageTextRetriever(again, 5), again, "xx-7")).isEmpty();
    }

    @Test
    void aFileThatWasMovedOrCopiedIsKnownByItsContent() throws IOException {
        index();
        Files.move(root().resolve("b.pdf"), root().resolve("moved.pdf"));
        Files.copy(root().resolve("2026/a.pdf"), root().resolve("copy.pdf"));
        write("new.pdf", List.of(List.of("Parcel ZZ-9")));
        Files.copy(root().resolve("new.pdf"), root().resolve("newer.pdf"));

        DocumentIndex again = index();

        assertThat(indexed).as("pages that were read").containsExactly("new.pdf, page 1");
        assertThat(again.pages())
                .extracting(IndexedPage::label)
                .containsExactly(
                        "2026/a.pdf, page 1",
                        "2026/a.pdf, page 2",
                        "copy.pdf, page 1",
                        "copy.pdf, page 2",
                        "moved.pdf, page 1",
                        "new.pdf, page 1",
                        "newer.pdf, page 1");
        assertThat(found(new PageTextRetriever(again, 5), again, "xx-7")).containsExactly("moved.pdf, page 1");
        index();
        assertThat(indexed).isEmpty();
    }

    @Test
    void anIndexThatWasCutOffGoesOnBehindItsLastWholeDocument() throws IOException {
        index();
        List<String> lines = Files.readAllLines(file);
        Files.writeString(
                file,
                String.join("\n", lines.subList(0, 2)) + "\n" + lines.get(2).substring(0, 40));

        DocumentIndex again = index();

        assertThat(indexed).isNotEmpty().doesNotContain("2026/a.pdf, page 1", "2026/a.pdf, page 2");
        assertThat(again.pages()).hasSize(3);
    }

    @Test
    void otherSettingsMakeTheIndexAnew() throws IOException {
        index();

        index(DocumentIndexer.builder().reader(new Notes("color", false)).readTextPages(true));

        assertThat(indexed).hasSize(4);
    }

    @Test
    void whatWasReadIsFoundByTextAndPagesWithTextAreNotReadByThemselves() throws IOException {
        write("scan.pdf", List.of(List.of()));

        DocumentIndex index = index(DocumentIndexer.builder().reader(new Notes("color green", false)));

        assertThat(found(new PageTextRetriever(index, 5), index, "green")).containsExactly("scan.pdf, page 1");
    }

    @Test
    void aModelThatFailedIsAskedAgainTheNextTime() throws IOException {
        write("scan.pdf", List.of(List.of()));
        DocumentIndex first = index(DocumentIndexer.builder().reader(new Notes("color green", true)));
        assertThat(first.errors()).extracting(IndexedPage::document).contains("scan.pdf");

        DocumentIndex again = index(DocumentIndexer.builder().reader(new Notes("color green", false)));

        assertThat(indexed).containsExactly("scan.pdf, page 1");
        assertThat(again.errors()).extracting(IndexedPage::document).containsExactly("broken.pdf");
    }

    @Test
    void ranksOfSeveralRetrieversAreFused() throws IOException {
        DocumentIndex index = index();
        ContentRetriever text = new PageTextRetriever(index, 5);
        ContentRetriever other = query -> index.pages().stream()
                .filter(page -> page.document().equals("b.pdf") || page.page() == 1)
                .map(page -> Content.from(page.segment()))
                .toList();

        assertThat(found(new PageRetriever(List.of(text, other), 2), index, "order k12"))
                .containsExactly("2026/a.pdf, page 1", "2026/a.pdf, page 2");
    }

    @Test
    void textsOfPagesAreFoundByVectorsOfAnyModelForTexts() throws IOException {
        write("empty.pdf", List.of(List.of()));
        EmbeddingModel letters = new LetterCounts();
        DocumentIndex index = index(DocumentIndexer.builder().textEmbeddingModel(letters));
        EmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();

        assertThat(DocumentVectors.fill(store, index)).isEqualTo(3);
        assertThat(found(new PageVectorRetriever(index, letters, store, 1), index, "weight of parcel xx"))
                .containsExactly("b.pdf, page 1");
        assertThat(index.pages().get(0).vectors()).singleElement().satisfies(vector -> assertThat(vector.box())
                .isEqualTo(new PageBox(0, 0, 200, 300)));
        index(DocumentIndexer.builder().textEmbeddingModel(letters));
        assertThat(indexed).isEmpty();
        index(DocumentIndexer.builder().textEmbeddingModel(letters).embeddingLabel("half of the letters"));
        assertThat(indexed).hasSize(5);
        index();
        assertThat(indexed).isNotEmpty();
    }

    /** How often each letter stands in a text. */
    private static final class LetterCounts implements EmbeddingModel {

        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            return Response.from(segments.stream()
                    .map(segment -> {
                        float[] counts = new float[26];
                        segment.text()
                                .toLowerCase(Locale.ROOT)
                                .chars()
                                .filter(letter -> letter >= 'a' && letter <= 'z')
                                .forEach(letter -> counts[letter - 'a']++);
                        return Embedding.from(counts);
                    })
                    .toList());
        }

        @Override
        public String modelName() {
            return "letters";
        }
    }

    @Test
    void aPathOutOfTheFolderIsRefused() throws IOException {
        Files.writeString(temp.resolve("secret.pdf"), "secret", StandardOpenOption.CREATE);
        DocumentFolder folder = new DocumentFolder(root());

        assertThatThrownBy(() -> folder.page("../secret.pdf", 1)).hasMessageContaining("not in the folder");
    }

    /** Reads the same on every page, or fails as a busy model does. */
    private record Notes(String text, boolean busy) implements PageReader {

        @Override
        public String read(ImageContent page) {
            if (busy) {
                throw new RateLimitException("The queue is full");
            }
            return text;
        }

        @Override
        public String label() {
            return text;
        }
    }

    @Test
    void aDamagedIndexIsGoneOnWithFromWhatIsWhole() throws IOException {
        index();
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < 40; i++) {
            bytes[bytes.length / 3 + i] = (byte) (i * 37);
        }
        Files.write(file, bytes);

        assertThat(index().pages()).hasSize(3);
    }

    @Test
    void aFileThatIsNoIndexIsNotOverwritten() throws IOException {
        Files.writeString(file, "my own notes");

        assertThatIOException()
                .isThrownBy(this::index)
                .withMessageContaining(file.toString())
                .withMessageContaining("glimpse.rag.index");
        assertThat(file).hasContent("my own notes");
    }

    @Test
    void aFileThatIsOnlyCalledPdfIsToldSo() throws IOException {
        Files.writeString(root().resolve("broken.pdf"), "no pdf at all");

        assertThat(index().errors())
                .singleElement()
                .extracting(IndexedPage::error)
                .asString()
                .contains("'broken.pdf' is called a PDF file, and its 13 bytes neither begin as one");
    }
}
