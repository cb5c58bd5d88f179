package io.github.glimpse.prefill;

import io.github.glimpse.nn.RowMixture;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What merging strategies want, as sums of rows. */
public final class Mixtures {

    private Mixtures() {}

    /**
     * The rows that stay, some of them mixed.
     *
     * @param keptRows rows that stay, rising
     * @param tokenRows rows of the tokens that the strategy numbered
     * @param merged tokens that mix several, in that numbering
     */
    static RowMixture of(int[] keptRows, int[] tokenRows, List<MergedToken> merged) {
        Map<Integer, MergedToken> byRow = new HashMap<>();
        merged.forEach(token -> byRow.put(tokenRows[token.representative()], token));
        IntStream.Builder targets = IntStream.builder();
        IntStream.Builder sources = IntStream.builder();
        int entries = keptRows.length
                + merged.stream().mapToInt(token -> token.sources().length).sum();
        float[] weights = new float[entries];
        int next = 0;
        for (int target = 0; target < keptRows.length; target++) {
            MergedToken token = byRow.get(keptRows[target]);
            targets.add(target);
            sources.add(keptRows[target]);
            weights[next++] = token == null ? 1 : token.weight();
            for (int i = 0; token != null && i < token.sources().length; i++) {
                targets.add(target);
                sources.add(tokenRows[token.sources()[i]]);
                weights[next++] = token.weights()[i];
            }
        }
        return new RowMixture(
                targets.build().toArray(), sources.build().toArray(), java.util.Arrays.copyOf(weights, next));
    }
}
