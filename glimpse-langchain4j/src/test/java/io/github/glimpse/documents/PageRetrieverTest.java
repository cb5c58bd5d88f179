package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageRetrieverTest {

    @TempDir
    private Path temp;

    private DocumentIndex index;

    @BeforeEach
    void index() throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(
                documents.resolve("a.pdf"),
                PdfFiles.pages(List.of(
                        List.of("Order Z79", "Total 87.00"), List.of("Your order", "Order number K12", "Total 3.50"))));
        ImageIO.write(
                new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB),
                "png",
                documents.resolve("scan.png").toFile());
        Files.writeString(documents.resolve("broken.pdf"), "%PDF-1.7 and no more");
        index = DocumentIndexer.builder().build().index(new DocumentFolder(documents), temp.resolve("index"));
    }

    private static PageBox box(Content found) {
        String[] corners = Objects.requireNonNull(found.textSegment().metadata().getString(IndexedPage.BOX))
                .split(",", -1);
        return new PageBox(
                Double.parseDouble(corners[0]),
                Double.parseDouble(corners[1]),
                Double.parseDouble(corners[2]),
                Double.parseDouble(corners[3]));
    }

    @Test
    void aPageIsFoundWithItsNumberItsScoreAndTheLineOfTheRarestWords() {
        List<Content> found = new PageTextRetriever(index, 1).retrieve(Query.from("What is the total of order K12?"));

        assertThat(found).hasSize(1);
        assertThat(found.get(0).textSegment().metadata().getInteger(IndexedPage.PAGE))
                .isEqualTo(2);
        assertThat((Double) found.get(0).metadata().get(ContentMetadata.SCORE)).isPositive();
        // The baseline of the second line is 54 points below the upper edge; "number" is between the words of the
        // query.
        assertThat(box(found.get(0)).contains(30, 51)).isTrue();
        assertThat(box(found.get(0)).height()).isLessThan(20);
        assertThat(box(found.get(0)).width()).isBetween(60.0, 120.0);
    }

    @Test
    void aFusedPageKeepsScoreAndBoxAndIsOneForAllBoxes() {
        IndexedPage page = index.page("a.pdf", 2).orElseThrow();
        ContentRetriever vectors = query -> List.of(page.found(new PageBox(0, 0, 10, 10), 0.9));

        List<Content> found = new PageRetriever(List.of(new PageTextRetriever(index, 5), vectors), 5)
                .retrieve(Query.from("total of K12"));

        assertThat(found)
                .extracting(content -> content.textSegment().metadata().getInteger(IndexedPage.PAGE))
                .containsExactly(2, 1);
        assertThat(box(found.get(0)).contains(30, 51)).isFalse();
        assertThat(found).allSatisfy(content -> assertThat(content.metadata()).containsKey(ContentMetadata.SCORE));
    }

    @Test
    void anIndexIsPrintedByItsCounts() {
        assertThat(index).hasToString("DocumentIndex[documents=2, pages=3, unsearchable=1, errors=1]");
        assertThat(index.unsearchable()).extracting(IndexedPage::label).containsExactly("scan.png, page 1");
    }
}
