package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceRequest.TowerKeys;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code vision-zip}: dominant tokens stay as they are, contextual ones take in the rest ({@link DominantAndContextual}).
 * Scores are what the CLS row attends to or, in towers without one, what all rows attend to.
 *
 * <p>A contextual token becomes its own row plus the mean of those that it takes in, a sum, so its norm grows; and it stays at
 * its place. That is the authors' port to Qwen2.5-VL; their code for LLaVA puts such tokens behind the others and sends the CLS
 * row along, neither of which is done here.
 *
 * <p>Options: {@code share} (1/14): the contextual tokens' share of the budget. {@code block}: the block that is read, from 0
 * or, if negative, from the end; as published, the one whose rows go to the language model.
 *
 * @see <a href="https://arxiv.org/abs/2412.04467">VisionZip, section on the method</a>
 */
public final class VisionZipStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "vision-zip";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        double share = context.options().number("share", DominantAndContextual.SHARE, 0, 1);
        int block = TowerBlocks.of(context, "block", context.tower().featureBlock());
        EvidenceRequest attention = context.tower().hasCls() ? new TowerCls(block) : new TowerReceived(block);
        TowerKeys keys = new TowerKeys(block);
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it mixes rows before the language model sees them, so it works at vision only")
                .needs(attention, keys)
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.MERGES)
                .choosing((evidence, budget) -> {
                    float[] weights = HostValues.floats(evidence.of(attention));
                    float[] scores = HeadScores.sum(weights, weights.length / evidence.alive().length);
                    int count = budget.requireCount();
                    int contextual = DominantAndContextual.contextual(share, count);
                    DominantAndContextual choice = DominantAndContextual.choose(
                            scores, HostValues.floats(evidence.of(keys)), count - contextual, contextual, name());
                    return TokenSelection.scored(choice.kept(), scores, ScoreKind.SHARE)
                            .withMerged(merged(choice));
                });
    }

    private static List<MergedToken> merged(DominantAndContextual choice) {
        List<MergedToken> merged = new ArrayList<>();
        for (int i = 0; i < choice.targets().length; i++) {
            int[] members = choice.members().get(i);
            if (members.length > 0) {
                float[] weights = new float[members.length];
                Arrays.fill(weights, 1f / members.length);
                merged.add(new MergedToken(choice.targets()[i], 1, members, weights));
            }
        }
        return merged;
    }
}
