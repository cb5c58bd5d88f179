package io.github.glimpse.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
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
    void aQuestionSaysWhatToFindAndWhatToAsk() {
        assertThat(KnownQuestion.parse("order Z79: What is the total?").find()).isEqualTo("order Z79");
        assertThat(KnownQuestion.parse("order Z79: What is the total?").ask()).isEqualTo("What is the total?");
        assertThat(KnownQuestion.parse("What is it?").find()).isEqualTo("What is it?");
    }
}
