package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.KeepRule;
import io.github.glimpse.prune.Settlement;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The mask that the page draws from the scores is the one that the library keeps, bit by bit. */
class PreviewIT extends PageInChromium {

    private static final int THRESHOLDS = 50;
    private static final List<Double> CAPS = Arrays.asList(null, 1.0, 0.5, 0.333, 0.111, 0.01);
    private static final int[] FLOORS = {0, 1, 9, 60, 1000};
    private static final List<ImageGrid> GRIDS = List.of(new ImageGrid(12, 12, 14, 1), new ImageGrid(5, 8, 14, 1));
    private static final int TOKENS = 184;

    /** Logits as a model has them, with ties, infinities, both zeros, and such as have the same probability in float32. */
    private static List<float[]> logits() {
        Random random = new Random(23);
        List<float[]> all = new ArrayList<>();
        float[] plain = new float[TOKENS];
        float[] tied = new float[TOKENS];
        float[] saturated = new float[TOKENS];
        for (int i = 0; i < TOKENS; i++) {
            plain[i] = (float) (4 * random.nextGaussian() - 3);
            tied[i] = random.nextInt(5) - 2;
            saturated[i] = 16 + random.nextInt(40) / 4f;
        }
        tied[7] = -0.0f;
        tied[9] = Float.NEGATIVE_INFINITY;
        tied[11] = Float.POSITIVE_INFINITY;
        tied[12] = Float.POSITIVE_INFINITY;
        all.add(plain);
        all.add(tied);
        all.add(saturated);
        return all;
    }

    @Test
    void byThresholdsCapsAndFloorsItKeepsWhatTheLibraryKeeps() {
        int compared = 0;
        for (float[] logits : logits()) {
            float[] chances = new float[TOKENS];
            for (int i = 0; i < TOKENS; i++) {
                chances[i] = KeepRule.probability(logits[i]);
            }
            for (Set<Anchor> anchors : List.of(Set.<Anchor>of(), Set.of(Anchor.TOP_RIGHT, Anchor.BOTTOM_LEFT))) {
                List<Map<String, Object>> numbers = new ArrayList<>();
                List<String> expected = new ArrayList<>();
                for (double threshold : thresholds(chances)) {
                    for (Double cap : CAPS) {
                        for (int floor : FLOORS) {
                            numbers.add(numbers(threshold, cap, floor, anchors));
                            expected.add(bits(new KeepRule(threshold, cap, floor, anchors)
                                    .decide(logits, GRIDS, alive(), "test")
                                    .kept()));
                        }
                    }
                }
                assertThat(drawn(logits, chances, numbers)).isEqualTo(expected);
                compared += expected.size();
            }
        }
        assertThat(compared).isEqualTo(3 * 2 * THRESHOLDS * CAPS.size() * FLOORS.length);
    }

