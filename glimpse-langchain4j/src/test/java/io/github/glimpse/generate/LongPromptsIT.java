package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts of 10 to 30 MB, and of just as many characters as are let through: no process ends, no request overstays. */
@Thorough
@TestCategory.Hostile
class LongPromptsIT {

    private static final int PROMPTS = 50;
    private static final List<String> REPEATED = List.of(" ", "<", "x", "\uD83D", "\u4f60");

    @TempDir
    Path folder;

    @Test
    void endNoProcess() throws IOException, InterruptedException {
        List<String> lines = OwnProcess.lines(Attack.class, 400, folder);

        assertThat(lines).hasSize(PROMPTS);
        assertThat(lines)
                .allMatch(
                        line -> line.startsWith("Prompt") || line.startsWith("Deadline") || line.startsWith("answer"));
    }

    /** A measure of time, for an idle machine. */
    @Test
    @Tag("timing")
    void overstayNoDeadline() throws IOException, InterruptedException {
        assertThat(OwnProcess.lines(Attack.class, 400, folder)).hasSize(PROMPTS).allSatisfy(line -> {
            String[] words = line.split(" ", -1);
            assertThat(Long.parseLong(words[1])).as(line).isLessThan(Long.parseLong(words[2]) + 1_000);
        });
    }

    /** What runs in the process. */
    static final class Attack {

        private Attack() {}

        /** Prints for each prompt what came of it, the milliseconds it took and those it had. */
        public static void main(String[] arguments) {
            for (int seconds : List.of(1, 5)) {
                attack(TinyModels.qwen(), seconds);
            }
            try (ModelSource embedded = ModelSource.embedded()) {
                attack(EngineOptions.builder(embedded.directory()), 5);
            }
        }

        private static void attack(EngineOptions.Builder options, int seconds) {
            int models = 3;
            Duration timeout = Duration.ofSeconds(seconds);
            try (LoadedModel model = LoadedModel.load(options.timeout(timeout).build())) {
                for (int prompt = 0; prompt < PROMPTS / models + (seconds == 1 ? 2 : 0); prompt++) {
                    String one = REPEATED.get(prompt % REPEATED.size());
                    int length = prompt < REPEATED.size() ? 1_900_000 : (10 + 2 * (prompt % 11)) * 1_000_000;
                    String text = one.repeat(length) + "a";
                    long start = System.nanoTime();
                    String outcome;
                    try {
                        model.generate(new GenerationRequest(
                                List.of(ChatTurn.user(text)),
                                PruningOptions.defaults(),
                                GenerationOptions.builder().maxOutputTokens(2).build()));
                        outcome = "answer";
                    } catch (GlimpseException refused) {
                        outcome = refused.getClass().getSimpleName();
                    }
                    System.out.println(outcome + " " + (System.nanoTime() - start) / 1_000_000 + " "
                            + timeout.toMillis() + " " + Character.getName(one.codePointAt(0)) + " " + length);
                }
            }
        }
    }
}
