package io.github.glimpse.prune.tower;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.prune.StrategyContext;

/** Which block of the tower a strategy reads: what the user says, else the published one, moved by the tower's depth. */
final class TowerBlocks {

    private TowerBlocks() {}

    /**
     * The block of an option, from 0.
     *
     * @param key the option; from 0, or from the end if negative
     */
    static int of(StrategyContext context, String key, int standard) {
        TowerAbilities tower = context.tower();
        return tower.block(context.options().integer(key, standard, -tower.blocks(), tower.blocks() - 1));
    }

    /** The block, from 0, after a share of the blocks; if some see only windows, the nearest that sees the whole picture. */
    static int atShare(TowerAbilities tower, double share) {
        int wanted = Math.max(1, (int) Math.rint(tower.blocks() * share)) - 1;
        int nearest = -1;
        for (int block = 0; block < tower.blocks(); block++) {
            boolean whole = tower.fullAttentionBlocks().contains(block);
            if (whole && (nearest < 0 || Math.abs(block - wanted) < Math.abs(nearest - wanted))) {
                nearest = block;
            }
        }
        return nearest < 0 ? wanted : nearest;
    }

    /**
     * Refuses towers without a CLS row.
     *
     * @throws UnsupportedModelException if there is none
     */
    static void requireCls(StrategyContext context, String strategy) {
        if (!context.tower().hasCls()) {
            throw new UnsupportedModelException("The pruning strategy '" + strategy
                    + "' reads what the vision tower's CLS row looks at (TowerCls), and the tower of this model has no such row;"
                    + " use received-attention or vision-zip");
        }
    }
}
