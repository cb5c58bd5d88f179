package com.example.glimpse;

import io.github.glimpse.prune.EvidenceRequest.Pixels;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code text-density}: keeps the image tokens whose pixels vary most ({@link TextDensity}) and drops the rest before the vision
 * tower. Print on plain paper is kept, the paper is not. It does not know the question, and photos, which vary
 * everywhere, are not what it is for.
 *
 * <p>Option: {@code flat} (0), a spread from 0 to 0.5. What varies less is dropped even where {@code retention-ratio} has
 * room for it, so an almost blank page costs less; one token always stays.
 */
public final class TextDensityStrategyFactory implements PruningStrategyFactory {

    private static final double MOST_SPREAD = 0.5;

    @Override
    public String name() {
        return "text-density";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        double flat = context.options().number("flat", 0, 0, MOST_SPREAD);
        return EvidenceStrategy.named(name(), PruningPoint.pixels())
                .places("it looks at pixels before the tower sees them; use pixels")
                .needs(new Pixels())
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) -> choose(evidence, flat));
    }

    /** As many as vary, if there is room for them. */
    private static TokenSelection choose(PruningEvidence evidence, double flat) {
        float[] spread = TextDensity.of(evidence.of(new Pixels()).toFloatArray(), evidence.alive().length);
        int varied = 0;
        for (float value : spread) {
            varied += value >= flat ? 1 : 0;
        }
        return TokenSelection.wanted(varied, spread, ScoreKind.VALUE, RatioReason.THRESHOLD);
    }
}
