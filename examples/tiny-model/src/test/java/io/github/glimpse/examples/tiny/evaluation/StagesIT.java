package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.training.Train;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All stages one after the other, each for a step or two, and the report on what comes out. */
class StagesIT {

    private static final int QUESTIONS = 12;
    private static final Pattern LINE = Pattern.compile(
            "kind=(\\w+) n=(\\d+) full=\\d+\\.\\d glimpse=\\d+\\.\\d random=\\d+\\.\\d kept=(\\d+\\.\\d) recall=(-|\\d+\\.\\d)");

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
        train("glimpse", folder.resolve("p"), "--steps=1", "--from=" + folder.resolve("model"));
        assertThat(Files.size(folder.resolve("model/model.safetensors"))).isLessThan(8L << 20);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            Evaluate.report(folder.resolve("model"), folder.resolve("p/module"), QUESTIONS, FacePool.UNSEEN, out);
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        int questions = 0;
        for (String line : lines.subList(0, lines.size() - 1)) {
            Matcher matcher = LINE.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            questions += Integer.parseInt(matcher.group(2));
        }
        assertThat(questions).isEqualTo(QUESTIONS);
        assertThat(lines.get(lines.size() - 1))
                .startsWith("kind=all n=" + QUESTIONS + " ")
                .matches(LINE);
    }

    private static void train(String stage, Path folder, String... options) {
        List<String> arguments = new java.util.ArrayList<>(List.of(stage, folder.toString(), "--validate-every=0"));
        arguments.addAll(List.of(options));
        Train.main(arguments.toArray(String[]::new));
    }
}
