package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a prompt through the model and drops image tokens on the way: embeds, appends the probe token, runs layer by layer,
 * collects evidence, lets the strategy choose, cuts hidden rows, positions and the caches of the layers that have run, and
 * goes on with what is left, positions unchanged.
 *
 * <p>Every row sees only rows before it, so the probe, which lies last, changes nothing for the prompt, and its rows are
 * simply forgotten at the cut. One object serves one request; temporaries live in a scope per layer.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3</a>
 */
final class Prefill {

    private final VisionLanguageModel model;
    private final DecoderStack decoder;
    private final Prompt prompt;
    private final PruningSchedule schedule;
    private final EvidencePlan plan;
    private final TensorScope scope;
    private final CancellationPoint cancellation;
    private final StageObserver observer;
    private final Stopwatch watch;
    private final int tokensToCome;

    private final List<KvCache> caches = new ArrayList<>();
    private final Map<Integer, NDArray> towerRows = new HashMap<>();
    private final Map<Integer, NDArray> attention = new LinkedHashMap<>();
    private @Nullable ProbeToken probe;
    private int probeRows;
    private int tokens;
    private int[] imageRows;
    private int[] alive;
    private Positions positions;
    private SelectionLog log;

    Prefill(
            VisionLanguageModel model,
            Prompt prompt,
            PruningSchedule schedule,
            EvidencePlan plan,
            int tokensToCome,
            RequestContext context) {
        this.model = model;
        this.decoder = model.decoder();
        this.prompt = prompt;
        this.schedule = schedule;
        this.plan = plan;
        this.tokensToCome = Math.min(tokensToCome, DecodeLoop.ROWS_AT_ONCE);
        this.scope = context.scope();
        this.cancellation = context.cancellation();
        this.observer = context.observer();
        this.watch = context.watch();
        this.tokens = prompt.tokens();
        this.imageRows = prompt.layout().imageRows();
        this.alive = TokenSelection.all(imageRows.length).kept();
        this.positions = prompt.layout().positions();
        this.log = new SelectionLog(imageRows.length);
        for (Cut cut : this.schedule.cuts()) {
            if (cut.strategy().probeToken() != null) {
                probe = cut.strategy().probeToken();
            }
        }
        this.probeRows = probe == null ? 0 : probe.length();
    }

    /**
     * Runs the whole prompt.
     *
     * @param pictures what the tower made of the prompt's pictures; lent until the end of the request
     */
    Sequence run(List<VisionFeatures> pictures) {
        TensorScope current = scope.openChild();
        NDArray hidden = embed(pictures, current);
        RotaryEmbedding.Tables tables = tables(scope);
        int cuts = 0;
        for (int layer = 0; layer < decoder.dimensions().layers(); layer++) {
            cancellation.check();
            addProbe(layer, hidden);
            KvCache cache = decoder.newCache(capacity(hidden), scope);
            caches.add(cache);
            TensorScope next = scope.openChild();
            NDArray output = decoder.layer(layer, hidden, tables, cache, next);
            cache.truncate(tokens + probeRows);
            tap(layer, hidden, tables, cache);
            observer.onLayer(layer);
            current.close();
            current = next;
            hidden = output;
            if (cuts < schedule.cuts().size() && isHere(schedule.cuts().get(cuts), layer + 1)) {
                watch.enter(Stage.PRUNING);
                hidden = cut(schedule.cuts().get(cuts), hidden, current);
                tables.cosine().close();
                tables.sine().close();
                tables = tables(scope);
                cuts++;
                watch.enter(Stage.PREFILL_AFTER_CUT);
            }
        }
        float[] logits = decoder.logits(hidden, tokens - 1, current).toFloatArray();
        current.close();
        tables.cosine().close();
        tables.sine().close();
        watch.enter(Stage.DECODING);
        observer.onLogits(0, logits);
        return new Sequence(caches, positions.next(), logits, tokens);
    }

    /** What was kept, for the report. */
    SelectionLog selections() {
        return log;
    }

    private NDArray embed(List<VisionFeatures> features, TensorScope layerScope) {
        plan.towerTaps().layers().forEach(layer -> towerRows.put(layer, joined(features, layer)));
        NDArray ids = layerScope.indices(prompt.layout().ids());
        NDArray hidden = decoder.embed(ids, RowPadding.rows(tokens + probeRows), layerScope);
        for (int i = 0; i < features.size(); i++) {
            ImageSpan span = prompt.layout().spans().get(i);
            decoder.place(hidden, span.start(), features.get(i).rows());
        }
        if (probe != null) {
            decoder.place(hidden, tokens, vectors(0));
        }
        return hidden;
    }

    private NDArray joined(List<VisionFeatures> features, int layer) {
        NDList parts = new NDList();
        features.forEach(ofImage ->
                parts.add(java.util.Objects.requireNonNull(ofImage.taps().get(layer))));
        // A joined tensor would belong to the first part's scope, which is the remembered picture's.
        return parts.size() == 1 ? parts.get(0) : scope.keep(NDArrays.concat(parts, 0), scope);
    }

    private NDArray vectors(int layer) {
        return java.util.Objects.requireNonNull(
                java.util.Objects.requireNonNull(probe).vectors().get(layer));
    }

    private void addProbe(int layer, NDArray hidden) {
        if (layer > 0 && probeRows > 0 && probe != null && probe.vectors().containsKey(layer)) {
            decoder.add(hidden, tokens, vectors(layer));
        }
    }

