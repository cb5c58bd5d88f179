package com.example.glimpse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The strategy in the embedded model, selected by its name: {@code META-INF/services} makes it known. */
class TextDensityIT {

    private static final int MOST_ANSWER = 4;
    private static final int LONG_ANSWER = 12;
    private static final double RETENTION = 0.25;
    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", "../.."));
    private static final Pattern SHARES =
            Pattern.compile("With (0\\.\\d+)\\s+the total is read rightly, with (0\\.\\d+) it is not");

    private static ModelSource model;
    private static LoadedModel engine;

    @BeforeAll
    static void load() {
        model = ModelSource.embedded();
        engine = LoadedModel.load(EngineOptions.builder(model.directory())
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
    }

    @AfterAll
    static void close() {
        engine.close();
        model.close();
    }

    @Test
    void answersFromAQuarterOfTheTokens() throws IOException {
        GenerationResult result = ask(RETENTION, Map.of());

        PruningReport report = result.report();
        assertThat(report.strategy()).isEqualTo("text-density");
        assertThat(report.at()).hasToString("pixels");
        assertThat(report.keptTokens()).isPositive().isEqualTo((int) (RETENTION * report.imageTokens()));
        assertThat(result.prefilledTokens())
                .isEqualTo(result.inputTokens() - report.imageTokens() + report.keptTokens());
        assertThat(result.tokenIds()).hasSizeBetween(1, MOST_ANSWER);
    }

    @Test
    void keepsWhatIsStripedAndNotWhatIsPlain() throws IOException {
        PruningReport report = ask(RETENTION, Map.of()).report();

        ImageGrid grid = report.images().get(0).plan().grid();
        for (int token : report.images().get(0).kept()) {
            assertThat(token % grid.columns()).isGreaterThanOrEqualTo(grid.columns() / 2);
        }
    }

    @Test
    void leavesPlainTokensOutEvenWhereThereIsRoom() throws IOException {
        PruningReport roomy = ask(0.9, Map.of()).report();
        PruningReport strict = ask(0.9, Map.of("flat", "0.05")).report();

        assertThat(roomy.keptTokens()).isEqualTo((int) (0.9 * roomy.imageTokens()));
        assertThat(strict.keptTokens()).isEqualTo(strict.imageTokens() / 2);
        assertThat(strict.ratioReason()).isEqualTo(RatioReason.THRESHOLD);
    }

    @Test
    void readsTheReceiptWithTheShareThatTheReadmeSaysAndNotWithTheOther() throws IOException {
        Matcher shares = SHARES.matcher(Files.readString(ROOT.resolve("examples/custom-strategy/README.md")));
        assertThat(shares.find()).isTrue();
        byte[] receipt = Files.readAllBytes(ROOT.resolve("examples/quickstart/src/main/resources/receipt.png"));

        assertThat(ask(receipt, Double.parseDouble(shares.group(1)), Map.of(), LONG_ANSWER)
                        .text())
                .isEqualTo("87.00");
        assertThat(ask(receipt, Double.parseDouble(shares.group(2)), Map.of(), LONG_ANSWER)
                        .text())
                .isNotEqualTo("87.00");
    }

    @Test
    void refusesAnOptionThatItDoesNotHave() {
        assertThatThrownBy(() -> ask(RETENTION, Map.of("plain", "0.05")))
                .hasMessageContaining("'text-density' has no option 'plain'; it has flat");
    }

    private static GenerationResult ask(double retention, Map<String, String> options) throws IOException {
        return ask(Page.png(), retention, options, MOST_ANSWER);
    }

    private static GenerationResult ask(byte[] picture, double retention, Map<String, String> options, int most) {
        return engine.generate(new GenerationRequest(
                List.of(ChatTurn.user("What is the total?", picture)),
                PruningOptions.builder()
                        .strategy("text-density")
                        .retentionRatio(retention)
                        .options(options)
                        .build(),
                GenerationOptions.builder().maxOutputTokens(most).build()));
    }
}
