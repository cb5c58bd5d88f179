package io.github.glimpse.prefill;

import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.TextRows.Which;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a prompt may be taken over and left for others: which rows stand at its beginning, and what the cuts between layers need
 * to see of them.
 *
 * @param rows what is left of it
 * @param pictures by unit what tells it from others: the file and all that was done to it
 * @param depth layers that run before the first cut between layers
 * @param most rows that may be taken over
 * @param wholeRows whether rows are wanted besides keys and values
 * @param lasting rows after which there is nothing that another question would share
 * @param beforePictures rows that no cut changes
 */
record PrefixSearch(
        Prompt prompt,
        PromptRows rows,
        List<String> pictures,
        int depth,
        int most,
        boolean wholeRows,
        int lasting,
        int beforePictures) {

    /** Why prompts with this schedule take nothing over and leave nothing; null if they do. */
    static @Nullable String refusal(PruningSchedule schedule, DecoderStack decoder) {
        if (decoder.hasRecurrent()) {
            return "layers of this model remember a state, which cannot be cut off behind a row";
        }
        for (Cut cut : schedule.cuts()) {
            boolean asks = cut.strategy().traits(cut.at()).contains(StrategyTrait.QUESTION_DEPENDENT)
                    || cut.strategy().needs(cut.at()).stream().anyMatch(EvidenceRequest.TextRows.class::isInstance);
            if (asks && !cut.at().isInDecoder()) {
                return "the strategy '" + cut.name() + "' looks at the question at '" + cut.at() + "'";
            }
        }
        return null;
    }

    /**
     * Of a prompt that enters the decoder.
     *
     * @param rows what is left of it
     * @param cuts between layers, in order
     * @param files by unit, as remembered pictures are named
     * @param setting what decided at {@code vision}; empty if nothing did
     */
    static PrefixSearch of(
            Prompt prompt,
            PromptRows rows,
            PromptTexts texts,
            List<Cut> cuts,
            DecoderStack decoder,
            List<String> files,
            String setting) {
        int layers = decoder.dimensions().layers();
        int[] images = rows.imageRows();
        int count = rows.count();
        int most = count - 1;
        // Behind the first of several cuts all rows run on, and so all have to be there.
        boolean wholeRows = cuts.size() > 1;
        if (!cuts.isEmpty()) {
            Cut first = cuts.get(0);
            for (EvidenceRequest need : first.strategy().needs(first.at())) {
                wholeRows |= need instanceof EvidenceRequest.LayerPeek;
                if (need instanceof EvidenceRequest.TextAttention) {
                    // Asked of what went into the layer.
                    int[] asking = rows.now(texts.rows(Which.BEHIND_IMAGE));
                    most = asking.length == 0 ? most : Math.min(most, asking[0]);
                }
            }
        }
        return new PrefixSearch(
                prompt,
                rows,
                files.stream().map(file -> file + setting).toList(),
                cuts.isEmpty() ? layers : cuts.get(0).at().layersRun(layers),
                most,
                wholeRows,
                images.length == 0 ? count - count / 4 : images[images.length - 1] + 1,
                images.length == 0 ? count : images[0]);
    }

    /** The names of its rows. */
    PrefixKey key(String scope) {
        return PrefixKey.of(scope, depth, prompt.layout(), rows, prompt.grids(), pictures);
    }
}
