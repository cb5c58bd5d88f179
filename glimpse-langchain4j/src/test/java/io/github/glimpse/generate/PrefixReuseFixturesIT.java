package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Visual;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prefill.ReuseReport.Kind;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * On every fixture of every family and every schedule: another question about the same pictures, and the next turn of a chat, are
 * answered from remembered rows as they are without any: with the same scores, kept tokens and logits, bit for bit. Directories as in {@link
 * ReferenceFixturesIT}.
 */
@TestCategory.Reference
class PrefixReuseFixturesIT {

    private static final int LEAST_ROWS = 16;

    private static final PruningOptions UNPRUNED =
            PruningOptions.builder().enabled(false).build();

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static int sessions;
    private static int prefixes;
    private static int chats;

    @TestFactory
    Stream<DynamicContainer> answersDoNotDependOnWhatIsRemembered() {
        List<FixtureFamily> families = FixtureFamily.toRun().stream()
                .filter(family -> !family.makesVectors() && family.isSupported())
                .toList();
        List<FixtureCase> cases = Sample.of(
                "PrefixReuseFixturesIT, cases",
                families.stream().flatMap(family -> family.cases().stream()).toList(),
                FixtureCase::family,
                FixtureCase::aspect);
        List<StrategyCase> schedules = StrategyCase.sample(
                "PrefixReuseFixturesIT, schedules",
                families.stream().flatMap(PrefixReuseFixturesIT::schedules).toList());
        return families.stream()
                .map(family -> dynamicContainer(family.directory().toString(), tests(family, cases, schedules)));
    }

    private static Stream<StrategyCase> schedules(FixtureFamily family) {
        return Stream.concat(
                StrategyCase.of(family).stream(),
                StrategyCase.toRun().stream()
                        .filter(schedule -> schedule.family().name().equals(family.name())));
    }

    private static Stream<DynamicNode> tests(
            FixtureFamily family, List<FixtureCase> cases, List<StrategyCase> schedules) {
        List<DynamicNode> tests = new ArrayList<>();
        for (FixtureCase fixture : cases) {
            if (!fixture.family().equals(family)) {
                continue;
            }
            tests.add(dynamicTest(fixture + ", unpruned", () -> check(fixture, fixture.module(), UNPRUNED)));
            if (fixture.isPruned()) {
                tests.add(dynamicTest(fixture + ", pruned", () -> check(fixture, fixture.module(), fixture.pruning())));
            }
        }
        schedules(family)
                .filter(schedules::contains)
                .forEach(schedule -> tests.add(dynamicTest(
                        schedule.toString(), () -> check(schedule.base(), schedule.module(), schedule.pruning()))));
        return tests.stream();
    }

    private static void check(FixtureCase fixture, Optional<Path> module, PruningOptions pruning) {
        LoadedModel model = model(fixture, module);
        GenerationRequest asked = fixture.request(pruning);
        // Of its own: a schedule may be there twice.
        String name = "session " + sessions++;
        ObservedAnswer fresh = ObservedAnswer.ask(model, asked);
        assertThat(fresh.reuse().rowsReused()).isZero();

        ObservedAnswer.ask(
                model, asked.withTurns(withOtherQuestion(asked.turns())).inSession(name));
        ObservedAnswer again = ObservedAnswer.ask(model, asked.inSession(name));
        assertSame(again, fresh);
        if (again.reuse().off() == null && asksBehindThePictures(asked.turns()) && again.prefix(fresh) >= LEAST_ROWS) {
            prefixes++;
            assertThat(again.reuse().kind()).isEqualTo(Kind.PREFIX);
            assertThat(again.reuse().rowsReused()).isGreaterThanOrEqualTo(again.prefix(fresh));
        }

        List<ChatTurn> next = new ArrayList<>(asked.turns());
        next.add(new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text("It is red."))));
        next.add(ChatTurn.user("And what is beside it?"));
        ObservedAnswer rerun = ObservedAnswer.ask(model, asked.withTurns(next));
        ObservedAnswer.ask(model, asked.inSession(name + " chat"));
        ObservedAnswer continued =
                ObservedAnswer.ask(model, asked.withTurns(next).inSession(name + " chat"));
        assertSame(continued, rerun);
        if (continued.reuse().off() == null) {
            chats++;
            assertThat(continued.reuse().rowsReused() + continued.reuse().rowsComputed())
                    .isEqualTo(rerun.reuse().rowsComputed());
            assertThat(continued.reuse().kind()).as("%s", continued.reuse()).isEqualTo(Kind.CONTINUED);
        }
    }

    private static void assertSame(ObservedAnswer reused, ObservedAnswer fresh) {
        assertThat(reused.kept()).isEqualTo(fresh.kept());
        assertThat(reused.scores()).usingRecursiveComparison().isEqualTo(fresh.scores());
        assertThat(reused.result().tokenIds()).isEqualTo(fresh.result().tokenIds());
        assertThat(reused.logits).isEqualTo(fresh.logits);
    }

    /** The last text that the user wrote is another one. */
    private static List<ChatTurn> withOtherQuestion(List<ChatTurn> turns) {
        List<ChatTurn> others = new ArrayList<>(turns);
        for (int turn = others.size() - 1; turn >= 0; turn--) {
            List<ChatTurn.Part> parts = new ArrayList<>(others.get(turn).parts());
            for (int part = parts.size() - 1; others.get(turn).role() == Role.USER && part >= 0; part--) {
                if (parts.get(part) instanceof ChatTurn.Text) {
                    parts.set(part, new ChatTurn.Text("Read the smallest line aloud, please, and then the rest"));
                    others.set(turn, others.get(turn).withParts(parts));
                    return others;
                }
            }
        }
        return others;
    }

    /** Whether no picture lies behind that text. */
    private static boolean asksBehindThePictures(List<ChatTurn> turns) {
        boolean asked = false;
        for (ChatTurn turn : turns) {
            for (ChatTurn.Part part : turn.parts()) {
                boolean asks = turn.role() == Role.USER && part instanceof ChatTurn.Text;
                asked = asks || (asked && !(part instanceof Visual));
            }
        }
        return asked;
    }

    private static LoadedModel model(FixtureCase fixture, Optional<Path> module) {
        return MODELS.computeIfAbsent(
                fixture.family().directory() + " " + module + " " + fixture.aspect(),
                key -> LoadedModel.load(EngineOptions.builder(fixture.family().model())
                        .module(module.orElse(null))
                        .families(Endless.families())
                        .strategies(List.of(new ListedTokens()))
                        .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .load(LoadOptions.builder()
                                .dtype(Dtype.FLOAT32)
                                .weights(WeightFormat.MAPPED)
                                .aspect(fixture.aspect())
                                .build())
                        .transparency(Transparency.DROP)
                        .build()));
    }

    @AfterAll
    static void printAndClose() {
        System.out.printf(Locale.ROOT, "%d second questions, %d chats%n", prefixes, chats);
        assertThat(prefixes).isPositive();
        assertThat(chats).isPositive();
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
    }
}
