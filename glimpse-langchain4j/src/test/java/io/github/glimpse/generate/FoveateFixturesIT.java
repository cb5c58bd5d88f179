package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.model.Positions;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The two-scale glimpse beside a second implementation, which uses nothing twice: {@code
 * src/test/python/reference/foveate.py}.
 */
class FoveateFixturesIT {

    /** Both compute in float32, in another order. */
    private static final float PROBABILITY_TOLERANCE = 2e-5f;

    private static JsonNode cases() throws IOException {
        return new ObjectMapper()
                .readTree(TinyModels.fixture("foveate/cases.json").toFile());
    }

    static Stream<JsonNode> titles() throws IOException {
        return StreamSupport.stream(cases().spliterator(), false);
    }

    /** Sees where the rows stand. */
    private static final class Places implements StageObserver {

        private @Nullable Positions places;

        @Override
        public void onSequence(Sequence sequence, Positions positions) {
            places = positions;
        }
    }

    @ParameterizedTest
    @MethodSource("titles")
    void keepsAndAnswersLikeTheSecondImplementation(JsonNode golden) {
        String family = golden.get("model").textValue();
        EngineOptions options = EngineOptions.builder(TinyModels.fixture(family + "/model"))
                .module(TinyModels.fixture(family + "/" + golden.get("module").textValue()))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build();
        try (LoadedModel model = LoadedModel.load(options)) {
            Places places = new Places();

            GenerationResult result =
                    model.generate(request(golden), GenerationListener.NONE, new CancellationSignal(), places);

            JsonNode expected = golden.get("expected");
            checkReport(result.report(), expected);
            long[][] rows = Objects.requireNonNull(places.places).rows();
            for (int row = 0; row < rows.length; row++) {
                assertThat(rows[row])
                        .containsExactly(longs(expected.get("position_ids").get(row)));
            }
            assertThat(result.prefilledTokens()).isEqualTo(rows[0].length);
            assertThat(result.tokenIds()).containsExactly(ints(expected.get("generated_ids")));
        }
    }

    private static void checkReport(PruningReport report, JsonNode expected) {
        double[] logits = StreamSupport.stream(expected.get("look_logits").spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
        int first = 0;
        for (int image = 0; image < report.images().size(); image++) {
            PruningReport.Image seen = report.images().get(image);
            int[] whole = ints(expected.get("whole_grids").get(image));
            int[] small = ints(expected.get("small_grids").get(image));
            assertThat(seen.plan().grid().rows()).isEqualTo(whole[0]);
            assertThat(seen.plan().grid().columns()).isEqualTo(whole[1]);
            assertThat(seen.kept()).containsExactly(ints(expected.get("kept").get(image)));
            float[] probabilities = Objects.requireNonNull(seen.probabilities());
            for (int cell = 0; cell < probabilities.length; cell++) {
                // The centre of the cell, as a fraction of the picture, in cells of the small one.
                int y = cell / whole[1];
                int x = cell % whole[1];
                int row = (int) Math.floor((y + 0.5) / whole[0] * small[0] + 1e-9);
                int column = (int) Math.floor((x + 0.5) / whole[1] * small[1] + 1e-9);
                float logit = (float) logits[first + row * small[1] + column];
                assertThat(probabilities[cell]).isCloseTo(KeepRule.probability(logit), within(PROBABILITY_TOLERANCE));
            }
            first += small[0] * small[1];
        }
    }

    private static GenerationRequest request(JsonNode golden) {
        byte[][] pictures = StreamSupport.stream(golden.get("pictures").spliterator(), false)
                .map(name -> TinyModels.picture("foveate/" + name.textValue()))
                .toArray(byte[][]::new);
        PruningOptions.Builder pruning = PruningOptions.builder()
                .strategy("foveate")
                .options(
                        golden.has("scale")
                                ? Map.of("scale", golden.get("scale").asText())
                                : Map.of())
                .minTokens(1);
        if (golden.has("ratio")) {
            pruning.retentionRatio(golden.get("ratio").doubleValue());
        } else {
            pruning.threshold(golden.get("threshold").doubleValue())
                    .maxRetentionRatio(golden.has("cap") ? golden.get("cap").doubleValue() : 1.0);
        }
        return new GenerationRequest(
                java.util.List.of(ChatTurn.user(golden.get("question").textValue(), pictures)),
                pruning.build(),
                GenerationOptions.builder().maxOutputTokens(12).build());
    }

    private static int[] ints(JsonNode values) {
        return IntStream.range(0, values.size())
                .map(i -> values.get(i).intValue())
                .toArray();
    }

    private static long[] longs(JsonNode values) {
        return IntStream.range(0, values.size())
                .mapToLong(i -> values.get(i).longValue())
                .toArray();
    }
}
