package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.CommandLines;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainTest {

    @ParameterizedTest
    @CsvSource({
        "vision run --speed=8, '--speed=8', '--rate'",
        "vision run --rate=fast, '--rate', 'fast'",
        "vision run --precision=half, '--precision', 'MIXED'",
        "vision run steps, 'steps', '--steps'",
        "embed target --model=m --module=m, '--figures', '--run'",
        "embed target --figures=f, '--model', '--module'",
        "visio run, 'visio', 'keep'",
        "vision, 'run folder', 'glimpse'"
    })
    void endsWithTwoAndNamesWhatIsWrongAndWhatThereIs(String arguments, String wrong, String known) {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();

        int code = CommandLines.run(
                () -> Train.run(arguments.split(" ")), new PrintStream(errors, true, StandardCharsets.UTF_8));

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(wrong).contains(known);
    }
}
