package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateOutsideIT {

    /** A page of the model's own world, one that it reads, in the suite's format: what it reads there it must be given credit for here. */
    @Test
    void countsRightAnswersRefusalsAndEvidenceByLine(@TempDir Path suite) throws IOException {
        writeSuite(suite);

        List<String> report = report(suite.toString());

        assertThat(report.get(0)).matches("line=choose n=\\d+ full=(8\\d|9\\d|100)\\.\\d .*");
        assertThat(report.get(1))
                .matches("line=read n=\\d+ full=(8\\d|9\\d|100)\\.\\d glimpse=\\S+ random=\\S+ refused=\\S+"
                        + " sure-and-wrong=\\S+ kept=\\d+\\.\\d recall=(8\\d|9\\d|100)\\.\\d");
        assertThat(report.get(2)).matches("line=record n=1 full=(0|100)\\.0 .*");
        assertThat(report.get(3)).startsWith("line=small n=1 full=0.0 ");
        assertThat(report.get(4)).startsWith("line=vain").contains("full=100.0").endsWith("recall=-");
        assertThat(report.get(5)).matches("line=vain-cited n=1 full=(0|100)\\.0 .*");
        assertThat(report.get(6)).matches("line=zoom n=1 full=(0|100)\\.0 .*");
        assertThat(report.get(7)).matches("line=zoom-then n=1 .*");
        assertThat(report.get(8)).matches("doubt signal=likelihood n=\\d+ auroc=(0\\.\\d+|1\\.000)");
        assertThat(report).last(InstanceOfAssertFactories.STRING).startsWith("doubt signal=mean-likelihood floor=0.99");
    }

    @Test
    void twoPictureTurnsAreAskedAsOneConversation(@TempDir Path suite) throws IOException {
        ObjectNode line = line(suite, "later", "What is the total?", "").put("seen", 1);
        ArrayNode turns = (ArrayNode) line.get("turns");
        turns.addObject().put("role", "ASSISTANT").put("text", "I cannot tell.").putArray("pictures");
        turns.addObject()
                .put("role", "USER")
                .put("text", "And on this one?")
                .putArray("pictures")
                .add("page.png");
        turns.insertObject(0).put("role", "SYSTEM").put("text", "Be brief.").putArray("pictures");
        Files.write(suite.resolve("questions.jsonl"), List.of(line.toString()), StandardCharsets.UTF_8);

        assertThat(report(suite.toString()).get(0)).startsWith("line=later n=1 ");
    }

    @Test
    void aSignalThatTellsNothingHasHalfOfTheAreaAndTiesCountHalf() {
        DoubtTable table = new DoubtTable("none");
        assertThat(table.areaUnderCurve()).isNaN();
        table.add(0.5, true);
        table.add(0.5, false);
        assertThat(table.areaUnderCurve()).isEqualTo(0.5);
        table.add(0.9, true);
        table.add(0.7, false);
        // Pairs of right and wrong: 0.5 with 0.5 and 0.7, 0.9 with both.
        assertThat(table.areaUnderCurve()).isEqualTo((0.5 + 0 + 1 + 1) / 4);
        assertThat(table.lines()).contains("doubt signal=none floor=0.80 answered=25.0 right=100.0");
    }

    static void writeSuite(Path suite) throws IOException {
        Drawing drawing = drawing();
        List<String> lines = new ArrayList<>();
        Question first = drawing.questions().get(0);
        for (Question question : drawing.questions()) {
            boolean vain = question.kind() == QuestionKind.UNANSWERABLE;
            ObjectNode line = line(suite, vain ? "vain" : "read", question.text(), vain ? "" : question.answer());
            ArrayNode boxes = line.putArray("boxes");
            for (Box box : question.evidence()) {
                boxes.addArray().add(box.left()).add(box.top()).add(box.right()).add(box.bottom());
            }
            lines.add(line.toString());
            if (!vain) {
                ObjectNode choose = line(suite, "choose", question.text(), question.answer());
                choose.putArray("options").add("QQ 17").add(question.answer());
                lines.add(choose.toString());
            }
        }
        ObjectNode record = line(suite, "record", first.text(), "");
        record.putObject("fields").put("total", first.answer());
        lines.add(record.toString());
        lines.add(line(suite, "small", first.text(), "").put("unreadable", true).toString());
        lines.add(line(suite, "vain-cited", "What is the batch?", "")
                .put("cited", true)
                .toString());
        lines.add(line(suite, "zoom", first.text(), first.answer())
                .put("zoom", true)
                .toString());
        Files.write(suite.resolve("questions.jsonl"), lines, StandardCharsets.UTF_8);
    }

    private static Drawing drawing() {
        return Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, Family.DOC, new PageSize(12, 12), 5));
    }

    /** A question about the one page of the folder. */
    private static ObjectNode line(Path suite, String name, String question, String answer) throws IOException {
        Files.write(suite.resolve("page.png"), PictureBytes.png(drawing()));
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("line", name).put("answer", answer);
        line.putArray("turns")
                .addObject()
                .put("role", "USER")
                .put("text", question)
                .putArray("pictures")
                .add("page.png");
        return line;
    }

    static List<String> report(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        EvaluateOutside.report(List.of(arguments), new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
