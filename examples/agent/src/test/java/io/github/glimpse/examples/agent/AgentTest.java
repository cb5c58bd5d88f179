package io.github.glimpse.examples.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The command with the embedded model, whose first step has to call a tool. */
class AgentTest {

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
                .contains("the mask alone")
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
                .containsPattern("Step 1\\R  kept    .*\\R  says    87\\.00\\R")
                .doesNotContain("Step 2");
    }

    @Test
    void whatCannotBeDoneIsALine() {
        assertThat(run("--image=no-such-picture.png")).isOne();
        assertThat(errors.toString()).contains("no-such-picture.png").doesNotContain("\tat ");
    }
}
