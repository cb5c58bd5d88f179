package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.CrossTextStack.ScoreWish;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.LookedRows;
import io.github.glimpse.nn.TextCache;
import io.github.glimpse.prune.EvidenceRequest.CrossAttention;
import io.github.glimpse.prune.EvidenceRequest.ProbeAttention;
import io.github.glimpse.prune.EvidenceRequest.VisionTaps;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs a text through the stack that looks at the picture, and drops image rows on the way: collects what the text's
 * cross-attention says, lets the strategy choose, and lets the later layers see only what is left. Their keys and values are
 * computed from the kept rows, which is what the cut saves; text rows are never cut.
 *
 * <p>A probe lies behind the text and is forgotten at the cut. Where all rows of the text see each other they must not see the
 * probe, so the text stays what it is without.
 *
 * <p>One object serves one request.
 */
final class TextLook {

    private final ImageTextModel model;
    private final CrossTextStack stack;
    private final LookingPlan plan;
    private final SelectionLog log;
    private final RequestContext context;
    private final ImageGrid grid;
    private final boolean causal;
    private final int rowsToCome;
    private final StepDecision decision;
    private final List<TextCache> caches = new ArrayList<>();
    private final List<LookedRows> looked = new ArrayList<>();
    private final Map<Integer, NDArray> probed = new HashMap<>();
    private final Map<CrossAttention, Map<Integer, float[]>> crossed = new HashMap<>();
    private final Map<Integer, NDArray> taps = new HashMap<>();
    private final @Nullable ProbeToken probe;
    private int probeRows;
    private int textRows;
    private int[] alive;
    private NDArray image;

    /**
     * What the text became.
     *
     * @param rows of the text, {@code [rows, hidden]}
     * @param caches of a decoder, one per layer; empty for an encoder
     * @param looked what each layer of a decoder looks at from now on; empty for an encoder
     */
    record Result(NDArray rows, List<TextCache> caches, List<LookedRows> looked) {}

    /**
     * Prepares.
     *
     * @param picture what the tower made; lent until the end of the request
     * @param alive patches that the tower left, in the numbering of the whole picture
     * @param rowsToCome rows that a decoder will read behind the text
     */
    TextLook(
            ImageTextModel model,
            LookingPlan plan,
            VisionFeatures picture,
            int[] alive,
            ImageGrid grid,
            int rowsToCome,
            SelectionLog log,
            RequestContext context) {
        this.model = model;
        this.stack = model.looking();
        this.plan = plan;
        this.log = log;
        this.context = context;
        this.grid = grid;
        this.causal = LookingPlan.isCausal(model);
        this.rowsToCome = rowsToCome;
        this.alive = alive;
        this.image = picture.rows();
        picture.readouts().forEach((key, rows) -> taps.put(key.block(), rows));
        ProbeToken found = null;
        for (Cut cut : plan.text()) {
            found = cut.strategy().probeToken() == null ? found : cut.strategy().probeToken();
            CrossNeeds.of(cut).crossings().forEach(request -> crossed.put(request, new HashMap<>()));
        }
        this.probe = found;
        this.decision = new StepDecision(plan.schedule(), found, context.observer());
        this.probeRows = found == null ? 0 : found.length();
    }

    /** Runs the whole text. */
    Result run(int[] ids) {
        TensorScope scope = context.scope();
        textRows = ids.length;
        TensorScope current = scope.openChild();
        NDArray hidden = stack.embed(ids, 0, current);
        if (probe != null) {
            hidden = stack.append(hidden, vectors(0), current);
        }
        int cuts = 0;
        for (int layer = 0; layer < stack.shape().layers(); layer++) {
            context.cancellation().check();
            if (layer > 0 && probeRows > 0 && probe != null && probe.vectors().containsKey(layer)) {
                stack.addToLast(hidden, vectors(layer));
            }
            TensorScope next = scope.openChild();
            hidden = layer(layer, hidden, next);
            current.close();
            current = next;
            context.observer().onTextRows(layer, hidden, textRows);
            if (cuts < plan.text().size() && plan.text().get(cuts).at().layers() == layer + 1) {
                context.watch().enter(Stage.PRUNING);
                cut(plan.text().get(cuts));
                hidden = probeRows > 0 ? stack.first(hidden, textRows, current) : hidden;
                probeRows = 0;
                cuts++;
                context.watch().enter(Stage.PREFILL_AFTER_CUT);
            }
        }
        return new Result(current.keep(hidden, scope), caches, looked);
    }

