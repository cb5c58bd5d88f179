package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.training.Train;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All stages one after the other, each for a step or two, and the report on what comes out. */
class StagesIT {

    private static final int QUESTIONS = 12;
    private static final Pattern LINE =
            Pattern.compile("kind=(\\w+) n=(\\d+) full=\\d+\\.\\d glimpse=\\d+\\.\\d random=\\d+\\.\\d"
                    + " grid=\\d+\\.\\d kept=(\\d+\\.\\d) recall=(-|\\d+\\.\\d) faces=(seen|unseen)");

    @Test
    void goesFromNothingToAReport(@TempDir Path folder) throws Exception {
        train("vision", folder.resolve("v"), "--steps=2");
        train("symbolic", folder.resolve("s"), "--steps=2");
        train(
                "graft",
                folder.resolve("g"),
                "--steps=3",
                "--from=" + folder.resolve("s"),
                "--from=" + folder.resolve("v"));
        train("joint", folder.resolve("j"), "--steps=2", "--from=" + folder.resolve("g"));
        train("export", folder.resolve("model"), "--from=" + folder.resolve("j"));
        assertThatAModelFolderTrainsOn(folder);
        train("glimpse", folder.resolve("p"), "--steps=1", "--from=" + folder.resolve("model"));
        assertThat(Files.size(folder.resolve("model/model.safetensors"))).isLessThan(12_000_000);

        List<String> lines = evaluate(folder, "--questions=" + QUESTIONS);
        int questions = 0;
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            questions += matcher.group(1).equals("all") ? 0 : Integer.parseInt(matcher.group(2));
        }
        assertThat(questions).isEqualTo(2 * QUESTIONS);
        assertThat(lines.get(lines.size() - 1))
                .startsWith("kind=all n=" + QUESTIONS + " ")
                .endsWith(" faces=unseen");
        assertThat(evaluate(folder, "--questions=3", "--choose-threshold"))
                .last(InstanceOfAssertFactories.STRING)
                .matches("chosen threshold=.*|no threshold .*");
        assertThatModelIsEmbedded(folder, lines);
    }

    @Tag("training")
    @Test
    void theSecondEditionGoesFromNothingToAReport(@TempDir Path folder) throws Exception {
        String edition = "--edition=SECOND";
        train("pages", folder.resolve("e"), "--steps=1");
        train("converse", folder.resolve("l"), "--steps=1");
        train(
                "graft",
                folder.resolve("g"),
                edition,
                "--steps=2",
                "--from=" + folder.resolve("l"),
                "--from=" + folder.resolve("e"));
        train("joint", folder.resolve("j"), edition, "--steps=1", "--from=" + folder.resolve("g"));
        train("export", folder.resolve("model"), edition, "--from=" + folder.resolve("j"));
        train("glimpse", folder.resolve("p"), edition, "--steps=1", "--from=" + folder.resolve("model"));
        // With the library at most 16 MB, of which all else takes 3.0.
        assertThat(Files.size(folder.resolve("model/model.safetensors"))
                        + Files.size(folder.resolve("p/module/model.safetensors")))
                .isLessThan(13_000_000);

        EvaluateOutsideIT.writeSuite(folder);
        assertThat(EvaluateOutsideIT.report(
                        folder.toString(),
                        folder.resolve("model").toString(),
                        folder.resolve("p/module").toString()))
                .hasSizeGreaterThan(6)
                .allMatch(line -> line.startsWith("line=") || line.startsWith("doubt "));
    }

    /** The file of a model has no symbols: they are solved from what its eye says, and everything else is as it was. */
    private static void assertThatAModelFolderTrainsOn(Path folder) {
        train("symbols", folder.resolve("y"), "--steps=3", "--from=" + folder.resolve("model/model.safetensors"));
        train("joint", folder.resolve("j2"), "--steps=1", "--rate=1e-12", "--faded=1", "--from=" + folder.resolve("y"));
        train("export", folder.resolve("model2"), "--from=" + folder.resolve("j2"));
        assertThat(folder.resolve("model2/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("model/model.safetensors"));
    }

    private static void assertThatModelIsEmbedded(Path folder, List<String> lines) throws IOException {
        Path figures = Files.write(folder.resolve("figures.txt"), lines);
        Path target = folder.resolve("embedded");
        Train.main(new String[] {
            "embed",
            target.toString(),
            "--model=" + folder.resolve("model"),
            "--module=" + folder.resolve("p/module"),
            "--figures=" + figures,
            "--threshold=0.25",
            "--run=earlier:1200",
            "--run=" + folder.resolve("v"),
            "--run=" + folder.resolve("j")
        });
        assertThat(target.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("model/model.safetensors"));
        assertThat(target.resolve("module/config.json")).content().contains("\"reduce_threshold\" : 0.5");
        assertThat(target.resolve("model/README.md"))
                .content()
                .contains("seed: 20250801\nsteps:\n  earlier: 1200\n  v: 2\n  j: 2\nsha256:\n")
                .containsPattern(" model: [0-9a-f]{64}")
                .containsPattern(" module: [0-9a-f]{64}")
                .contains("| all | " + QUESTIONS + " | ")
                .doesNotContain("{{");
        assertThat(evaluate(target.resolve("model"), target.resolve("module"), "--questions=1", "--faces=seen"))
                .isNotEmpty();
    }

    private static List<String> evaluate(Path folder, String... options) {
        return evaluate(folder.resolve("model"), folder.resolve("p/module"), options);
    }

    private static List<String> evaluate(Path model, Path module, String... options) {
        List<String> arguments = new ArrayList<>(List.of(model.toString(), module.toString()));
        arguments.addAll(List.of(options));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            Evaluate.report(EvaluationOptions.parse(arguments.toArray(String[]::new)), out);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static void train(String stage, Path folder, String... options) {
        List<String> arguments = new ArrayList<>(List.of(stage, folder.toString(), "--validate-every=0"));
        arguments.addAll(List.of(options));
        Train.main(arguments.toArray(String[]::new));
    }
}
