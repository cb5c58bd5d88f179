package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.ReadoutValues;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prefill.LayerEvidence.Moment;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.ProbeAttention;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a prompt with a probe behind them on their way through the layers: embedded, run, and read for steps to come.
 * Every row sees only rows before it, so the probe, which lies last, changes nothing for the prompt. For one request.
 */
public final class PromptPass {

    private final VisionLanguageModel model;
    private final DecoderStack decoder;
    private final Prompt prompt;
    private final PromptRows rows;
    private final PromptTexts texts;
    private final EvidencePlan plan;
    private final PassContext context;
    private final TensorScope scope;
    private final ReadoutValues seen;
    private final @Nullable ProbeToken probe;
    private final List<KvCache> caches = new ArrayList<>();
    private int probeRows;

    PromptPass(
            VisionLanguageModel model,
            Prompt prompt,
            PromptRows rows,
            PromptTexts texts,
            EvidencePlan plan,
            @Nullable ProbeToken probe,
            PassContext context) {
        this.model = model;
        this.decoder = model.decoder();
        this.prompt = prompt;
        this.rows = rows;
        this.texts = texts;
        this.plan = plan;
        this.context = context;
        this.scope = context.scope();
        this.seen = new ReadoutValues(decoder.rows());
        this.probe = probe;
        this.probeRows = probe == null ? 0 : probe.length();
    }

    /** What was seen for steps to come. */
    ReadoutValues seen() {
        return seen;
    }

    /** The caches of the layers that have run. */
    List<KvCache> caches() {
        return caches;
    }

    /** Rows of the probe that are there. */
    int probeRows() {
        return probeRows;
    }

    /** The probe has done its work. */
    void forgetProbe() {
        probeRows = 0;
    }

    /**
     * The rows that enter the first layer.
     *
     * @param imageRows by picture the rows that are alive
     * @param needs what the steps to come ask for
     */
    NDArray embed(List<NDArray> imageRows, List<EvidenceRequest> needs, TensorScope layerScope) {
        NDArray ids = layerScope.indices(PromptRows.pick(prompt.layout().ids(), rows.origins()));
        NDArray hidden = decoder.embed(ids, RowPadding.rows(rows.count() + probeRows), layerScope);
        int token = 0;
        for (int i = 0; i < imageRows.size(); i++) {
            int count = Math.toIntExact(imageRows.get(i).getShape().get(0));
            if (count > 0) {
                context.observer().onImageRows(i, imageRows.get(i));
                decoder.place(hidden, rows.imageRows()[token], imageRows.get(i));
            }
            token += count;
        }
        if (probe != null) {
            decoder.place(hidden, rows.count(), vectors(probe, 0));
        }
        takeRows(hidden, needs, layerScope);
        return hidden;
    }

    /** Rows that enter the first layer, if a step to come asks for them. */
    private void takeRows(NDArray hidden, List<EvidenceRequest> needs, TensorScope layerScope) {
        List<EvidenceRequest> asking = needs.stream()
                .filter(need ->
                        need instanceof EvidenceRequest.ImageRows || need instanceof EvidenceRequest.EnteredRows)
                .toList();
        if (!asking.isEmpty()) {
            NDArray chosen = decoder.rows().pick(hidden, rows.imageRows(), 0, layerScope);
            NDArray wide = decoder.rows().widen(chosen, scope);
            asking.forEach(need -> seen.put(need, wide));
        }
    }

    /**
     * Takes what the tower told, for layer steps to come.
     *
     * @param needs what those steps ask for
     * @param pictures by image
     * @param kept by image the places that are alive among those that the tower saw
     */
    void takeTower(List<EvidenceRequest> needs, List<VisionFeatures> pictures, List<int[]> kept) {
        for (EvidenceRequest need : needs) {
            for (EvidenceRequest part : need.parts()) {
                TowerReadout readout = part.inTower(model.tower().abilities());
                if (readout != null && seen.find(part) == null) {
                    seen.join(
                            part,
                            pictures.stream()
                                    .map(picture -> picture.of(readout))
                                    .toList(),
                            kept,
                            scope);
                }
            }
        }
    }

    private static NDArray vectors(ProbeToken probe, int layer) {
        return Objects.requireNonNull(probe.vectors().get(layer));
    }

    /** Tables for the tokens, the probe behind them, and zeros. */
    RotaryEmbedding.Tables tables() {
        int tokens = rows.count();
        int padded = RowPadding.rows(tokens + probeRows);
        long[][] ids = rows.positions().rows();
        long[] flat = new long[ids.length * padded];
        // The probe goes on from the last row's last id, in all rows. Spec, section 3.
        long last = ids[ids.length - 1][tokens - 1];
        for (int r = 0; r < ids.length; r++) {
            System.arraycopy(ids[r], 0, flat, r * padded, tokens);
            for (int i = 0; i < probeRows; i++) {
                flat[r * padded + tokens + i] = last + 1 + i;
            }
        }
        try (TensorScope step = scope.openChild()) {
            return decoder.rotary(step.longs(flat, ids.length, padded), scope);
        }
    }

    static void close(RotaryEmbedding.Tables tables) {
        tables.cosine().close();
        tables.sine().close();
    }

    /**
     * Runs a layer, after those before it.
     *
     * @param capacity rows that its cache is made for
     * @param layerScope owns the output
     */
    Moment run(int layer, NDArray hidden, RotaryEmbedding.Tables tables, int capacity, TensorScope layerScope) {
        context.cancellation().check();
        if (layer > 0 && probeRows > 0 && probe != null && probe.vectors().containsKey(layer)) {
            decoder.add(hidden, rows.count(), vectors(probe, layer));
        }
        KvCache cache = decoder.newCache(capacity, scope);
        caches.add(cache);
        NDArray output = decoder.layer(layer, hidden, tables, cache, layerScope);
        cache.truncate(rows.count() + probeRows);
        Moment moment = new Moment(layer, hidden, output, tables, cache);
        tap(moment);
        context.observer().onLayer(layer);
        return moment;
    }

    private void tap(Moment moment) {
        for (ProbeAttention wanted : plan.probes()) {
            if (wanted.layers().get(0) != moment.layer()) {
                continue;
            }
            try (TensorScope step = scope.openChild()) {
                NDArray read = decoder.reading()
                        .attentionOfRow(
                                moment.layer(),
                                moment.input(),
                                rows.count() + probeRows - 1,
                                moment.tables(),
                                moment.cache(),
                                step.indices(rows.imageRows()),
                                wanted.form(),
                                scope);
                seen.put(wanted, read);
            }
        }
    }

    /** What a step between layers sees; belongs to {@code step}. */
    PruningEvidence evidence(Cut cut, Moment moment, TensorScope step) {
        List<List<int[]>> windows =
                prompt.grids().stream().map(grid -> model.tower().windows(grid)).toList();
        PruningEvidence.Builder builder = PruningEvidence.builder(prompt.grids(), windows, rows.alive(), step);
        LayerEvidence.read(cut, moment, rows, texts, seen, decoder.reading(), step, builder);
        return builder.build();
    }
}
