package io.github.glimpse.prune.cross;

import io.github.glimpse.prune.EvidenceRequest.CrossAttention;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes the strategy {@code cross-attention}: the image tokens that the text attends to most stay. Options: {@code rows} ({@code
 * first}, {@code all}, {@code last}, or {@code auto}: first for questions, last for captions) and {@code layers}, numbers with
 * commas, by default the last layer before the cut.
 */
public final class CrossAttentionStrategyFactory implements PruningStrategyFactory {

    /** Its name. */
    public static final String NAME = "cross-attention";

    /** For {@link java.util.ServiceLoader}. */
    public CrossAttentionStrategyFactory() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        StrategyOptions options = context.options();
        String rows = options.text("rows", "auto", "auto", "first", "all", "last");
        List<Integer> layers =
                layers(options.text("layers", ""), context.dimensions().layers());
        return new CrossAttentionStrategy(
                new CrossAttention(layers, CrossAttention.Rows.valueOf(rows.toUpperCase(Locale.ROOT))));
    }

    private static List<Integer> layers(String text, int depth) {
        List<Integer> layers = new ArrayList<>();
        if (text.isBlank()) {
            return layers;
        }
        for (String part : text.split(",", -1)) {
            String number = part.strip();
            boolean isLayer = number.matches("\\d{1,4}") && Integer.parseInt(number) < depth - 1;
            if (!isLayer || layers.contains(Integer.parseInt(number))) {
                throw new IllegalArgumentException("The option 'layers' of the pruning strategy '" + NAME + "' is '"
                        + text + "', it must be different numbers from 0 to " + (depth - 2) + " with commas");
            }
            layers.add(Integer.parseInt(number));
        }
        return layers;
    }
}