    private NDArray layer(int layer, NDArray hidden, TensorScope next) {
        boolean wanted = !layersAsked(layer).isEmpty() || context.observer().wantsCrossScores();
        TensorScope owner = causal ? context.scope() : next;
        LookedRows seen = stack.look(layer, image, owner);
        TextCache cache = stack.newCache(textRows + probeRows + rowsToCome, owner);
        CrossTextStack.LayerOutput output = stack.layer(
                layer,
                hidden,
                cache,
                causal ? 0 : textRows,
                seen,
                wanted ? ScoreWish.SCORES : ScoreWish.ROWS_ONLY,
                next);
        if (output.scores() != null) {
            read(layer, output.scores(), next);
            context.observer().onCrossScores(layer, output.scores(), textRows);
        }
        if (causal) {
            cache.use(textRows);
            caches.add(cache);
            looked.add(seen);
        }
        return output.hidden();
    }

    /** What the coming cuts ask of a layer; the probe's wish is the empty list. */
    private Set<Integer> layersAsked(int layer) {
        Set<Integer> asked = new TreeSet<>();
        for (Cut cut : plan.text()) {
            if (cut.at().layers() > layer) {
                CrossNeeds needs = CrossNeeds.of(cut);
                asked.addAll(needs.probeLayers());
                needs.crossings().forEach(request -> asked.addAll(layersOf(request, cut)));
            }
        }
        asked.retainAll(Set.of(layer));
        return asked;
    }

    private static List<Integer> layersOf(CrossAttention request, Cut cut) {
        return request.layers().isEmpty() ? List.of(cut.at().layers() - 1) : request.layers();
    }

    private void read(int layer, NDArray scores, TensorScope step) {
        for (Cut cut : plan.text()) {
            if (cut.at().layers() <= layer) {
                continue;
            }
            CrossNeeds needs = CrossNeeds.of(cut);
            if (needs.probeLayers().contains(layer) && !probed.containsKey(layer)) {
                probed.put(layer, stack.attentionOfRow(scores, askingRow(), context.scope()));
            }
            for (CrossAttention request : needs.crossings()) {
                if (layersOf(request, cut).contains(layer)) {
                    Objects.requireNonNull(crossed.get(request))
                            .computeIfAbsent(layer, ignored -> mean(request, scores, step));
                }
            }
        }
    }

    /** The last row of the probe; without one the first row of the text, or the last where each sees those before it. */
    private int askingRow() {
        if (probeRows > 0) {
            return textRows + probeRows - 1;
        }
        return causal ? textRows - 1 : 0;
    }

    private float[] mean(CrossAttention request, NDArray scores, TensorScope step) {
        int first =
                switch (request.rows()) {
                    case FIRST, ALL -> 0;
                    case LAST -> textRows - 1;
                    case AUTO -> causal ? textRows - 1 : 0;
                };
        int rows = request.rows() == CrossAttention.Rows.ALL ? textRows : 1;
        return HostValues.floats(stack.meanAttention(List.of(scores), first, rows, step));
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
            looked.replaceAll(seen -> stack.keep(seen, rows, scope));
        }
        probed.replaceAll((ignored, tensor) -> stack.choose(tensor, kept, scope));
        taps.replaceAll((ignored, tensor) -> stack.choose(tensor, kept, scope));
        crossed.values().forEach(byLayer -> byLayer.replaceAll((ignored, scores) -> Selections.pick(scores, kept)));
    }

    private TokenSelection select(Cut cut) {
        List<int[]> whole = List.of(TokenSelection.all(grid.tokenCount()).kept());
        try (TensorScope step = context.scope().openChild()) {
            return decision.decide(cut, List.of(grid), grid.tokenCount(), alive, () -> {
                PruningEvidence.Builder builder = PruningEvidence.builder(List.of(grid), List.of(whole), alive, step);
                probed.forEach(
                        (layer, scores) -> builder.value(new ProbeAttention(List.of(layer), ScoreForm.LOGITS), scores));
                taps.forEach((layer, rows) -> builder.value(new VisionTaps(List.of(layer)), rows));
                for (CrossAttention request : CrossNeeds.of(cut).crossings()) {
                    float[] scores = mean(Objects.requireNonNull(crossed.get(request)), layersOf(request, cut));
                    builder.value(request, step.floats(scores, scores.length));
                }
                return builder.build();
            });
        }
    }

    private static float[] mean(Map<Integer, float[]> byLayer, List<Integer> layers) {
        float[] sum = new float[Objects.requireNonNull(byLayer.get(layers.get(0))).length];
        for (int layer : layers) {
            float[] scores = Objects.requireNonNull(byLayer.get(layer));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += scores[i] / layers.size();
            }
        }
        return sum;
    }

    private NDArray vectors(int layer) {
        return Objects.requireNonNull(Objects.requireNonNull(probe).vectors().get(layer));
    }
}
