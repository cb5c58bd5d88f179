package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.TextLikeness;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.Locale;

/**
 * {@code text-similarity}: the patches that are most like the text that is nearest to them, where patches and texts lie in one space.
 * Rows of middle layers were never trained for that, and it was not measured with trained weights.
 *
 * <p>Options: {@code share} (1): weight of the text; below 1 the class row's attention has the rest, both brought to 0..1. {@code
 * texts} ({@code joint}): all texts of a request choose one set of patches, or {@code each} its own.
 */
public final class TextSimilarityStrategyFactory implements PruningStrategyFactory {

    private static final float LEAST_SPREAD = 1e-6f;

    @Override
    public String name() {
        return "text-similarity";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        float share = (float) context.options().number("share", 1, 0, 1);
        TextLikeness likeness = new TextLikeness(TextLikeness.Texts.valueOf(
                context.options().text("texts", "joint", "joint", "each").toUpperCase(Locale.ROOT)));
        TowerCls cls = new TowerCls(-1);
        EvidenceStrategy.Builder strategy = EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it compares patches of one picture in the tower; use 'tower k' or 'vision'", Stage.TOWER)
                .needs(likeness)
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.QUESTION_DEPENDENT);
        if (share < 1) {
            TowerBlocks.requireCls(context, name());
            strategy.needs(cls);
        }
        return strategy.choosing((evidence, budget) -> {
            float[] scores = HostValues.floats(evidence.of(likeness));
            float[] mixed = share < 1 ? mixed(scores, cls, evidence, share) : scores;
            int[] best = Ranking.best(mixed, budget.requireCount(), name());
            return TokenSelection.scored(Ranking.rising(best), mixed, ScoreKind.VALUE);
        });
    }

    private static float[] mixed(float[] likeness, TowerCls cls, PruningEvidence evidence, float share) {
        float[] attention = HostValues.floats(evidence.of(cls));
        float[] seen = spread(HeadScores.mean(attention, attention.length / evidence.alive().length));
        float[] text = spread(likeness);
        float[] mixed = new float[text.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = share * text[i] + (1 - share) * seen[i];
        }
        return mixed;
    }

    /** From 0 to nearly 1. */
    private static float[] spread(float[] scores) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            least = Math.min(least, score);
            most = Math.max(most, score);
        }
        float[] spread = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            spread[i] = (scores[i] - least) / (most - least + LEAST_SPREAD);
        }
        return spread;
    }
}
