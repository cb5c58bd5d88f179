package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.CrossKeyValues;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.CrossTextStack.ScoreOutput;
import io.github.glimpse.nn.ReadoutValues;
import io.github.glimpse.nn.TextCache;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.CrossAttention;
import io.github.glimpse.prune.EvidenceRequest.ProbeAttention;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a text through the cross-attention stack, and drops image rows on the way: collects what the text's
 * cross-attention says, lets the strategy choose, and lets the later layers see only what is left. Their keys and values are
 * computed from the kept rows, which is what the cut saves; text rows are never cut.
 *
 * <p>A probe lies behind the text and is forgotten at the cut. Where all rows of the text see each other they must not see the
 * probe, so the text stays what it is without.
 *
 * <p>One object serves one request.
 */
public final class CrossAttentionPass {

    private final ImageTextModel model;
    private final CrossTextStack stack;
    private final ImageTextCuts plan;
    private final SelectionLog log;
    private final PassContext context;
    private final ImageGrid grid;
    private final boolean causal;
    private final int rowsToCome;
    private final StepDecision decision;
    private final List<TextCache> caches = new ArrayList<>();
    private final List<CrossKeyValues> imageKeyValues = new ArrayList<>();
    private final ReadoutValues seen;
    private final @Nullable ProbeToken probe;
    private int probeRows;
    private int textRows;
    private int layersRun;
    private TensorScope current;
    private int[] alive;
    private NDArray image;

    /**
     * What the text became.
     *
     * @param rows of the text, {@code [rows, hidden]}
     * @param caches of a decoder, one per layer; empty for an encoder
     * @param imageKeyValues what each layer of a decoder attends to from now on; empty for an encoder
     */
    public record Result(NDArray rows, List<TextCache> caches, List<CrossKeyValues> imageKeyValues) {}

    /**
     * Prepares.
     *
     * @param picture what the tower made; lent until the end of the request
     * @param alive patches that the tower left, in the numbering of the whole picture
     * @param rowsToCome rows that a decoder will read behind the text
     */
    public CrossAttentionPass(
            ImageTextModel model,
            ImageTextCuts plan,
            VisionFeatures picture,
            int[] alive,
            ImageGrid grid,
            int rowsToCome,
            SelectionLog log,
            PassContext context) {
        this.model = model;
        this.stack = model.crossText();
        this.plan = plan;
        this.log = log;
        this.context = context;
        this.grid = grid;
        this.causal = ImageTextCuts.isCausal(model);
        this.rowsToCome = rowsToCome;
        this.alive = alive;
        this.image = picture.rows();
        this.current = context.scope().openChild();
        this.seen = new ReadoutValues(stack.rows());
        ProbeToken found = null;
        for (Cut cut : plan.text()) {
            found = cut.strategy().probeToken() == null ? found : cut.strategy().probeToken();
            cut.strategy().needs(cut.at()).forEach(need -> need.parts().forEach(part -> take(part, picture)));
        }
        this.probe = found;
        this.decision = new StepDecision(plan.schedule(), found, context.observer());
        this.probeRows = found == null ? 0 : found.length();
    }

    /** Whether there is a value of it between the layers of a text, beside what the tower tells. */
    static boolean gives(EvidenceRequest part) {
        return part instanceof ProbeAttention
                || part instanceof CrossAttention
                || part instanceof EvidenceRequest.LastRowAttention
                || part instanceof EvidenceRequest.ImageRows
                || part instanceof EvidenceRequest.EnteredRows;
    }

    /** What is there before the text: what the tower told, and its rows. */
    private void take(EvidenceRequest part, VisionFeatures picture) {
        TowerReadout readout = part.inTower(model.tower().abilities());
        if (readout != null) {
            seen.put(part, picture.of(readout));
        } else if (part instanceof EvidenceRequest.ImageRows || part instanceof EvidenceRequest.EnteredRows) {
            int classRows = model.tower().config().layout().classRows();
            seen.put(part, stack.patches(image, classRows, context.scope()));
        }
    }

    /** Runs the whole text. */
    public Result run(int[] ids) {
        TensorScope scope = context.scope();
        textRows = ids.length;
        NDArray rows = stack.embed(ids, 0, current);
        if (probe != null) {
            rows = stack.append(rows, vectors(0), current);
        }
        for (Cut cut : plan.text()) {
            rows = runTo(cut.at().layers(), rows);
            context.watch().atPruning();
            cut(cut);
            rows = probeRows > 0 ? stack.first(rows, textRows, current) : rows;
            probeRows = 0;
            context.watch().afterCut();
        }
        rows = runTo(stack.shape().layers(), rows);
        return new Result(current.keep(rows, scope), caches, imageKeyValues);
    }

    /** Runs layers until so many have run. */
    private NDArray runTo(int layers, NDArray entering) {
        NDArray hidden = entering;
        for (; layersRun < layers; layersRun++) {
            context.cancellation().check();
            if (layersRun > 0
                    && probeRows > 0
                    && probe != null
                    && probe.vectors().containsKey(layersRun)) {
                stack.addToLast(hidden, vectors(layersRun));
            }
            TensorScope next = context.scope().openChild();
            hidden = layer(layersRun, hidden, next);
            current.close();
            current = next;
            context.observer().onTextRows(layersRun, hidden, textRows);
        }
        return hidden;
    }

