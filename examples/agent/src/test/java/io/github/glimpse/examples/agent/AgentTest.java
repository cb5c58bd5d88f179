package io.github.glimpse.examples.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command with the embedded model, whose first step has to call a tool. */
class AgentTest {

    @TempDir
    private Path folder;

    private final StringWriter printed = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return Agent.run(new PrintWriter(printed, true), new PrintWriter(errors, true), arguments);
    }

    @Test
    void theFirstStepCallsAToolAndTheNextAnswers() {
        int code = run("--max-output-tokens=160");

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(printed.toString())
                .contains("trained to call zoom only")
                .containsPattern("Step 1\\R  kept    \\d+ of \\d+ image tokens of 1 pictures")
                .containsPattern("  calls   (add|note|zoom) \\{.*}  \\(least likely token 0\\.\\d+\\)\\R  gives   \\S")
                .containsPattern("Step 2\\R")
                .contains("  says    ")
                .doesNotContain("were not offered");
    }

    @Test
    void withoutADemandTheModelAnswersAtOnce() {
        assertThat(run("--required=0")).isZero();

        assertThat(printed.toString())
                .containsPattern("Step 1\\R  kept    .*\\R  tools   .*\\R  says    87\\.00\\R")
                .doesNotContain("Step 2");
    }

    @Test
    void onlyZoomIsOfferedWithoutADemand() {
        assertThat(run("--required=0")).isZero();

        assertThat(printed.toString()).containsPattern("  tools   not offered: (add, note|note, add) \\(untrained\\)");
    }

    @Test
    void anImageThatCannotBeReadIsASentenceBeforeTheModelIsLoaded() throws IOException {
        assertThat(run("--image=no-such-image.png")).isOne();
        assertThat(errors.toString())
                .contains("The image 'no-such-image.png'", "is no file that can be read", "check --image")
                .doesNotContain("\tat ");
        Path empty = Files.createFile(folder.resolve("empty.png"));
        assertThat(run("--image=" + empty)).isOne();
        assertThat(errors.toString()).contains("empty.png", "has no bytes", "send a PNG");
        assertThat(printed.toString()).isEmpty();
    }
}
