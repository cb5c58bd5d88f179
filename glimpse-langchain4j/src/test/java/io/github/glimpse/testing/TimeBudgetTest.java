package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class TimeBudgetTest {

    private static final List<String> PROPERTIES =
            List.of("glimpse.thorough.minutes", "glimpse.thorough.started", "glimpse.thorough.report", "a.length");

    private final List<String> before =
            PROPERTIES.stream().map(name -> System.getProperty(name, "")).toList();

    @TempDir
    private Path folder;

    @TestCategory.Reference
    static class Compared {

        @Test
        void one() {}

        @TestFactory
        Stream<DynamicTest> many() {
            return Stream.of(dynamicTest("first", () -> {}), dynamicTest("second", () -> {}));
        }
    }

    /** Its first case lasts until the end. */
    static class EndsInTheMiddle {

        static final Instant END = Instant.parse("2030-01-01T00:00:00Z");
        static Instant now = END;

        @RegisterExtension
        static TimeBudget budget = new TimeBudget();

        @TestFactory
        Stream<DynamicTest> many() {
            return Stream.of(
                    dynamicTest("first", () -> now = END),
                    dynamicTest("second", () -> {}),
                    dynamicTest("third", () -> {}));
        }
    }

    static class Loaded {

        @TestCategory.Soak(minutes = 90)
        @Test
        void longer() {}

        @TestCategory.Soak(minutes = 1)
        @Test
        void shorter() {}

        @TestCategory.Soak(minutes = 1, property = "a.length")
        @Test
        void asAsked() {}
    }

    @AfterEach
    void restore() {
        for (int i = 0; i < PROPERTIES.size(); i++) {
            set(PROPERTIES.get(i), before.get(i));
        }
    }

    private static void set(String name, String value) {
        if (value.isEmpty()) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }

    private Events run(Class<?> tests, String minutes, Instant started) {
        set("glimpse.thorough.minutes", minutes);
        set("glimpse.thorough.started", started.toString());
        set("glimpse.thorough.report", folder.resolve("deep/not-run.txt").toString());
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .execute()
                .allEvents();
    }

    private List<String> report() throws IOException {
        return Files.readAllLines(folder.resolve("deep/not-run.txt"));
    }

    @Test
    void runsEverythingWithoutALimit() {
        assertThat(run(Compared.class, "", Instant.EPOCH).succeeded().count()).isEqualTo(6);
    }

    @Test
    void namesAClassThatBeginsAfterTheEnd() throws IOException {
        Events events = run(Compared.class, "1", Instant.EPOCH);

        assertThat(events.skipped().count()).isOne();
        assertThat(report()).containsExactly(Compared.class.getName());
    }

    @Test
    void namesSoaksThatWouldEndAfterTheEnd() throws IOException {
        System.setProperty("a.length", "70");

        run(Loaded.class, "60", Instant.now().truncatedTo(ChronoUnit.SECONDS));

        assertThat(report())
                .containsExactlyInAnyOrder(
                        Loaded.class.getName() + ".longer (takes 5400 s)",
                        Loaded.class.getName() + ".asAsked (takes 4200 s)");
    }

    @Test
    void namesEachCaseOfATableThatIsCutShort() throws IOException {
        EndsInTheMiddle.now = EndsInTheMiddle.END.minusSeconds(1);
        EndsInTheMiddle.budget =
                new TimeBudget(() -> EndsInTheMiddle.now, EndsInTheMiddle.END, folder.resolve("deep/not-run.txt"));

        Events events = run(EndsInTheMiddle.class, "", Instant.EPOCH);

        assertThat(events.aborted().count()).isEqualTo(2);
        assertThat(report())
                .containsExactly(
                        EndsInTheMiddle.class.getName() + ".many second",
                        EndsInTheMiddle.class.getName() + ".many third");
    }
}
