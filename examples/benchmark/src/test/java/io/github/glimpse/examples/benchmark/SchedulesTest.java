package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.examples.benchmark.ScheduleTable.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The command line of the schedules' run. */
class SchedulesTest {

    @Test
    void takesSeveralSchedulesAsTheyAre() {
        ParseResult parsed = Schedules.commandLine()
                .parseArgs(
                        "--model",
                        "folder",
                        "--schedule",
                        "div-prune=0.111@vision",
                        "--schedule",
                        "fastv=0.5@layer 3 + fastv=0.2@50 %",
                        "--tokens",
                        "600,1296",
                        "--clock",
                        "thread",
                        "--append");

        assertThat(parsed.<List<String>>matchedOptionValue("--schedule", List.of()))
                .containsExactly("div-prune=0.111@vision", "fastv=0.5@layer 3 + fastv=0.2@50 %");
        assertThat(parsed.<List<Integer>>matchedOptionValue("--tokens", List.of()))
                .containsExactly(600, 1296);
        assertThat(parsed.<Clock>matchedOptionValue("--clock", Clock.WALL)).isEqualTo(Clock.THREAD);
        assertThat(parsed.<Boolean>matchedOptionValue("--append", false)).isTrue();
    }

    @Test
    void needsAModel() {
        CommandLine line = Schedules.commandLine();

        assertThatThrownBy(() -> line.parseArgs("--rounds", "1")).hasMessageContaining("--model");
    }

    @Test
    void refusesAScheduleBeforeAnythingIsLoaded() {
        StringBuilder said = new StringBuilder();
        CommandLine line = Schedules.commandLine();
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            said.append(problem.getMessage());
            return 1;
        });

        assertThat(line.execute("--model", "missing", "--schedule", "fast v")).isNotZero();
        assertThat(said).contains("'fast v'");
    }
}
