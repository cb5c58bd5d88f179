package io.github.glimpse.generate;

import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.ConstraintReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Times decoding with a schema beside decoding without, in turns, on a folder with the shape of a real model and few layers.
 * One thread and its own clock, since others use the machine too. By hand: {@code -Dglimpse.constrained.decode=<folder>}.
 */
@EnabledIfSystemProperty(named = "glimpse.constrained.decode", matches = ".+")
class FormSpeedIT {

    private static final int TOKENS = 24;
    private static final int ROUNDS = Integer.getInteger("glimpse.constrained.rounds", 9);

    /** Long enough for all tokens; what the weights choose inside the text differs, not how many they are. */
    private static final AnswerForm FORM =
            AnswerForm.jsonSchema("""
            {"type": "object", "properties": {"names": {"type": "array", "minItems": 30, "items": {"type": "object",
             "properties": {"name": {"type": "string"}, "count": {"type": "integer"}}, "required": ["name", "count"]}}},
             "required": ["names"]}""", JsonStyle.CLOSED).withLimit(AnswerForm.Limit.CUT);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @Test
    void timesDecodingWithASchemaAndWithout() {
        EngineOptions options = EngineOptions.builder(Path.of(System.getProperty("glimpse.constrained.decode")))
                .warmUp(false)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build();
        double[] free = new double[ROUNDS];
        double[] formed = new double[ROUNDS];
        double[] masks = new double[ROUNDS];
        try (LoadedModel model = LoadedModel.load(options)) {
            perToken(model, null, new double[1], 0);
            perToken(model, FORM, new double[1], 0);
            for (int round = 0; round < ROUNDS; round++) {
                free[round] = perToken(model, null, masks, round);
                formed[round] = perToken(model, FORM, masks, round);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "a token without a schema %.2f ms, with one %.2f ms (least of %d rounds %.2f and %.2f); masks and choice %.3f ms%n",
                median(free),
                median(formed),
                ROUNDS,
                Arrays.stream(free).min().orElseThrow(),
                Arrays.stream(formed).min().orElseThrow(),
                median(masks));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Milliseconds of the thread from the first token to the last, by token. */
    private double perToken(LoadedModel model, @Nullable AnswerForm form, double[] masks, int round) {
        long[] first = new long[1];
        GenerationResult result = model.generate(
                new GenerationRequest(
                        List.of(ChatTurn.user("Who is there?")),
                        PruningOptions.defaults(),
                        GenerationOptions.builder().maxOutputTokens(TOKENS).build(),
                        ToolOffer.NONE,
                        form),
                new GenerationListener() {
                    @Override
                    public void onText(String text) {}

                    @Override
                    public void onStage(Stage stage) {
                        if (stage == Stage.DECODING) {
                            first[0] = threads.getCurrentThreadCpuTime();
                        }
                    }
                },
                new CancellationSignal());
        long time = threads.getCurrentThreadCpuTime() - first[0];
        int count = result.tokenIds().length;
        ConstraintReport report = result.constraint();
        if (report != null) {
            masks[round] = report.maskTime().toNanos() / 1e6 / count;
        }
        return time / 1e6 / (count - 1);
    }
}
