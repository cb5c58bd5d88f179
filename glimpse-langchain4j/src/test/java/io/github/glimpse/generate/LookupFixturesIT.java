package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.LookupReport;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * With tokens that are guessed from the prompt an answer has the same scores, bit by bit, and the same tokens: every case and
 * schedule of every given fixture directory whose layers can go back behind a row, alone and among others.
 */
@TestCategory.Reference
class LookupFixturesIT {

    private static final int TOKENS = 16;
    private static final int TOGETHER = 4;
    private static final int[] GUESSES = {4, 15, 1, 7};

    private record Asked(String name, GenerationRequest request, RepeatedPrompt without, int[] ids) {}

    @TestFactory
    Stream<DynamicTest> guessesChangeNoBit() {
        List<FixtureFamily> families = FixtureFamily.toRun().stream()
                .filter(family -> !family.makesVectors() && !family.isImageText() && family.isSupported())
                .toList();
        return Sample.of("LookupFixturesIT", families, FixtureFamily::modelType).stream()
                .map(family -> dynamicTest(family.name(), () -> check(family)));
    }

    private static void check(FixtureFamily family) throws Exception {
        boolean packs = HardwareFeature.PACKED_BFLOAT16.isHere();
        List<Optional<Path>> modules = Stream.concat(
                        family.cases().stream().map(FixtureCase::module),
                        StrategyCase.of(family).stream().map(StrategyCase::module))
                .distinct()
                .toList();
        for (Optional<Path> module : modules) {
            try (LoadedModel model = load(family, module, packs)) {
                boolean drafts = HardwareFeature.ROWS_AT_ONCE.isHere()
                        && !model.model().decoder().hasRecurrent();
                List<Asked> asked = asked(family, module, model);
                int proposed = 0;
                int taken = 0;
                for (int i = 0; i < asked.size(); i++) {
                    Asked one = asked.get(i);
                    LookupReport report = check(model, one, GUESSES[i % GUESSES.length], () -> {});
                    proposed += report.proposed();
                    taken += report.taken();
                    assertThat(report.off() == null).isEqualTo(drafts);
                }
                if (drafts) {
                    assertThat(taken).isPositive().isLessThan(proposed);
                }
                for (int first = 0; first + TOGETHER <= asked.size(); first += TOGETHER) {
                    together(model, asked.subList(first, first + TOGETHER));
                }
            }
        }
    }

    private static LookupReport check(LoadedModel model, Asked one, int guesses, Runnable beforeFirst) {
        RepeatedPrompt with = new RepeatedPrompt(model, 1_000, beforeFirst);
        GenerationResult result = model.generate(
                looking(one.request(), guesses), GenerationListener.NONE, new CancellationSignal(), with);
        assertThat(result.tokenIds()).as(one.name()).isEqualTo(one.ids());
        with.assertSame(one.without(), one.name() + ", " + guesses + " guesses");
        return result.lookup();
    }

    private static void together(LoadedModel model, List<Asked> asked) throws Exception {
        CyclicBarrier start = new CyclicBarrier(asked.size());
        ExecutorService callers = Executors.newFixedThreadPool(asked.size());
        try {
            List<Future<LookupReport>> all = new ArrayList<>();
            for (int i = 0; i < asked.size(); i++) {
                Asked one = asked.get(i);
                // the last one guesses nothing
                int guesses = GUESSES[i] % 7;
                all.add(callers.submit(() -> check(model, one, guesses, () -> await(start))));
            }
            for (Future<LookupReport> one : all) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static void await(CyclicBarrier start) {
        try {
            start.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("The others did not come", e);
        }
    }

    private static List<Asked> asked(FixtureFamily family, Optional<Path> module, LoadedModel model) {
        List<Asked> asked = new ArrayList<>();
        for (FixtureCase fixture : family.cases()) {
            if (fixture.module().equals(module)) {
                PruningOptions pruning = fixture.isPruned()
                        ? fixture.pruning()
                        : PruningOptions.builder().enabled(false).build();
                asked.add(asked(fixture.toString(), fixture.request(pruning), model));
            }
        }
        for (StrategyCase schedule : StrategyCase.of(family)) {
            if (schedule.module().equals(module)) {
                asked.add(asked(schedule.toString(), schedule.base().request(schedule.pruning()), model));
            }
        }
        return asked;
    }

    private static Asked asked(String name, GenerationRequest request, LoadedModel model) {
        RepeatedPrompt without = new RepeatedPrompt(model, 1_000, () -> {});
        GenerationRequest greedy = looking(request, 0);
        int[] ids = model.generate(greedy, GenerationListener.NONE, new CancellationSignal(), without)
                .tokenIds();
        assertThat(ids.length).as(name).isEqualTo(TOKENS);
        return new Asked(name, greedy, without, ids);
    }

    private static GenerationRequest looking(GenerationRequest request, int guesses) {
        GenerationOptions generation = request.generation().toBuilder()
                .temperature(0.0)
                .maxOutputTokens(TOKENS)
                .stop(List.of())
                .lookup(guesses)
                .build();
        return new GenerationRequest(request.turns(), request.pruning(), generation, request.tools(), null);
    }

    private static LoadedModel load(FixtureFamily family, Optional<Path> module, boolean packs) {
        return LoadedModel.load(EngineOptions.builder(family.model())
                .module(module.orElse(null))
                .runtime(RuntimeOptions.defaults().withThreads(1))
                .load(LoadOptions.builder()
                        .dtype(Dtype.BFLOAT16)
                        .weights(packs ? WeightFormat.PACKED : WeightFormat.MAPPED)
                        .aspect(family.cases().get(0).aspect())
                        .build())
                .transparency(Transparency.DROP)
                .build());
    }
}
