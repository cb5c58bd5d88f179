package io.github.glimpse.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.CosineSimilarity;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentRagTest {

    @TempDir
    private Path temp;

    private String run(String... arguments) {
        StringWriter out = new StringWriter();
        int code = DocumentRag.run(new PrintWriter(out), new PrintWriter(out), arguments);
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }

    @Test
    void aFewPagesAreDrawnIndexedAndAskedAndTheSecondRunIndexesNothing() {
        String[] arguments = {"--pages=3", "--questions=2", "--out=" + temp};

        String first = run(arguments);
        String second = run(arguments);

        assertThat(first).contains("Indexed   3 pages, 3 of them now");
        assertThat(first.lines().filter(line -> line.startsWith("page="))).hasSize(2);
        assertThat(first.lines().filter(line -> line.matches("page=[1-9]\\d* box=\\d.*")))
                .isNotEmpty();
        assertThat(second).contains("Indexed   3 pages, 0 of them now");
    }

    @Test
    void theSameSeedDrawsTheSameFilesAndQuestions() throws Exception {
        List<KnownQuestion> one = Corpus.draw(temp.resolve("one"), 6, 7);
        List<KnownQuestion> other = Corpus.draw(temp.resolve("other"), 6, 7);

        assertThat(one).isEqualTo(other).isNotEmpty();
        assertThat(temp.resolve("one/scans-002.pdf")).exists();
        assertThat(temp.resolve("one/scans-001.pdf")).hasSameBinaryContentAs(temp.resolve("other/scans-001.pdf"));
        assertThat(one).anyMatch(KnownQuestion::hasText).anyMatch(known -> !known.hasText());
    }

    @Test
    void chartsAreAskedByTheirCaptionAndTextIsThereToBeSearchedAlone() throws Exception {
        List<KnownQuestion> known = Corpus.draw(temp.resolve("documents"), 8, 7);
        DocumentIndex index = DocumentIndexer.builder()
                .build()
                .index(new DocumentFolder(temp.resolve("documents")), temp.resolve("index"));

        assertThat(known)
                .filteredOn(question -> question.question().find().startsWith("chart"))
                .isNotEmpty()
                .allMatch(KnownQuestion::hasText)
                .filteredOn(question -> question.page() > 0)
                .allMatch(question -> index.page(question.document(), question.page())
                        .orElseThrow()
                        .text()
                        .contains(question.question().find()));
        assertThat(index.pages())
                .filteredOn(page -> page.text().contains("article"))
                .hasSize(1);
        assertThat(known).noneMatch(question -> question.question().find().startsWith("article"));
    }

    @Test
    void codesThatAreAlmostThereDifferFromTheirPagesByOneCharacterAndAreOnNone() throws Exception {
        List<KnownQuestion> known = Corpus.draw(temp.resolve("documents"), 40, 7);
        Set<String> codes = known.stream()
                .filter(question -> question.page() > 0)
                .map(question -> question.question().find())
                .collect(Collectors.toSet());

        assertThat(known)
                .filteredOn(KnownQuestion::isAlmost)
                .hasSizeGreaterThan(3)
                .allSatisfy(question -> {
                    String find = question.question().find();
                    assertThat(question.answer()).isNull();
                    assertThat(codes)
                            .doesNotContain(find)
                            .anyMatch(code -> code.length() == find.length()
                                    && code.startsWith(find.substring(0, find.length() - 1)));
                });
    }

    @Test
    void textsAreNearByTheirTrigrams() {
        EmbeddingModel model = new TrigramEmbeddingModel();
        Embedding asked = model.embed("order DQ164").content();

        double near = CosineSimilarity.between(
                asked, model.embed("Order DQ154, total 3.50").content());
        double far = CosineSimilarity.between(
                asked, model.embed("parcel 1ZM, level 4").content());
        assertThat(near).isGreaterThan(far + 0.2);
        assertThat(CosineSimilarity.between(asked, model.embed("DQ164 (order)").content()))
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void blankedFilesHaveTheSameTextAndNoPictures() throws Exception {
        List<KnownQuestion> known = Corpus.draw(temp.resolve("drawn"), 3, 7);
        assertThat(Corpus.drawBlank(temp.resolve("blank"), 3, 7)).isEqualTo(known);
        DocumentFolder blank = new DocumentFolder(temp.resolve("blank"));
        DocumentIndex index = DocumentIndexer.builder().build().index(blank, temp.resolve("index"));

        assertThat(index.pages()).anyMatch(page -> !page.text().isEmpty());
        byte[] pixels = blank.page("scans-001.pdf", 1).image().rgb();
        for (byte pixel : pixels) {
            assertThat(pixel).isEqualTo((byte) -1);
        }
    }

    @Test
    void anEvaluationTellsOfFindersReadersAndBlankedPagesAndLeavesAReport() throws Exception {
        String said = run("--pages=4", "--evaluate", "--questions=6", "--out=" + temp);

        assertThat(said)
                .contains("| text | as drawn | yes |", "| text | blanked | no |", "| glimpse | blanked | 6 | 0.0 |")
                .contains("| vectors | as drawn | no |", "| fused | as drawn | no |")
                .contains("| glimpse | as drawn | 6 |", "| no pruning |", "| random |", "| grid |", "| down-sample |");
        assertThat(Files.readString(temp.resolve("evaluation.html")))
                .contains("<h1>Answers from documents</h1>", "default-src 'none'", "<td>down-sample</td>", "<svg")
                .doesNotContain("<script", "http:");
    }

    @Test
    void aQuestionSaysWhatToFindAndWhatToAsk() {
        assertThat(KnownQuestion.parse("order Z79: What is the total?").find()).isEqualTo("order Z79");
        assertThat(KnownQuestion.parse("order Z79: What is the total?").ask()).isEqualTo("What is the total?");
        assertThat(KnownQuestion.parse("What is it?").find()).isEqualTo("What is it?");
    }
}
