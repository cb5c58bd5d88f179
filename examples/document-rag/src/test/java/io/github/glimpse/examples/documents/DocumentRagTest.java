package io.github.glimpse.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.CosineSimilarity;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.PageAnswer;
import io.github.glimpse.documents.PageAnswerForm;
import io.github.glimpse.documents.PageAnswerer;
import io.github.glimpse.documents.PageBox;
import io.github.glimpse.documents.PageTextRetriever;
import io.github.glimpse.examples.documents.DrawnPage.Paper;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.ImageSize;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
    void aWrongPathIsASentenceWithTheNextStep() {
        StringWriter errors = new StringWriter();

        int code = DocumentRag.run(
                new PrintWriter(new StringWriter()), new PrintWriter(errors, true), "--documents=no-such-folder");

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString())
                .contains("'no-such-folder' (", "is no folder", "--documents")
                .doesNotContain("\tat ", "Usage:");
    }

    @Test
    void theSameSeedDrawsTheSameFilesAndQuestions() throws Exception {
        List<KnownQuestion> one = Corpus.draw(temp.resolve("one"), 6, 7, Paper.SMALL);
        List<KnownQuestion> other = Corpus.draw(temp.resolve("other"), 6, 7, Paper.SMALL);

        assertThat(one).isEqualTo(other).isNotEmpty();
        assertThat(temp.resolve("one/scans-002.pdf")).exists();
        assertThat(temp.resolve("one/scans-001.pdf")).hasSameBinaryContentAs(temp.resolve("other/scans-001.pdf"));
        assertThat(one).anyMatch(KnownQuestion::hasText).anyMatch(known -> !known.hasText());
    }

    @Test
    void chartsAreAskedByTheirCaptionAndTextIsThereToBeSearchedAlone() throws Exception {
        List<KnownQuestion> known = Corpus.draw(temp.resolve("documents"), 8, 7, Paper.SMALL);
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
        List<KnownQuestion> known = Corpus.draw(temp.resolve("documents"), 40, 7, Paper.SMALL);
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
    void pagesOnA4LieAnywhereOnTheirSheetsAndSoDoTheirBoxes() throws Exception {
        List<KnownQuestion> small = Corpus.draw(temp.resolve("small"), 6, 7, Paper.SMALL);
        List<KnownQuestion> large = Corpus.draw(temp.resolve("large"), 6, 7, Paper.A4);
        DocumentFolder folder = new DocumentFolder(temp.resolve("large"));

        assertThat(large)
                .extracting(KnownQuestion::text)
                .containsExactlyElementsOf(
                        small.stream().map(KnownQuestion::text).toList());
        for (int number = 0; number < large.size(); number++) {
            PageBox box = large.get(number).box();
            PageBox onSmall = small.get(number).box();
            assertThat(box == null).isEqualTo(onSmall == null);
            if (box != null && onSmall != null) {
                assertThat(box.width()).isEqualTo(onSmall.width());
                assertThat(new PageBox(0, 0, 595, 842).contains(box.x2(), box.y2()))
                        .isTrue();
            }
        }
        assertThat(folder.page("scans-001.pdf", 1).image().size()).isEqualTo(new ImageSize(1190, 1684));
    }

    @Test
    void a4PagesWithoutATextLayerAreReadByTilesAndTheirLinesAreFound() throws Exception {
        List<KnownQuestion> known = Corpus.draw(temp.resolve("documents"), 3, 7, Paper.A4).stream()
                .filter(question -> question.answer() != null && !question.hasText())
                .toList();
        DocumentIndex index = DocumentIndexer.builder()
                .build()
                .index(new DocumentFolder(temp.resolve("documents")), temp.resolve("index"));

        try (ModelSource source = ModelSource.openOrEmbedded(null);
                ModelSource module = ModelSource.openModuleFor(null, null);
                LoadedModel engine = LoadedModel.load(DocumentRag.options(source, module))) {
            PageAnswerer answerer = PageAnswerer.builder(
                            index,
                            new PageTextRetriever(index, 5),
                            GlimpseChatModel.builder().model(engine).build())
                    .form(PageAnswerForm.plain(Vocabulary.REFUSAL, Vocabulary.UNREADABLE))
                    .tiles(448)
                    .build();

            int right = 0;
            int hits = 0;
            for (KnownQuestion question : known) {
                PageAnswer answer = answerer.answer(
                        question.question(),
                        List.of(index.page(question.document(), question.page()).orElseThrow()));
                right += answer.text().equals(question.answer()) ? 1 : 0;
                hits += answer.source() == PageAnswer.BoxSource.KEPT
                                && Objects.requireNonNull(question.box())
                                        .holdsMiddleOf(Objects.requireNonNull(answer.box()))
                        ? 1
                        : 0;
            }
            assertThat(known).hasSize(14);
            assertThat(right).isGreaterThanOrEqualTo(11);
            assertThat(hits).isGreaterThanOrEqualTo(11);
        }
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
        List<KnownQuestion> known = Corpus.draw(temp.resolve("drawn"), 3, 7, Paper.SMALL);
        assertThat(Corpus.drawBlank(temp.resolve("blank"), 3, 7, Paper.SMALL)).isEqualTo(known);
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