    /** Tables for the tokens, the probe behind them, and zeros. */
    private RotaryEmbedding.Tables tables(TensorScope owner) {
        int rows = RowPadding.rows(tokens + probeRows);
        long[][] ids = positions.rows();
        long[] flat = new long[ids.length * rows];
        // The probe goes on from the last row's last id, in all rows. Spec, section 3.
        long last = ids[ids.length - 1][tokens - 1];
        for (int r = 0; r < ids.length; r++) {
            System.arraycopy(ids[r], 0, flat, r * rows, tokens);
            for (int i = 0; i < probeRows; i++) {
                flat[r * rows + tokens + i] = last + 1 + i;
            }
        }
        try (TensorScope step = owner.openChild()) {
            return decoder.rotary(step.longs(flat, ids.length, rows), owner);
        }
    }

    /** Layers before a cut hold the whole prompt; only what is left after it needs room for the answer. */
    private int capacity(NDArray hidden) {
        int rows = Math.toIntExact(hidden.getShape().get(0));
        boolean cutToCome = caches.size() < lastCutLayer();
        return cutToCome ? rows : Math.max(rows, tokens + tokensToCome);
    }

    private int lastCutLayer() {
        List<Cut> cuts = schedule.cuts();
        if (cuts.isEmpty()) {
            return 0;
        }
        Cut last = cuts.get(cuts.size() - 1);
        return last.at().stage() == PruningPoint.Stage.LAST
                ? decoder.dimensions().layers()
                : last.at().layers();
    }

    private boolean isHere(Cut cut, int layersRun) {
        return switch (cut.at().stage()) {
            case PIXELS, TOWER, VISION -> false;
            case LAYER -> cut.at().layers() == layersRun;
            case LAST -> layersRun == decoder.dimensions().layers();
        };
    }

    private void tap(int layer, NDArray input, RotaryEmbedding.Tables tables, KvCache cache) {
        ScoreForm form = plan.attentionLayers().get(layer);
        if (form != null) {
            int row = tokens + probeRows - 1;
            NDArray chosen = scope.indices(imageRows);
            attention.put(layer, decoder.attentionOfRow(layer, input, row, tables, cache, chosen, form, scope));
            chosen.close();
        }
    }

    private NDArray cut(Cut cut, NDArray hidden, TensorScope layerScope) {
        TokenSelection selection = select(cut);
        int[] keptRows = keptRows(selection.kept());
        int tokensBefore = tokens;
        alive = pick(alive, selection.kept());
        imageRows = rowsAfter(keptRows);
        positions = positions.keep(keptRows);
        tokens = keptRows.length;
        probeRows = 0;
        NDArray chosen = layerScope.indices(keptRows);
        for (KvCache cache : caches) {
            cache.keep(chosen, tokensToCome);
        }
        gatherEvidence(selection.kept());
        log.add(cut, selection, alive);
        NDArray after = decoder.take(hidden, chosen, RowPadding.rows(tokens), layerScope);
        observer.onCut(hidden, tokensBefore, after, keptRows, prompt.layout(), caches);
        return after;
    }

    /** What was seen before this cut speaks of its tokens only, from now on. */
    private void gatherEvidence(int[] kept) {
        if (schedule.cuts().size() == 1) {
            return;
        }
        NDArray chosen = scope.indices(kept);
        attention.replaceAll((layer, rows) -> decoder.take(rows, chosen, kept.length, scope));
        towerRows.replaceAll((layer, rows) -> decoder.take(rows, chosen, kept.length, scope));
        chosen.close();
    }

    private TokenSelection select(Cut cut) {
        List<List<int[]>> windows =
                prompt.grids().stream().map(grid -> model.tower().windows(grid)).toList();
        try (TensorScope step = scope.openChild()) {
            PruningEvidence evidence = PruningEvidence.builder(prompt.grids(), windows, alive, step)
                    .attention(attention)
                    .visionTaps(towerRows)
                    .build();
            TokenSelection selection = cut.strategy().select(evidence, cut.budget());
            observer.onSelection(evidence, probe, selection);
            return selection;
        }
    }

    /** Rows of the prompt that stay: all text, and the chosen image tokens. */
    private int[] keptRows(int[] keptTokens) {
        boolean[] dropped = new boolean[tokens];
        for (int row : imageRows) {
            dropped[row] = true;
        }
        for (int token : keptTokens) {
            dropped[imageRows[token]] = false;
        }
        int[] rows = new int[tokens - imageRows.length + keptTokens.length];
        int next = 0;
        for (int row = 0; row < tokens; row++) {
            if (!dropped[row]) {
                rows[next++] = row;
            }
        }
        return rows;
    }

    /** Where the image tokens that are left lie now. */
    private int[] rowsAfter(int[] keptRows) {
        boolean[] isImage = new boolean[tokens];
        for (int row : imageRows) {
            isImage[row] = true;
        }
        int[] rows = new int[alive.length];
        int next = 0;
        for (int i = 0; i < keptRows.length; i++) {
            if (isImage[keptRows[i]]) {
                rows[next++] = i;
            }
        }
        return rows;
    }

    private static int[] pick(int[] values, int[] indices) {
        int[] picked = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            picked[i] = values[indices[i]];
        }
        return picked;
    }
}
