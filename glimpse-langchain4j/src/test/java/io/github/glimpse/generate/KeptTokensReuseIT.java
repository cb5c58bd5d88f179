package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scores and kept tokens of an image for questions of a session, in every compute type and weight format: with reused rows they
 * have the bits of a computation without. Kept sets alone would hide a difference in the last bits where no score is near the
 * threshold, so scores and first logits are compared too.
 */
@Thorough
@TestCategory.Reference
class KeptTokensReuseIT {

    private static final byte[] IMAGE = NoisePicture.png(new Random(7), 280, 100);

    /** Of different lengths, so that different numbers of rows run with reused ones. */
    private static final List<String> QUESTIONS = List.of(
            "Milk?",
            "What is the total?",
            "Which item costs the most, and what does it cost in all?",
            "What is written in the first line of this receipt, in the second one, in the third one and in the last one?");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, MAPPED, default, false",
        "FLOAT32, INT8, default, false",
        "BFLOAT16, MAPPED, default, false",
        "BFLOAT16, AUTO, default, false",
        "BFLOAT16, INT8, default, false",
        "FLOAT32, MAPPED, default, true",
        "FLOAT32, MAPPED, AVX2, false",
        "FLOAT32, INT8, AVX2, false",
        "BFLOAT16, MAPPED, AVX2, false",
        "BFLOAT16, INT8, AVX2, false",
        "BFLOAT16, MAPPED, AVX2, true"
    })
    void reusedRowsChangeNoBitOfScoresAndLogits(String dtype, String weights, String instructions, String noKernels)
            throws Exception {
        Map<String, String> environment = instructions.equals("default")
                ? Map.of()
                : Map.of("ATEN_CPU_CAPABILITY", "avx2", "ONEDNN_MAX_CPU_ISA", instructions);

        List<String> lines = OwnProcess.lines(environment, Session.class, 300, folder, dtype, weights, noKernels);

        // Questions after the first one, and all of them once more.
        assertThat(lines).last().isEqualTo("reused " + (2 * QUESTIONS.size() - 1) + ", differ []");
    }

    /** Asks every question without a session, then all of them twice in one. */
    static final class Session {

        private Session() {}

        public static void main(String[] arguments) {
            System.setProperty("glimpse.kernels.none", arguments[3]);
            List<String> differ = new ArrayList<>();
            int reused = 0;
            try (ModelSource folder = ModelSource.embedded();
                    ModelSource module = ModelSource.embeddedModule();
                    LoadedModel model = LoadedModel.load(EngineOptions.builder(folder.directory())
                            .module(module.directory())
                            .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                            .load(LoadOptions.builder()
                                    .dtype(Dtype.valueOf(arguments[1]))
                                    .weights(WeightFormat.valueOf(arguments[2]))
                                    .build())
                            .build())) {
                List<ObservedAnswer> fresh = QUESTIONS.stream()
                        .map(question -> ObservedAnswer.ask(model, request(question)))
                        .toList();
                for (int i = 0; i < 2 * QUESTIONS.size(); i++) {
                    int number = i % QUESTIONS.size();
                    ObservedAnswer again = ObservedAnswer.ask(
                            model, request(QUESTIONS.get(number)).inSession("one"));
                    reused += again.reuse().kind() == ReuseReport.Kind.PREFIX ? 1 : 0;
                    if (!isSame(again, fresh.get(number))) {
                        differ.add(i + " " + again.reuse());
                    }
                }
            }
            System.out.println("reused " + reused + ", differ " + differ);
        }

        private static GenerationRequest request(String question) {
            return new GenerationRequest(
                    List.of(ChatTurn.user(question, IMAGE)),
                    PruningOptions.defaults(),
                    GenerationOptions.builder().maxOutputTokens(4).build());
        }

        private static boolean isSame(ObservedAnswer one, ObservedAnswer other) {
            return one.kept().equals(other.kept())
                    && Arrays.deepEquals(one.scores().toArray(), other.scores().toArray())
                    && Arrays.equals(one.logits, other.logits)
                    && one.result().text().equals(other.result().text());
        }
    }
}
