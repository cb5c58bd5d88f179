package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PictureFolder;
import io.github.glimpse.image.PixelArea;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationSetTest {

    private static final byte[] PICTURE = new byte[100];

    @TempDir
    private Path folder;

    @BeforeEach
    void writePicture() throws IOException {
        Files.write(folder.resolve("a.png"), PICTURE);
    }

    private EvaluationSet read(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return EvaluationSet.read(file, DataOptions.below(folder));
    }

    private EvaluationItem only(String name, String text) throws IOException {
        EvaluationSet set = read(name, text);
        assertThat(set.items()).hasSize(1);
        return set.items().get(0);
    }

    @Test
    void readsJsonLines() throws IOException {
        EvaluationItem item = only("set.jsonl", """

                {"image": "a.png", "question": "What?", "answers": ["red", 7], "boxes": [[1, 2, 4, 8]], "metric": "anls", "kind": "doc"}
                """);
        assertThat(item.id()).as("the line").isEqualTo("2");
        assertThat(item.question()).isEqualTo("What?");
        assertThat(item.answers()).containsExactly("red", "7");
        assertThat(item.boxes()).containsExactly(new PixelArea(1, 2, 3, 6));
        assertThat(item.metric()).isEqualTo("anls");
        assertThat(item.kind()).isEqualTo("doc");
        assertThat(item.picture().bytes()).isEqualTo(PICTURE);
    }

    @Test
    void readsTheTrainingFormOfVisualCot() throws IOException {
        EvaluationItem item = only("set.jsonl", """
                {"question": "Who?", "answer": "she", "image": "a.png", "width": 640, "height": 480, "bboxs": [[0, 0, 10, 10], [5, 5, 9, 9]], "dataset": "docvqa"}
                """);
        assertThat(item.answers()).containsExactly("she");
        assertThat(item.boxes()).hasSize(2);
        assertThat(item.boxedSize()).isEqualTo(new ImageSize(640, 480));
        assertThat(item.kind()).isEqualTo("docvqa");
        assertThat(item.metric()).isEqualTo("exact");
    }

    @Test
    void readsTheConversationsOfTheVisualCotBenchmark() throws IOException {
        EvaluationItem item = only("set.json", """
                [{"question_id": 5, "image": ["a.png", "a.png###[41, 26, 240, 311]"], "width": 500, "height": 400, "conversations": [
                  {"from": "human", "value": "<image>\\nWhere is he? Please provide the bounding box coordinate of the region that can help you answer the question better."},
                  {"from": "gpt", "value": "[0.1, 0.2, 0.3, 0.4]"}, {"from": "human", "value": "<image>"},
                  {"from": "gpt", "value": "At home."}]}]
                """);
        assertThat(item.id()).isEqualTo("5");
        assertThat(item.question()).isEqualTo("Where is he?");
        assertThat(item.answers()).containsExactly("At home.");
        assertThat(item.boxes()).containsExactly(new PixelArea(41, 26, 199, 285));
    }

    @Test
    void readsAnswersOfPeople() throws IOException {
        EvaluationItem item = only("set.json", """
                [{"image": "a.png", "question": "q", "answers": [{"answer": "a", "answer_id": 1}, {"answer": "b"}]}]
                """);
        assertThat(item.answers()).containsExactly("a", "b");
    }

    @Test
    void readsTsvWithPicturesInIt() throws IOException {
        String base64 = Base64.getEncoder().encodeToString(PICTURE);
        EvaluationSet set = read(
                "set.tsv",
                "index\timage\tquestion\tanswer\tcategory\n"
                        + "7\t" + base64
                        + "\t\"Two\nlines, \"\"quoted\"\"\"\t\"['a', 'it''s']\"\tx\n".replace("''", "\\'")
                        + "8\t7\tNext?\tplain\ty\n");
        assertThat(set.items()).extracting(EvaluationItem::id).containsExactly("7", "8");
        assertThat(set.items().get(0).question()).isEqualTo("Two\nlines, \"quoted\"");
        assertThat(set.items().get(0).answers()).containsExactly("a", "it's");
        assertThat(set.items().get(0).picture().bytes()).isEqualTo(PICTURE);
        assertThat(set.items().get(1).picture().bytes()).as("of row 7").isEqualTo(PICTURE);
        assertThat(set.items().get(1).kind()).isEqualTo("y");
    }

    @Test
    void asksForTheLetterOfAMultipleChoice() throws IOException {
        EvaluationItem item =
                only("set.tsv", "index\timage_path\tquestion\tA\tB\tC\tanswer\r\n1\ta.png\tWhich?\tcat\tdog\t\tB\r\n");
        assertThat(item.question()).startsWith("Which?\nA. cat\nB. dog\n").doesNotContain("C.");
        assertThat(item.answers()).containsExactly("B", "dog");
        assertThat(item.metric()).isEqualTo("choice");
        assertThat(item.picture().bytes()).isEqualTo(PICTURE);
    }

    @Test
    void namesFileAndLineOfABadRow() {
        assertRefused(
                "a.jsonl",
                "{\"image\": \"a.png\", \"question\": \"q\", \"answer\": 1}\n{\"q\"",
                "Line 2 of",
                "no JSON");
        assertRefused("a.jsonl", "{\"image\": \"a.png\", \"answer\": 1}", "Line 1 of", "no text 'question'");
        assertRefused("a.jsonl", "{\"image\": \"a.png\", \"question\": \"q\"}", "Line 1 of", "what counts as right");
        assertRefused(
                "a.jsonl",
                "{\"image\": \"a.png\", \"question\": \"q\", \"answer\": 1, \"boxes\": [[9, 1, 2, 3]]}",
                "Line 1 of",
                "box 1 is not");
        assertRefused("a.json", "[{\"question\": \"q\"}\n, 7]", "line", "has neither");
        assertRefused("a.json", "{}", "no JSON list");
        assertRefused("a.tsv", "index\tquestion\tanswer\n1\tq", "Line 2 of", "2 columns, the header has 3");
        assertRefused("a.tsv", "index\tquestion\tanswer\n1\t\"q", "Line 2 of", "not closed");
        assertRefused("a.tsv", "index\tq\n", "no header");
        assertRefused("a.csv", "", "ends in none of");
    }

    @Test
    void refusesWhatAReaderWouldOverlook() throws IOException {
        String row = "{\"image\": \"a.png\", \"question\": \"q\", \"answer\": 1}";
        assertRefused("a.jsonl", row + " " + row, "Line 1 of", "no JSON");
        assertRefused("a.jsonl", row.replace("1", "\" \""), "Line 1 of", "blank answers");
        assertRefused("a.tsv", "index\tquestion\tanswer\n1\tq\t\n", "Line 2 of", "blank answers");
        Path lines = Files.write(
                folder.resolve("a.jsonl"),
                (row + "\n" + row.replace("q", "caf\u00e9")).getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> EvaluationSet.read(lines, DataOptions.below(folder)))
                .hasMessageContaining("Line 2 of")
                .hasMessageContaining("no UTF-8");
        Path cells = Files.write(
                folder.resolve("a.tsv"),
                "index\timage_path\tquestion\tanswer\n1\ta.png\tcaf\u00e9\tx".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> EvaluationSet.read(cells, DataOptions.below(folder)))
                .hasMessageContaining("Line 2 of")
                .hasMessageContaining("no UTF-8");
    }

    @Test
    void refusesALineOrARecordThatIsTooLongBeforeItIsInMemory() {
        assertRefused("a.jsonl", "\n" + "x".repeat(4_000_001), "Line 2 of", "more than 4000000 bytes");
        String wide = ("\t" + "x".repeat(10_000_000)).repeat(3);
        assertRefused("a.tsv", "question\tanswer\ta\tb\tc\nq\tx" + wide, "Line 2 of", "more than 27715240 bytes");
    }

    @Test
    void overlooksAByteOrderMark() throws IOException {
        assertThat(only("a.jsonl", "\uFEFF{\"image\": \"a.png\", \"question\": \"q\", \"answer\": 1}")
                        .question())
                .isEqualTo("q");
        assertThat(only("a.tsv", "\uFEFFindex\timage_path\tquestion\tanswer\n7\ta.png\tq\tx")
                        .id())
                .isEqualTo("7");
    }

    @Test
    void endsLinesOfTablesAtLoneCarriageReturns() throws IOException {
        EvaluationSet set = read("a.tsv", "index\timage_path\tquestion\tanswer\r17\ta.png\tq\tx\r18\ta.png\tr\ty\r");
        assertThat(set.items()).extracting(EvaluationItem::id).containsExactly("17", "18");
    }

    @Test
    void readsListsInCellsAsPythonPrintsThem() throws IOException {
        EvaluationItem item = only(
                "a.tsv",
                "index\timage_path\tquestion\tanswer\tboxes\n"
                        + "1\ta.png\tq\t['caf\\xe9', \"b's\", 'a\\\\x41']\t[[1, 2, 3, 4]]");
        assertThat(item.answers()).containsExactly("caf\u00e9", "b's", "a\\x41");
        assertThat(item.boxes()).containsExactly(new PixelArea(1, 2, 2, 2));
        assertThat(only("a.tsv", "index\timage_path\tquestion\tanswer\n1\ta.png\tq\t[1] and [2]")
                        .answers())
                .as("no list, though it starts and ends like one")
                .containsExactly("[1] and [2]");
    }

    private void assertRefused(String name, String text, String... parts) {
        assertThatThrownBy(() -> read(name, text))
                .isInstanceOf(EvaluationDataException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void refusesPicturesOutsideOfTheFolderUnlessAllowed() throws IOException {
        String row = "{\"image\": \"../b.png\", \"question\": \"q\", \"answer\": 1}";
        assertRefused("a.jsonl", row, "Line 1 of", "outside of the picture folder");
        assertRefused("a.jsonl", row.replace("../b.png", "/etc/passwd"), "outside of the picture folder");

        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path file = Files.writeString(inner.resolve("a.jsonl"), row.replace("b.png", "a.png"));
        DataOptions allowed =
                DataOptions.below(inner).withPictures(new PictureFolder(inner, 1_000, PictureFolder.Outside.ALLOWED));
        assertThat(EvaluationSet.read(file, allowed).items().get(0).picture().bytes())
                .isEqualTo(PICTURE);
    }

    @Test
    void refusesAPictureOverTheLimitWhenItIsAskedFor() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.jsonl"), "{\"image\": \"a.png\", \"question\": \"q\", \"answer\": 1}");
        EvaluationSet set = EvaluationSet.read(
                file,
                DataOptions.below(folder).withPictures(new PictureFolder(folder, 99, PictureFolder.Outside.REFUSED)));
        assertThatThrownBy(() -> set.items().get(0).picture().bytes())
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("100 bytes, the limit is 99");
    }

    @Test
    void takesTheRowsOfASplit() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), """
                {"image": "a.png", "question": "q", "answer": 1, "split": "train"}
                {"image": "a.png", "question": "r", "answer": 1, "split": "test"}
                """);
        EvaluationSet set = EvaluationSet.read(file, DataOptions.below(folder).withSplit("test"));
        assertThat(set.items()).extracting(EvaluationItem::question).containsExactly("r");
    }

    @Test
    void refusesTwoQuestionsOfOneIdAndSetsWithoutAny() {
        assertRefused(
                "a.jsonl",
                "{\"id\": 1, \"image\": \"a.png\", \"question\": \"q\", \"answer\": 1}\n".repeat(2),
                "have the id '1'");
        assertThatThrownBy(() -> EvaluationSet.of("empty", List.of())).hasMessageContaining("no question");
    }
}
