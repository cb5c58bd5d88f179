package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.Differences;
import io.github.glimpse.generate.FixtureFamily;
import io.github.glimpse.generate.FixtureTensors;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every strategy that works on CLIP and SigLIP beside a second implementation, made from the published rules: {@code
 * src/test/python/reference/vectors.py}.
 */
@TestCategory.Reference
class VectorFixturesIT {

    // As in the fixtures' README: two correct implementations in float32 apart.
    private static final double VECTORS = 2e-5;
    private static final double SCORES = 5e-5;
    private static final double LOGITS = 1e-3;

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final JsonNode CASES = FixtureFamily.json(FIXTURES.resolve("vectors/cases.json"));
    private static final FixtureTensors GOLDEN = new FixtureTensors(FIXTURES.resolve("vectors/cases.safetensors"));
    private static final Map<String, EmbeddingEngine> ENGINES = new HashMap<>();
    private static final Differences DIFFERENCES = new Differences();

    @TestFactory
    Stream<DynamicTest> everyCaseEqualsTheSecondImplementation() {
        return Stream.concat(
                sample().stream().map(golden -> dynamicTest(title(golden), () -> check(golden))),
                Stream.of(true)
                        .filter(whole -> Sample.isWhole())
                        .map(whole -> dynamicTest("nothing was left out", () -> assertThat(GOLDEN.unread())
                                .isEmpty())));
    }

    private static List<JsonNode> sample() {
        List<JsonNode> all = StreamSupport.stream(CASES.spliterator(), false).toList();
        return Sample.of("VectorFixturesIT", all, golden -> golden.get("model"), VectorFixturesIT::cuts);
    }

    @Test
    void theSampleHasEachModelAndEachStrategy() {
        Set<String> all = new TreeSet<>();
        CASES.forEach(golden -> all.addAll(cuts(golden)));
        Set<String> sampled = new TreeSet<>();
        sample().forEach(golden -> sampled.addAll(cuts(golden)));

        assertThat(sampled).isEqualTo(all);
        assertThat(sample())
                .extracting(golden -> golden.get("model").textValue())
                .contains("clip-tiny", "siglip-tiny");
    }