    @Test
    void byRatiosCapsAndFloorsItKeepsWhatTheLibraryKeeps() {
        for (float[] scores : logits()) {
            List<Map<String, Object>> numbers = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = 1; i <= THRESHOLDS; i++) {
                double ratio = (double) i / THRESHOLDS;
                for (Double cap : CAPS) {
                    for (int floor : FLOORS) {
                        Map<String, Object> said = numbers(0.5, cap, floor, Set.of());
                        said.put("retentionRatio", ratio);
                        numbers.add(said);
                        expected.add(bits(counted(scores, ratio, cap, floor)));
                    }
                }
            }
            assertThat(drawn(scores, null, numbers)).isEqualTo(expected);
        }
    }

    @Test
    void whatASliderShowsIsWhatRunningAgainKeeps() {
        askSample("A receipt");
        List<String> moves = List.of("threshold 0.1", "threshold 0.9", "cap 0.05", "floor 30");
        for (String move : moves) {
            int blank = move.indexOf(' ');
            page.locator("#" + move.substring(0, blank)).fill(move.substring(blank + 1));
            assertThat(page.locator("#kept")).containsText("Preview");
            String previewed = cells();
            button("Run again with these").click();
            answered();
            assertThat(page.locator("#kept")).not().containsText("Preview");
            assertThat(cells()).as(move).isEqualTo(previewed).contains("0").contains("1");
        }
        // of this test, which reads the canvas after each
        consoleErrors.removeIf(warning -> warning.contains("willReadFrequently"));
    }

    /** As a step with this budget settles it. */
    private static int[] counted(float[] scores, double ratio, @Nullable Double cap, int floor) {
        int wanted = TokenBudget.count(ratio, TOKENS, TOKENS);
        int count = Math.max(cap == null ? wanted : Math.min(wanted, TokenBudget.count(cap, TOKENS, TOKENS)), floor);
        TokenBounds bounds = TokenBounds.unset().withMaxRetentionRatio(cap).withMinTokens(floor);
        return Settlement.of("test", new TokenBudget(bounds, count), bounds, GRIDS, alive())
                .settle(TokenSelection.byCount(scores, ScoreKind.VALUE))
                .kept();
    }

    /** 50 thresholds: on the scale, at its ends, and exactly at probabilities that there are. */
    private static double[] thresholds(float[] chances) {
        double[] thresholds = new double[THRESHOLDS];
        for (int i = 0; i < THRESHOLDS; i++) {
            thresholds[i] = i % 5 == 4 ? chances[i] : i / (THRESHOLDS - 1.0);
        }
        return thresholds;
    }

    private static Map<String, Object> numbers(double threshold, @Nullable Double cap, int floor, Set<Anchor> anchors) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("threshold", threshold);
        numbers.put("maxRetentionRatio", cap);
        numbers.put("minTokens", floor);
        numbers.put("anchors", anchors.stream().map(Anchor::label).toList());
        return numbers;
    }

    private static int[] alive() {
        return IntStream.range(0, TOKENS).toArray();
    }

    private static String bits(int[] kept) {
        char[] bits = "0".repeat(TOKENS).toCharArray();
        for (int token : kept) {
            bits[token] = '1';
        }
        return new String(bits);
    }

    /** What the page's own rule says; numbers travel as they do from the server, float32 as base64. */
    @SuppressWarnings("unchecked")
    private List<String> drawn(float[] ranks, float @Nullable [] chances, List<Map<String, Object>> numbers) {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("ranks", base64(ranks));
        given.put("chances", chances == null ? null : base64(chances));
        given.put(
                "grids",
                GRIDS.stream()
                        .map(grid -> Map.of("rows", grid.rows(), "columns", grid.columns()))
                        .toList());
        given.put("numbers", numbers);
        return (List<String>) page.evaluate(
                "async ({ ranks, chances, grids, numbers }) => {"
                        + " const { settle, floatsOf } = await import('/rule.js');"
                        + " return numbers.map((said) => settle(floatsOf(ranks), floatsOf(chances), grids, said).bits.join('')); }",
                given);
    }

    private static String base64(float[] values) {
        java.nio.ByteBuffer bytes =
                java.nio.ByteBuffer.allocate(Float.BYTES * values.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return java.util.Base64.getEncoder().encodeToString(bytes.array());
    }

    /** What is drawn: 0 where a cell of the receipt's 12 x 12 is darkened in its middle. */
    private String cells() {
        return (String) page.evaluate("() => { const { width, height } = document.getElementById('overlay');"
                + " const drawn = document.getElementById('overlay').getContext('2d').getImageData(0, 0, width, height).data;"
                + " const middle = (n, size) => Math.floor((n + 0.5) * size / 12); let bits = '';"
                + " for (let row = 0; row < 12; row++) for (let column = 0; column < 12; column++)"
                + " bits += drawn[4 * (middle(row, height) * width + middle(column, width)) + 3] ? '0' : '1';"
                + " return bits; }");
    }
}
