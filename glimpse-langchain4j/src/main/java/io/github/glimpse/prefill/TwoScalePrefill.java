package io.github.glimpse.prefill;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TwoScaleStrategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a prompt whose pictures are run small first: the coarse pass, the choice, the tower on what was chosen, the prompt with
 * both. A picture that has no smaller copy is shown as it is. So is one of which the chosen cells and the small copy together
 * would be no fewer rows than the whole; then it is shown once. For one request.
 */
public final class TwoScalePrefill {

    private static final String OFF = "the strategy goes over the prompt twice";

    private final VisionLanguageModel model;
    private final Function<Prompt, List<MediaFile>> files;
    private final FeatureCache cache;
    private final Cut cut;
    private final PruningSchedule coarseSchedule;
    private final PassContext context;

    /**
     * Nothing has run yet.
     *
     * @param files the pictures of a prompt
     * @param schedule with nothing but a cut by a {@link TwoScaleStrategy}
     */
    public TwoScalePrefill(
            VisionLanguageModel model,
            Function<Prompt, List<MediaFile>> files,
            FeatureCache cache,
            PruningSchedule schedule,
            PassContext context) {
        this.model = model;
        this.files = files;
        this.cache = cache;
        this.cut = schedule.cuts().get(0);
        TwoScaleStrategy strategy = (TwoScaleStrategy) cut.strategy();
        this.coarseSchedule = new PruningSchedule(
                List.of(new Cut(strategy.coarsePoint(), cut.name(), strategy, cut.budget())),
                KvForm.UNIFORM,
                PositionForm.ORIGINAL,
                schedule.guard());
        this.context = context;
    }

    /**
     * Runs.
     *
     * @param whole the prompt with whole pictures
     * @param small the same with small ones
     * @param tokensToCome rows of the answer that there is to be room for
     */
    public Prefilled run(Prompt whole, Prompt small, int tokensToCome) {
        checkPlain(whole);
        List<GridPair> grids = IntStream.range(0, whole.grids().size())
                .mapToObj(i -> new GridPair(small.grids().get(i), whole.grids().get(i)))
                .toList();
        ScaledRows coarseRows = ScaledRows.coarse(whole.layout(), grids);
        CoarsePrefill coarse = new CoarsePrefill(model, coarseSchedule, context);
        Set<TowerReadout> readouts = coarse.evidence().tower();
        try (PictureFeatures ofSmall = new PictureFeatures(model.tower(), cache, files.apply(small), readouts);
                PictureFeatures ofWhole = new PictureFeatures(model.tower(), cache, files.apply(whole), Set.of())) {
            List<VisionFeatures> smallFeatures = List.of();
            CoarsePrefill.Found found = null;
            if (grids.stream().anyMatch(GridPair::isSmaller)) {
                smallFeatures = ofSmall.see(null, TowerCuts.none(), context);
                Prompt coarsePrompt = small.at(whole.layout().positions().keep(coarseRows.origins()));
                found = coarse.run(coarsePrompt, texts(coarsePrompt.layout()), smallFeatures);
            }
            try (CoarsePrefill.Found open = found) {
                List<int[]> kept = cells(grids, open == null ? null : open.selection());
                context.watch().atImages();
                List<@Nullable VisionFeatures> parts = parts(grids, kept, smallFeatures, ofWhole);
                ScaledRows rows = ScaledRows.of(whole.layout(), grids, kept);
                Sequence sequence = new ScaledPrefill(model, whole.layout(), rows, tokensToCome, context)
                        .run(open, rows.commonWith(coarseRows), smallFeatures, parts);
                ReuseReport reuse = ReuseReport.withoutRows(rows.count(), ofSmall.found() + ofWhole.found(), OFF);
                return new Prefilled(sequence, log(grids, kept, open), reuse);
            }
        }
    }

