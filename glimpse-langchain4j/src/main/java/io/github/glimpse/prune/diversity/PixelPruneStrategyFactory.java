package io.github.glimpse.prune.diversity;

import io.github.glimpse.engine.HostValues;
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
import io.github.glimpse.prune.diversity.PixelPrediction.Distance;
import io.github.glimpse.prune.diversity.PixelPrediction.Scan;
import java.util.Locale;

/**
 * {@code pixel-prune}: tokens whose pixels their neighbours let expect are dropped before the vision tower ({@link
 * PixelPrediction}). It settles the count by itself, {@code retention-ratio} is ignored; under a cap the tokens stay that were
 * expected least.
 *
 * <p><b>Experimental</b> for the families here: the authors support others only. Nothing is lost of the pixels, but a kept
 * token sees fewer neighbours in the tower, so its features change. It helps with screens and scans that have flat areas;
 * pictures that went through JPEG have hardly two equal blocks, and LLaVA's resampling leaves them only in padding.
 *
 * <p>Options: {@code tolerance} (0): distance up to which two blocks are the same, of values in 0..1; 0 is lossless. {@code
 * distance}: {@code max}, {@code mae} or {@code rms}. {@code scan}: {@code pred-2d}, {@code raster} or {@code serpentine}.
 *
 * @see <a href="https://arxiv.org/abs/2604.00886">PixelPrune, section on the method</a>
 */
public final class PixelPruneStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "pixel-prune";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        double tolerance = context.options().number("tolerance", 0, 0, 1);
        Distance distance = Distance.valueOf(
                context.options().text("distance", "max", "max", "mae", "rms").toUpperCase(Locale.ROOT));
        Scan scan = Scan.valueOf(context.options()
                .text("scan", "pred-2d", "pred-2d", "raster", "serpentine")
                .replace('-', '_')
                .toUpperCase(Locale.ROOT));
        return EvidenceStrategy.named(name(), PruningPoint.pixels())
                .places("it compares pixels before the tower sees them; use pixels")
                .needs(new Pixels())
                .traits(StrategyTrait.NEEDS_FULL_GRID)
                .choosing((evidence, budget) -> choose(evidence, scan, distance, tolerance));
    }

    private static TokenSelection choose(PruningEvidence evidence, Scan scan, Distance distance, double tolerance) {
        PixelPrediction prediction = PixelPrediction.of(
                HostValues.floats(evidence.of(new Pixels())),
                evidence.alive().length,
                evidence.images().get(0).columns(),
                scan,
                distance,
                tolerance);
        return TokenSelection.wanted(prediction.kept(), prediction.surprise(), ScoreKind.VALUE, RatioReason.THRESHOLD);
    }
}
