package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.LayerState;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a prompt with a probe behind them on their way through the layers: embedded, run up to where something is to be
 * chosen, and read for steps to come, as pictures on their way through a tower are. Every row sees only rows before it, so the
 * probe, which lies last, changes nothing for the prompt. For one request.
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
    private final PromptReuse reuse;
    private final List<LayerState> caches = new ArrayList<>();
    private final long[] nextPositions;
    private LayerAdditions additions;
    private int probeRows;
    // Rows of the prompt that do not run, because the layers to come remember them.
    private int before;
    private TensorScope step;
    private TensorScope reading;
    private @Nullable NDArray hidden;

    PromptPass(
            VisionLanguageModel model,
            Prompt prompt,
            PromptRows rows,
            PromptTexts texts,
            EvidencePlan plan,
            @Nullable ProbeToken probe,
            PromptReuse reuse,
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
        this.additions = new LayerAdditions(decoder, List.of(), scope);
        this.probe = probe;
        this.reuse = reuse;
        this.nextPositions = new long[decoder.dimensions().layers()];
        this.step = scope.openChild();
        this.reading = scope.openChild();
        this.probeRows = probe == null ? 0 : probe.length();
    }

    /** What was seen for steps to come. */
    ReadoutValues seen() {
        return seen;
    }

    /** The caches of the layers that have run. */
    List<LayerState> caches() {
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

    /** The position behind the last row that each layer has seen. */
    long[] nextPositions() {
        return nextPositions;
    }

    /** Rows of the prompt that do not run in these layers. */
    int before() {
        return before;
    }

    /**
     * The rows where they are now, without {@link #before} of them while layers run, with zeros behind; they belong to
     * {@link #step}.
     */
    NDArray hidden() {
        return Objects.requireNonNull(hidden, "nothing has entered");
    }

    /** Owns the rows where they are now. */
    TensorScope step() {
        return step;
    }

    /** Other rows in place of these, owned by {@link #step}: what a cut has left. All of them run. */
    void goOnWith(NDArray left) {
        goOnWith(left, 0);
    }

    /** The same, without the first rows if these are there in all layers to come. */
    void goOnWith(NDArray left, int there) {
        before = there;
        hidden = behind(left);
        reading.close();
        reading = scope.openChild();
    }

    /** The rows that run. */
    private NDArray behind(NDArray all) {
        if (before == 0) {
            return all;
        }
        int end = rows.count() + probeRows;
        int[] running = IntStream.range(before, end).toArray();
        try (TensorScope temporary = step.openChild()) {
            return decoder.take(all, temporary.indices(running), RowPadding.rows(running.length), step);
        }
    }

    /** Frees all but the caches and what was seen. */
    void end() {
        reading.close();
        step.close();
    }

    /** Says what layers add to the image tokens. */
    void adding(LayerAdditions rowsOfLayers) {
        additions = rowsOfLayers;
    }

    /** What layers to come add. */
    LayerAdditions additions() {
        return additions;
    }

    /**
     * The rows enter the first layer.
     *
     * @param imageRows the rows of image tokens that are alive, in parts, in order
     * @param needs what the steps to come ask for
     */
    void enter(List<NDArray> imageRows, List<EvidenceRequest> needs) {
        NDArray ids = step.indices(PromptRows.pick(prompt.layout().ids(), rows.origins()));
        NDArray entering = decoder.embed(ids, RowPadding.rows(rows.count() + probeRows), step);
        int token = 0;
        for (int i = 0; i < imageRows.size(); i++) {
            int count = Math.toIntExact(imageRows.get(i).getShape().get(0));
            if (count > 0) {
                context.observer().onImageRows(i, imageRows.get(i));
                place(entering, Arrays.copyOfRange(rows.imageRows(), token, token + count), imageRows.get(i));
            }
            token += count;
        }
        int[] newlines = rows.now(prompt.layout().newlineRows());
        if (newlines.length > 0) {
            decoder.placeAt(
                    entering, newlines, Objects.requireNonNull(model.tower().newline()), scope);
        }
        if (probe != null) {
            decoder.place(entering, rows.count(), vectors(probe, 0));
        }
        takeRows(entering, needs, step);
        before = reuse.before();
        hidden = behind(entering);
    }

    private void place(NDArray hidden, int[] places, NDArray imageRows) {
        boolean together = places[places.length - 1] - places[0] == places.length - 1;
        if (together) {
            decoder.place(hidden, places[0], imageRows);
        } else {
            decoder.placeAt(hidden, places, imageRows, scope);
        }
    }

    /** Rows that enter the first layer, if a step to come asks for them. */
    private void takeRows(NDArray entering, List<EvidenceRequest> needs, TensorScope layerScope) {
        List<EvidenceRequest> asking = needs.stream()
                .filter(need ->
                        need instanceof EvidenceRequest.ImageRows || need instanceof EvidenceRequest.EnteredRows)
                .toList();
        if (!asking.isEmpty()) {
            NDArray chosen = decoder.rows().pick(entering, rows.imageRows(), 0, layerScope);
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

    /** Tables for the tokens from {@code first} on, the probe behind them, and zeros. */
    private RotaryEmbedding.Tables tables(int first) {
        int tokens = rows.count() - first;
        int padded = RowPadding.rows(tokens + probeRows);
        long[][] ids = rows.positions().rows();
        long[] flat = new long[ids.length * padded];
        // The probe goes on from the last row's last id, in all rows. Spec, section 3.
        long last = ids[ids.length - 1][rows.count() - 1];
        for (int r = 0; r < ids.length; r++) {
            System.arraycopy(ids[r], first, flat, r * padded, tokens);
            for (int i = 0; i < probeRows; i++) {
                flat[r * padded + tokens + i] = last + 1 + i;
            }
        }
        try (TensorScope temporary = scope.openChild()) {
            return decoder.rotary(temporary.longs(flat, ids.length, padded), reading);
        }
    }

    /**
     * Runs layers until so many have run, at least one more. What went into the last one can be read until other rows go on.
     *
     * @param capacity rows that the caches are made for
     * @return the last layer, with all rows of the prompt after it
     */
    Moment runTo(int layers, int capacity) {
        Moment ran = run(layers, capacity);
        if (before == 0) {
            return ran;
        }
        NDArray all = reuse.joined(decoder, ran.output(), rows.count() + probeRows, step);
        return ran.behind(all, () -> tables(0));
    }

    /** Runs the layers that are left. */
    void runToEnd(int capacity) {
        var unused = run(decoder.dimensions().layers(), capacity);
    }

    /** The logits after the prompt, behind all layers: {@code [vocab]} float32. */
    NDArray logits() {
        return decoder.prompts().logits(hidden(), rows.count() - 1 - before, context.joint(), step);
    }

    private Moment run(int layers, int capacity) {
        RotaryEmbedding.Tables tables = tables(before);
        Moment last = null;
        while (caches.size() < layers) {
            if (context.joint() == null || !decoder.prompts().waits(caches.size(), hidden())) {
                context.cancellation().check();
            }
            TensorScope next = scope.openChild();
            last = run(caches.size(), hidden(), tables, capacity, next);
            if (caches.size() == layers) {
                step.keep(last.input(), reading);
            }
            step.close();
            step = next;
            hidden = last.output();
        }
        return Objects.requireNonNull(last, "no layer is left to run");
    }

    private Moment run(
            int layer, NDArray input, RotaryEmbedding.Tables positions, int capacity, TensorScope layerScope) {
        if (layer > 0 && probeRows > 0 && probe != null && probe.vectors().containsKey(layer)) {
            decoder.add(input, rows.count() - before, vectors(probe, layer));
        }
        nextPositions[layer] = rows.positions().next();
        LayerState cache = decoder.newState(layer, capacity, scope);
        reuse.fill(layer, cache, before);
        caches.add(cache);
        NDArray output = decoder.prompts()
                .layer(
                        layer,
                        input,
                        rows.count() + probeRows - before,
                        probeRows,
                        positions,
                        cache,
                        context.slices(),
                        layerScope);
        additions.add(layer, output, rows.imageRows(), before);
        Moment moment = new Moment(layer, before, input, output, positions, () -> positions, cache);
        tap(moment);
        context.observer().onLayer(layer);
        context.observer().onHidden(layer, output, rows.count() - before);
        return moment;
    }

    private void tap(Moment moment) {
        for (ProbeAttention wanted : plan.probes()) {
            if (wanted.layers().get(0) != moment.layer()) {
                continue;
            }
            try (TensorScope temporary = scope.openChild()) {
                NDArray read = decoder.reading()
                        .attentionOfRow(
                                moment.layer(),
                                moment.input(),
                                before,
                                rows.count() + probeRows - 1 - before,
                                moment.tables(),
                                moment.keys(),
                                temporary.indices(rows.imageRows()),
                                wanted.form(),
                                scope);
                seen.put(wanted, read);
            }
        }
    }

    /** What a step between layers sees; belongs to {@code owner}. */
    PruningEvidence evidence(Cut cut, Moment moment, TensorScope owner) {
        List<List<int[]>> windows =
                prompt.grids().stream().map(grid -> model.tower().windows(grid)).toList();
        PruningEvidence.Builder builder = PruningEvidence.builder(prompt.grids(), windows, rows.alive(), owner);
        LayerEvidence.read(cut, moment, rows, texts, seen, decoder.reading(), owner, builder);
        return builder.build();
    }
}
