package io.github.glimpse.examples.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command with the library's tiny reference model, which was never trained. */
class EvaluateIT {

    private static final Path FAMILY = Path.of("../../glimpse-langchain4j/src/test/resources/fixtures/qwen2_5_vl-tiny");
    private static final String LINE =
            "strategy=\\S+ retention=\\S+ accuracy=\\S+ drop=\\S+ ci=\\S+ kept=\\S+ recall=\\S+ ttft=\\S+";

    @TempDir
    private Path folder;

    private List<String> run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        String[] all = new String[arguments.length + 3];
        all[0] = "--model=" + FAMILY.resolve("model");
        all[1] = "--module=" + FAMILY.resolve("glimpse");
        all[2] = "--output=" + folder.resolve("out");
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        assertThat(Evaluate.run(new PrintWriter(out, true), new PrintWriter(errors, true), all))
                .as(errors.toString())
                .isZero();
        return out.toString().lines().toList();
    }

    @Test
    void printsALinePerRowAndWritesTheReport() throws IOException {
        List<String> lines = run("--questions=2", "--strategies=none,glimpse", "--retentions=0.2");
        assertThat(lines).hasSize(8);
        assertThat(lines.subList(0, 3)).allMatch(line -> line.matches(LINE));
        assertThat(lines.get(0)).startsWith("strategy=none retention=100.0").contains("drop=0.0", "recall=100.0");
        assertThat(lines.get(2)).startsWith("strategy=glimpse retention=20.0");
        assertThat(lines.get(3))
                .matches("confidence=glimpse n=2 spearman=\\S+ auroc=\\S+ lost=0 least-tenth=- floor=-");
        assertThat(lines.get(4)).startsWith("confidence=glimpse at 20 % n=2");
        assertThat(lines.get(5)).matches("likelihood=glimpse n=2 auroc=- lost=0 least-tenth=- border=0\\.\\d\\d");
        assertThat(lines.get(6)).startsWith("likelihood=glimpse at 20 % n=2");
        assertThat(lines.get(7)).isEqualTo("report=" + folder.resolve("out/report.html"));
        assertThat(Files.readAllLines(folder.resolve("out/answers.csv"))).hasSize(1 + 2 * 3);
        assertThat(Files.readAllLines(folder.resolve("out/table.csv"))).hasSize(1 + 3);
        assertThat(Files.readAllLines(folder.resolve("out/floors.csv"))).hasSize(1 + 2 * 19);
        assertThat(Files.readString(folder.resolve("out/report.html"))).startsWith("<!DOCTYPE html>");

        long answers = Files.size(folder.resolve("out/answers.csv"));
        assertThat(run("--questions=2", "--strategies=none,glimpse", "--retentions=0.2"))
                .as("again: nothing is asked, the figures are the same")
                .isEqualTo(lines);
        assertThat(Files.size(folder.resolve("out/answers.csv"))).isEqualTo(answers);
    }

    @Test
    void takesDataOfOnesOwn() throws IOException {
        Files.copy(FAMILY.resolve("cases/020/a.png"), folder.resolve("a.png"));
        Path data = Files.writeString(
                folder.resolve("own.jsonl"),
                "{\"image\": \"a.png\", \"question\": \"What colour is the car?\", \"answers\": [\"red\"]}\n");
        List<String> lines = run("--data=" + data, "--strategies=none", "--metric=contains", "--max-output-tokens=3");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("strategy=none retention=100.0").contains("recall=- ");
    }

    @Test
    void refusesASplitThatTheDrawingsDoNotHave() {
        StringWriter errors = new StringWriter();
        int code = Evaluate.run(
                new PrintWriter(new StringWriter()), new PrintWriter(errors, true), "--split=train", "--questions=1");
        assertThat(code).isEqualTo(2);
        assertThat(errors.toString())
                .startsWith("--split is 'train', and of the drawings there are test and validation");
    }

    @Test
    void saysWhatIsWrongInALine() {
        StringWriter errors = new StringWriter();
        int code = Evaluate.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(errors, true),
                "--model=" + FAMILY.resolve("model"),
                "--data=" + folder.resolve("none.jsonl"));
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString().lines()).hasSize(1).first().asString().startsWith("There is no data file");
    }
}