    private static Set<String> cuts(JsonNode golden) {
        Set<String> names = new TreeSet<>();
        golden.get("steps").forEach(step -> names.add(name(step)));
        return names;
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-tiny", "siglip-tiny"})
    void everyStrategyHasACaseAtEachPlaceWhereItWorks(String model) {
        Set<String> covered = new TreeSet<>();
        for (JsonNode golden : CASES) {
            if (golden.get("model").textValue().equals(model)) {
                golden.get("steps").forEach(step -> covered.add(place(step) + " " + name(step)));
            }
        }
        Set<String> working = new TreeSet<>();
        for (String strategy : PruningStrategies.discover(List.of()).names()) {
            Map<String, String> places = Map.of("tower", "tower 2", "vision", "vision");
            places.forEach((place, at) -> {
                if (!strategy.equals(PruningOptions.NONE) && works(engine(model), strategy, at)) {
                    working.add(place + " " + strategy);
                }
            });
        }
        assertThat(covered).isEqualTo(working);
    }

    private static boolean works(EmbeddingEngine engine, String strategy, String at) {
        PruningStep.Builder step = PruningStep.builder(strategy).at(at);
        return Stream.of(
                        step.retentionRatio(0.5).build(),
                        step.retentionRatio(null).build())
                .anyMatch(cut -> {
                    try {
                        engine.check(
                                PruningOptions.builder().schedule(List.of(cut)).build());
                        return true;
                    } catch (IllegalArgumentException e) {
                        return false;
                    }
                });
    }

    private static String title(JsonNode golden) {
        StringBuilder title = new StringBuilder(
                golden.get("case").textValue() + " " + golden.get("model").textValue());
        golden.get("steps").forEach(step -> title.append(", ")
                .append(step.get("at").textValue())
                .append(' ')
                .append(name(step)));
        return title.toString();
    }

    private static String name(JsonNode step) {
        return step.get("strategy").textValue();
    }

    private static String place(JsonNode step) {
        return step.get("at").textValue().startsWith("tower") ? "tower" : "vision";
    }

    private static void check(JsonNode golden) throws IOException {
        String model = golden.get("model").textValue();
        Path request = FIXTURES.resolve(model).resolve("cases/001");
        List<byte[]> pictures =
                List.of(Files.readAllBytes(request.resolve("a.png")), Files.readAllBytes(request.resolve("b.png")));
        List<String> texts = StreamSupport.stream(
                        FixtureFamily.json(request.resolve("request.json"))
                                .get("texts")
                                .spliterator(),
                        false)
                .map(JsonNode::textValue)
                .toList();
        PruningOptions pruning = pruning(golden);
        MatchScores scores = engine(model).match(pictures, texts, pruning);
        List<PatchReport.Image> report = scores.report().images();
        boolean each = report.size() > pictures.size();
        assertThat(report).hasSize(golden.get("kept").size());
        for (int run = 0; run < report.size(); run++) {
            int image = each ? run / texts.size() : run;
            String name = golden.get("case").textValue() + ".image" + image + (each ? ".text" + run % texts.size() : "")
                    + ".";
            cuts(name, golden.get("kept").get(run), report.get(run));
            float[] logits = scores.logits()[image];
            float[] own = each ? new float[] {logits[run % texts.size()]} : logits;
            DIFFERENCES.close("logits", own, GOLDEN.floats(name + "logits"), LOGITS);
        }
        if (GOLDEN.has(golden.get("case").textValue() + ".image0.vector")) {
            vectors(golden.get("case").textValue(), engine(model), pictures, pruning);
        }
    }

    private static void cuts(String name, JsonNode kept, PatchReport.Image report) {
        assertThat(report.cuts()).hasSize(kept.size());
        for (int i = 0; i < kept.size(); i++) {
            PatchReport.Cut cut = report.cuts().get(i);
            DIFFERENCES.equal("kept set of a step", cut.kept(), Differences.ints(kept.get(i)));
            if (GOLDEN.has(name + "scores" + i)) {
                float[] own = Objects.requireNonNull(cut.scores());
                DIFFERENCES.close("scores of " + cut.strategy(), own, GOLDEN.floats(name + "scores" + i), SCORES);
            }
        }
        DIFFERENCES.equal("kept set", report.kept(), Differences.ints(kept.get(kept.size() - 1)));
    }

    private static void vectors(String name, EmbeddingEngine engine, List<byte[]> pictures, PruningOptions pruning) {
        List<float[]> vectors = engine.embedImages(pictures, pruning).vectors();
        for (int image = 0; image < vectors.size(); image++) {
            float[] golden = GOLDEN.floats(name + ".image" + image + ".vector");
            DIFFERENCES.close("vectors of pictures", vectors.get(image), golden, VECTORS);
        }
        if (!engine.family().equals("clip")) {
            return; // SigLIP's patches have no vectors of their own: its head has read what they became
        }
        List<PatchVectors> patches = engine.embedPatches(pictures, pruning);
        for (int image = 0; image < patches.size(); image++) {
            float[] golden = GOLDEN.floats(name + ".image" + image + ".patches");
            float[][] own = patches.get(image).vectors();
            float[] flat = new float[golden.length];
            assertThat(own).hasDimensions(own.length, golden.length / own.length);
            for (int i = 0; i < own.length; i++) {
                System.arraycopy(own[i], 0, flat, i * own[i].length, own[i].length);
            }
            DIFFERENCES.close("vectors of patches", flat, golden, VECTORS);
        }
    }

    private static PruningOptions pruning(JsonNode golden) {
        return PruningOptions.builder()
                .schedule(StreamSupport.stream(golden.get("steps").spliterator(), false)
                        .map(VectorFixturesIT::step)
                        .toList())
                .build();
    }

    private static PruningStep step(JsonNode json) {
        Map<String, String> options = new HashMap<>();
        json.get("options")
                .properties()
                .forEach(entry -> options.put(entry.getKey(), entry.getValue().textValue()));
        PruningStep.Builder step =
                PruningStep.builder(name(json)).at(json.get("at").textValue()).options(options);
        if (json.has("ratio")) {
            step.retentionRatio(json.get("ratio").doubleValue());
        }
        return step.build();
    }

    private static EmbeddingEngine engine(String model) {
        return ENGINES.computeIfAbsent(
                model,
                name -> EmbeddingEngine.load(TinyClip.options(FIXTURES.resolve(name))
                        .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .build()));
    }

    @AfterAll
    static void printAndClose() {
        System.out.println(DIFFERENCES.table("vectors with every strategy (float32)"));
        ENGINES.values().forEach(EmbeddingEngine::close);
        ENGINES.clear();
    }
}