    private NDArray layer(int layer, NDArray hidden, TensorScope next) {
        boolean wanted = isAsked(layer) || context.observer().wantsCrossScores();
        TensorScope owner = causal ? context.scope() : next;
        CrossKeyValues seen = stack.keyValues(layer, image, owner);
        TextCache cache = stack.newCache(textRows + probeRows + rowsToCome, owner);
        CrossTextStack.LayerOutput output = stack.layer(
                layer,
                hidden,
                cache,
                causal ? 0 : textRows,
                seen,
                wanted ? ScoreOutput.SCORES : ScoreOutput.ROWS_ONLY,
                next);
        if (output.scores() != null) {
            read(layer, output.scores());
            context.observer().onCrossScores(layer, output.scores(), textRows);
        }
        if (causal) {
            cache.use(textRows);
            caches.add(cache);
            imageKeyValues.add(seen);
        }
        return output.hidden();
    }

    /** Whether a coming cut asks for a layer's cross-attention. */
    private boolean isAsked(int layer) {
        return plan.text().stream().anyMatch(cut -> requests(cut, layer).count() > 0);
    }

    /** What a cut asks of a layer before it. */
    private static Stream<EvidenceRequest> requests(Cut cut, int layer) {
        if (cut.at().layers() <= layer) {
            return Stream.empty();
        }
        boolean last = cut.at().layers() - 1 == layer;
        return cut.strategy().needs(cut.at()).stream()
                .flatMap(need -> need.parts().stream())
                .filter(part -> part instanceof CrossAttention crossing
                        ? layersOf(crossing, cut).contains(layer)
                        : part instanceof EvidenceRequest.LastRowAttention
                                ? last
                                : part.layersOfText().contains(layer));
    }

    private static List<Integer> layersOf(CrossAttention request, Cut cut) {
        return request.layers().isEmpty() ? List.of(cut.at().layers() - 1) : request.layers();
    }

    private void read(int layer, NDArray scores) {
        for (Cut cut : plan.text()) {
            requests(cut, layer).forEach(part -> {
                if (part instanceof ProbeAttention probing) {
                    seen.put(part, stack.attentionOfRow(scores, askingRow(), probing.form(), context.scope()));
                } else if (part instanceof CrossAttention crossing) {
                    seen.put(of(crossing, layer), mean(crossing, scores, context.scope()));
                } else {
                    seen.put(part, stack.sharesOfRow(scores, textRows - 1, context.scope()));
                }
            });
        }
    }

    /** The key of one layer. */
    private static CrossAttention of(CrossAttention crossing, int layer) {
        return new CrossAttention(List.of(layer), crossing.rows());
    }

    /** The last row of the probe; without one the first row of the text, or the last where each sees those before it. */
    private int askingRow() {
        if (probeRows > 0) {
            return textRows + probeRows - 1;
        }
        return causal ? textRows - 1 : 0;
    }

    private NDArray mean(CrossAttention request, NDArray scores, TensorScope owner) {
        int first =
                switch (request.rows()) {
                    case FIRST, ALL -> 0;
                    case LAST -> textRows - 1;
                    case AUTO -> causal ? textRows - 1 : 0;
                };
        int rows = request.rows() == CrossAttention.Rows.ALL ? textRows : 1;
        return stack.meanAttention(List.of(scores), first, rows, owner);
    }

    private void cut(Cut cut) {
        TokenSelection selection = select(cut);
        int[] kept = selection.kept();
        int[] before = alive;
        alive = Selections.pick(alive, kept);
        log.add(cut, selection, before, alive, decision.takeVerdicts());
        context.observer().onStep(cut, before, selection, alive);
        if (kept.length == before.length) {
            return;
        }
        TensorScope scope = context.scope();
        int classRows = model.tower().config().layout().classRows();
        int[] rows = Selections.withClassRow(kept, classRows);
        image = stack.choose(image, rows, scope);
        if (causal && plan.schedule().kv() == KvForm.UNIFORM) {
            imageKeyValues.replaceAll(seen -> stack.keep(seen, rows, scope));
        }
        seen.gather(kept, scope);
    }

    private TokenSelection select(Cut cut) {
        List<int[]> whole = List.of(TokenSelection.all(grid.tokenCount()).kept());
        try (TensorScope step = context.scope().openChild()) {
            return decision.decide(cut, List.of(grid), grid.tokenCount(), alive, () -> {
                PruningEvidence.Builder builder = PruningEvidence.builder(List.of(grid), List.of(whole), alive, step);
                new EvidenceReaders(seen::find)
                        .on(CrossAttention.class, request -> mean(request, layersOf(request, cut), step))
                        .read(cut, builder);
                return builder.build();
            });
        }
    }

    private NDArray mean(CrossAttention request, List<Integer> layers, TensorScope step) {
        float[] sum = new float[alive.length];
        for (int layer : layers) {
            float[] scores = HostValues.floats(Objects.requireNonNull(seen.find(of(request, layer))));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += scores[i] / layers.size();
            }
        }
        return step.floats(sum, sum.length);
    }

    private NDArray vectors(int layer) {
        return Objects.requireNonNull(Objects.requireNonNull(probe).vectors().get(layer));
    }
}