    private static void checkPlain(Prompt prompt) {
        if (!prompt.media().stream().allMatch(medium -> medium.plan().isPlainPicture())) {
            throw new UnsupportedContentException(
                    "Two scales need pictures that are one grid of tokens each, and no tiles or"
                            + " videos; use glimpse, or a strategy that drops tokens");
        }
    }

    /** What the tower makes of the cells; of a picture that the coarse pass showed as it is, that is there. */
    private List<@Nullable VisionFeatures> parts(
            List<GridPair> grids, List<int[]> kept, List<VisionFeatures> coarseFeatures, PictureFeatures ofWhole) {
        List<int[]> unseen = IntStream.range(0, grids.size())
                .mapToObj(i -> coarseFeatures.isEmpty() || grids.get(i).isSmaller() ? kept.get(i) : new int[0])
                .toList();
        List<@Nullable VisionFeatures> parts = ofWhole.see(unseen, context);
        for (int i = 0; i < coarseFeatures.size(); i++) {
            if (!grids.get(i).isSmaller()) {
                parts.set(i, coarseFeatures.get(i));
            }
        }
        return parts;
    }

    /** A strategy that looks at the question cannot be told here which rows the user wrote; none of this kind asks. */
    private PromptTexts texts(PromptLayout layout) {
        return new PromptTexts(layout, model.decoder(), () -> new int[0]);
    }

    /** By picture the cells that are encoded. */
    private static List<int[]> cells(List<GridPair> grids, @Nullable TokenSelection selection) {
        List<int[]> kept = new ArrayList<>();
        int first = 0;
        for (GridPair pair : grids) {
            int from = first;
            int to = first + pair.small().tokenCount();
            int tokens = pair.whole().tokenCount();
            int[] cells = TokenSelection.all(tokens).kept();
            if (selection != null && pair.isSmaller()) {
                int[] chosen = pair.cellsOf(Arrays.stream(selection.kept())
                        .filter(cell -> cell >= from && cell < to)
                        .map(cell -> cell - from)
                        .toArray());
                cells = chosen.length + pair.small().tokenCount() < tokens ? chosen : cells;
            }
            kept.add(cells);
            first = to;
        }
        return kept;
    }

    /** What was kept, in cells of the whole pictures, each with the score of the small cell that it belongs to. */
    private SelectionLog log(List<GridPair> grids, List<int[]> kept, CoarsePrefill.@Nullable Found found) {
        int tokens = grids.stream().mapToInt(pair -> pair.whole().tokenCount()).sum();
        int[] every = TokenSelection.all(tokens).kept();
        IntStream.Builder joined = IntStream.builder();
        int first = 0;
        for (int i = 0; i < grids.size(); i++) {
            for (int cell : kept.get(i)) {
                joined.add(first + cell);
            }
            first += grids.get(i).whole().tokenCount();
        }
        int[] all = joined.build().toArray();
        TokenSelection selection = found == null ? TokenSelection.of(all) : spread(found.selection(), grids, all);
        List<GuardedSelection> verdicts = found == null ? List.of() : found.verdicts();
        SelectionLog log = new SelectionLog(tokens);
        log.add(cut, selection, every, all, verdicts);
        context.observer().onStep(cut, every, selection, all);
        return log;
    }

    private static TokenSelection spread(TokenSelection chosen, List<GridPair> grids, int[] kept) {
        float[] scores = chosen.scores();
        float[] map = new float
                [grids.stream()
                        .map(GridPair::whole)
                        .mapToInt(ImageGrid::tokenCount)
                        .sum()];
        int first = 0;
        int to = 0;
        for (GridPair pair : grids) {
            for (int cell = 0; scores != null && cell < pair.whole().tokenCount(); cell++) {
                map[to++] = scores[first + pair.smallOf(cell)];
            }
            first += pair.small().tokenCount();
        }
        TokenSelection spread = TokenSelection.of(kept);
        if (scores != null) {
            spread = spread.withScores(map, chosen.kind());
        }
        return chosen.reason() == null ? spread : spread.withReason(chosen.reason());
    }
}
