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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateOutsideIT {

    /** A page of the model's own world in the suite's format: what it reads there it must be given credit for here. */
    @Test
    void countsRightAnswersRefusalsAndEvidenceByLine(@TempDir Path suite) throws IOException {
        writeSuite(suite);

        List<String> report = report(suite.toString());

        assertThat(report).hasSize(2);
        assertThat(report.get(0))
                .matches("line=read n=\\d+ full=(8\\d|9\\d|100)\\.\\d glimpse=\\S+ refused=\\S+ sure-and-wrong=\\S+"
                        + " kept=\\d+\\.\\d recall=(8\\d|9\\d|100)\\.\\d");
        assertThat(report.get(1)).startsWith("line=vain").contains("full=100.0").endsWith("recall=-");
    }

    static void writeSuite(Path suite) throws IOException {
        Drawing drawing =
                Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, Family.DOC, new PageSize(12, 12), 3));
        Files.write(suite.resolve("page.png"), PictureBytes.png(drawing));
        List<String> lines = new ArrayList<>();
        for (Question question : drawing.questions()) {
            boolean vain = question.kind() == QuestionKind.UNANSWERABLE;
            ObjectNode line = new ObjectMapper().createObjectNode();
            line.put("line", vain ? "vain" : "read").put("picture", "page.png").put("question", question.text());
            line.put("answer", vain ? "" : question.answer());
            ArrayNode boxes = line.putArray("boxes");
            for (Box box : question.evidence()) {
                boxes.addArray().add(box.left()).add(box.top()).add(box.right()).add(box.bottom());
            }
            lines.add(line.toString());
        }
        Files.write(suite.resolve("questions.jsonl"), lines, StandardCharsets.UTF_8);
    }

    static List<String> report(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        EvaluateOutside.report(List.of(arguments), new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
