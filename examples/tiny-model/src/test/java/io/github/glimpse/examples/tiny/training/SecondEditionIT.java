package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.engine.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages of the second edition, each for some steps. */
@Tag("training")
class SecondEditionIT {

    @TempDir
    private Path folder;

    @Test
    void theDecoderAloneLearnsAndGoesOnWithTheSameCurve() throws IOException {
        List<String> rows = trainedInTwoParts("converse", 8, folder, "--blur=0.5", "--lost-keys=0.9");
        // Who guesses among all pieces pays ln(3000) = 8.0 for a word, and more for where it is to look.
        assertThat(loss(rows.get(1))).isGreaterThan(10);
        assertThat(loss(rows.get(8))).isLessThan(10);
    }

    @Test
    void wordsThatAreKeptAreTheSameAfterwardsWhileLayersLearn() {
        train("converse", folder.resolve("l"), "--steps=1");
        train("converse", folder.resolve("kept"), "--steps=2", "--keep-words", from("l"));
        assertThat(weights("kept", "model.embed_tokens.weight")).isEqualTo(weights("l", "model.embed_tokens.weight"));
        assertThat(weights("kept", "cells.slots")).isEqualTo(weights("l", "cells.slots"));
        assertThat(weights("kept", "model.layers.0.mlp.up_proj.weight"))
                .isNotEqualTo(weights("l", "model.layers.0.mlp.up_proj.weight"));

        train("keep", folder.resolve("handed"), "--keep-words", from("kept"));
        assertThat(RunFolder.open(folder.resolve("handed")).entries())
                .hasSize(RunFolder.open(folder.resolve("kept")).entries().size() - 4)
                .doesNotContainKeys("model.embed_tokens.weight", "cells.slots", "cells.roles", "cells.colours");
        float[] whole = weights("kept", "model.layers.0.mlp.up_proj.weight");
        float[] rounded = weights("handed", "model.layers.0.mlp.up_proj.weight");
        for (int i = 0; i < whole.length; i++) {
            assertThat(rounded[i]).isCloseTo(whole[i], within(Math.abs(whole[i]) / 128));
        }
    }

    private float[] weights(String stage, String name) {
        SafetensorsFile file = RunFolder.open(folder.resolve(stage));
        return SafetensorsFile.floats(Objects.requireNonNull(file.entries().get(name)));
    }

    @Test
    void eyeAndDecoderLearnTogetherAndGoOnWithTheSameCurve() throws IOException {
        train("pages", folder.resolve("e"), "--steps=1");
        train("converse", folder.resolve("l"), "--steps=2");
        train("graft", folder.resolve("g"), "--edition=SECOND", "--steps=3", from("l"), from("e"));
        train("align", folder.resolve("a"), "--edition=SECOND", "--steps=2", from("g"));
        List<String> rows = trainedInTwoParts("joint", 4, folder, "--edition=SECOND", "--rate=1e-4", from("a"));
        assertThat(rows.get(0)).startsWith("step,loss,rate,gradient_norm,answer,region,pointer,alignment,");
        assertThat(rows.get(0).split(",")).contains("zoom", "full_zoom", "cut_zoom", "blind_zoom");

        train(
                "joint",
                folder.resolve("seeing"),
                "--edition=SECOND",
                "--steps=1",
                "--rate=1e-3",
                "--keep-eye",
                from("a"));
        assertThat(weights("seeing", "visual.blocks.0.mlp.up_proj.weight"))
                .isEqualTo(weights("a", "visual.blocks.0.mlp.up_proj.weight"));
        assertThat(weights("seeing", "visual.merger.mlp.2.weight"))
                .isEqualTo(weights("a", "visual.merger.mlp.2.weight"));
        assertThat(weights("seeing", "model.layers.0.mlp.up_proj.weight"))
                .isNotEqualTo(weights("a", "model.layers.0.mlp.up_proj.weight"));

        // What is shipped has no symbols: they are solved from what its eye says.
        train("symbols", folder.resolve("y"), "--edition=SECOND", "--steps=3", from("joint"));
        assertThat(folder.resolve("y").resolve(RunFolder.WEIGHTS)).isNotEmptyFile();
    }

    private String from(String stage) {
        return "--from=" + folder.resolve(stage);
    }

    /** Trains, once in one go and once as a process that was killed behind half of the steps; gives the curve, the same both times. */
    private static List<String> trainedInTwoParts(String stage, int steps, Path folder, String... options)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--steps=" + steps, "--checkpoint-every=" + steps / 2));
        Path whole = folder.resolve(stage);
        train(stage, whole, all.toArray(String[]::new));
        List<String> rows = Files.readAllLines(whole.resolve("curve.csv"));
        assertThat(rows).hasSize(steps + 1);

        Path killed = Files.createDirectories(folder.resolve("killed"));
        String checkpoint = "checkpoint-00000000" + steps / 2 + ".safetensors";
        Files.copy(whole.resolve(checkpoint), killed.resolve(checkpoint));
        Files.write(killed.resolve("curve.csv"), rows.subList(0, steps / 2 + 2));
        train(stage, killed, all.toArray(String[]::new));

        assertThat(Files.readAllLines(killed.resolve("curve.csv"))).isEqualTo(rows);
        assertThat(killed.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(whole.resolve(RunFolder.WEIGHTS));
        return rows;
    }

    private static void train(String stage, Path folder, String... options) {
        List<String> arguments = new ArrayList<>(List.of(stage, folder.toString(), "--validate-every=0"));
        arguments.addAll(List.of(options));
        Train.main(arguments.toArray(String[]::new));
    }

    private static double loss(String row) {
        return Double.parseDouble(row.split(",", 3)[1]);
    }
}
