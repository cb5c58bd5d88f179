package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.generate.LayerEvidence.Moment;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prune.EvidenceRequest;
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
final class PromptPass {

    private final VisionLanguageModel model;
    private final DecoderStack decoder;
    private final Prompt prompt;
    private final PromptRows rows;
    private final PromptTexts texts;
    private final EvidencePlan plan;
    private final RequestContext context;
    private final TensorScope scope;
    private final SeenEvidence seen;
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
            RequestContext context) {
        this.model = model;
        this.decoder = model.decoder();
        this.prompt = prompt;
        this.rows = rows;
        this.texts = texts;
        this.plan = plan;
        this.context = context;
        this.scope = context.scope();
        this.seen = new SeenEvidence(decoder.reading(), scope);
        this.probe = probe;
        this.probeRows = probe == null ? 0 : probe.length();
    }

    /** What was seen for steps to come. */
    SeenEvidence seen() {
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
        if (needs.stream().anyMatch(SeenEvidence::isOfRows)) {
            NDArray chosen = decoder.reading().pick(hidden, rows.imageRows(), 0, layerScope);
            seen.takeRows(needs, decoder.reading().widen(chosen, scope));
        }
        return hidden;
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
        for (ScoreForm form : plan.attentionForms(moment.layer())) {
            try (TensorScope step = scope.openChild()) {
                NDArray read = decoder.reading()
                        .attentionOfRow(
                                moment.layer(),
                                moment.input(),
                                rows.count() + probeRows - 1,
                                moment.tables(),
                                moment.cache(),
                                step.indices(rows.imageRows()),
                                form,
                                scope);
                seen.takeAttention(moment.layer(), form, read);
            }
        }
    }

    /** What a step between layers sees; belongs to {@code step}. */
    PruningEvidence evidence(Cut cut, Moment moment, TensorScope step) {
        List<List<int[]>> windows =
                prompt.grids().stream().map(grid -> model.tower().windows(grid)).toList();
        PruningEvidence.Builder builder = PruningEvidence.builder(prompt.grids(), windows, rows.alive(), step);
        LayerEvidence evidence = new LayerEvidence(moment, rows, texts, seen, decoder.reading(), step, builder);
        cut.strategy().needs(cut.at()).forEach(need -> need.collect(evidence));
        return builder.build();
    }
}
