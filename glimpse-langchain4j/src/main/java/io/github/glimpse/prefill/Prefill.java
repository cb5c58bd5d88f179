package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prefill.LayerEvidence.Moment;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.SliceFloor;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a prompt through the model and drops image tokens on the way: cuts what the tower gave, embeds, appends the probe
 * token, runs layer by layer, collects evidence, lets strategies choose, cuts hidden rows, positions and, unless they are to
 * stay ragged, the caches of the layers that have run, and goes on with what is left.
 *
 * <p>Every row sees only rows before it, so the probe, which lies last, changes nothing for the prompt. It passes cuts of
 * other strategies, and its rows are simply forgotten at its own. One object serves one request; temporaries live in a scope
 * per layer.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3</a>
 */
public final class Prefill {

    private final VisionLanguageModel model;
    private final DecoderStack decoder;
    private final Prompt prompt;
    private final PruningSchedule schedule;
    private final PassContext context;
    private final TensorScope scope;
    private final int tokensToCome;

    private final Deque<Cut> cuts;
    private final PromptRows rows;
    private final PromptTexts texts;
    private final PromptPass pass;
    private final StepDecision decision;
    private final SelectionLog log;
    private final PromptReuse reuse;
    private @Nullable PixelCut pixelCut;
    private @Nullable TowerCuts towerCuts;

    public Prefill(
            VisionLanguageModel model,
            Prompt prompt,
            PromptTexts texts,
            PruningSchedule schedule,
            EvidencePlan plan,
            int tokensToCome,
            PromptReuse reuse,
            PassContext context) {
        this.model = model;
        this.decoder = model.decoder();
        this.prompt = prompt;
        this.texts = texts;
        this.schedule = schedule;
        this.context = context;
        this.scope = context.scope();
        this.tokensToCome = tokensToCome;
        this.reuse = reuse;
        this.cuts = new ArrayDeque<>(schedule.cuts());
        this.rows = new PromptRows(prompt.layout(), schedule.positions());
        this.log = new SelectionLog(rows.alive().length);
        ProbeToken probe = schedule.cuts().stream()
                .map(cut -> cut.strategy().probeToken())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        this.pass = new PromptPass(model, prompt, rows, texts, plan, probe, reuse, context);
        this.decision = new StepDecision(schedule, probe, context.observer());
    }

    private @Nullable PixelCut pixelCut() {
        Cut first = cuts.peek();
        if (first != null && first.at().stage() == PruningPoint.Stage.PIXELS) {
            pixelCut = new PixelCut(cuts.remove(), model, decision, context);
        }
        return pixelCut;
    }

    private TowerCuts towerCuts(ToIntFunction<PruningStrategy> numbers) {
        List<Cut> inside = new ArrayList<>();
        for (Cut next = cuts.peek();
                next != null && next.at().stage() == PruningPoint.Stage.TOWER;
                next = cuts.peek()) {
            inside.add(cuts.remove());
        }
        towerCuts = TowerCuts.of(schedule, inside, decision, numbers);
        return towerCuts;
    }

    /**
     * Runs the whole prompt: the tower with the cuts before it and inside, then the decoder.
     *
     * @param pictures of the prompt; what the tower makes of them is lent until the end of the request
     * @param numbers tells strategies apart
     */
    public Prefilled run(PictureFeatures pictures, ToIntFunction<PruningStrategy> numbers) {
        int entered = enter(pictures, numbers);
        int layers = decoder.dimensions().layers();
        boolean once = cuts.size() <= 1;
        boolean left = false;
        int run = 0;
        while (!cuts.isEmpty()) {
            run = cuts.element().at().layersRun(layers);
            Moment moment = pass.runTo(run, capacity());
            if (!left) {
                reuse.leave(decoder, pass.caches(), run < layers ? moment.output() : null, entered);
                left = true;
            }
            context.cancellation().check();
            context.watch().atPruning();
            pass.goOnWith(cut(cuts.remove(), moment), once ? reuse.head() : 0);
            context.watch().afterCut();
        }
        if (run < layers) {
            pass.runToEnd(capacity());
        }
        if (!left) {
            reuse.leave(decoder, pass.caches(), null, entered);
        }
        float[] logits = HostValues.floats(pass.logits());
        reuse.end(pass.caches());
        pass.end();
        context.watch().atDecoding();
        context.observer().onLogits(0, logits);
        Sequence sequence = new Sequence(pass.caches(), pass.nextPositions(), logits, rows.count());
        context.observer().onSequence(sequence, rows.positions());
        return new Prefilled(sequence, log, reuse.report(entered, pictures.found()));
    }

    /** Looks at the pictures and puts the prompt in front of the decoder; the rows that enter it. */
    private int enter(PictureFeatures pictures, ToIntFunction<PruningStrategy> numbers) {
        PixelCut before = pixelCut();
        TowerCuts inside = towerCuts(numbers);
        List<VisionFeatures> features = pictures.see(before, inside, context);
        context.watch().beforeCut();
        Cut atVision = cuts.peek();
        List<NDArray> imageRows = cutPictures(features);
        if (reuse.isOn()) {
            String setting = isAtVision(atVision) ? setting(atVision, numbers, pictures.keys()) : "";
            reuse.begin(PrefixSearch.of(prompt, rows, texts, List.copyOf(cuts), decoder, pictures.keys(), setting));
        }
        int entered = rows.count();
        context.memory().enters(entered);
        pass.enter(imageRows, layerNeeds());
        return entered;
    }

    private static boolean isAtVision(@Nullable Cut cut) {
        return cut != null && cut.at().stage() == PruningPoint.Stage.VISION;
    }

    /** All that decides at a cut that does not look at the question, in words. */
    private String setting(Cut cut, ToIntFunction<PruningStrategy> numbers, List<String> units) {
        // Over time one unit decides on another.
        boolean overTime = cut.strategy().traits(cut.at()).contains(StrategyTrait.OVER_TIME);
        return " " + schedule.everywhere() + " " + schedule.guard().options() + " " + numbers.applyAsInt(cut.strategy())
                + " " + cut.budget() + (overTime ? " " + units : "");
    }

    private void note(Cut cut, TokenSelection selection, int[] before) {
        note(cut, selection, before, decision.takeVerdicts());
    }

    private void note(Cut cut, TokenSelection selection, int[] before, List<GuardedSelection> verdicts) {
        log.add(cut, selection, before, rows.alive(), verdicts);
        context.observer().onStep(cut, before, selection, rows.alive());
    }

    /** Takes over what was decided before the language model. */
    private void take(Cut cut, TokenSelection selection, List<GuardedSelection> verdicts) {
        int[] before = rows.alive();
        rows.keep(selection.kept());
        note(cut, selection, before, verdicts);
    }

    /** The step at {@code vision}, if there is one: the rows that go into the decoder, by picture. */
    private List<NDArray> cutPictures(List<VisionFeatures> pictures) {
        if (pixelCut != null) {
            take(pixelCut.cut(), pixelCut.selection(), pixelCut.verdicts());
        }
        if (towerCuts != null) {
            towerCuts.forEach(this::take);
        }
        List<int[]> kept = pictures.stream()
                .map(picture -> TokenSelection.all(
                                Math.toIntExact(picture.rows().getShape().get(0)))
                        .kept())
                .toList();
        List<NDArray> imageRows = pictures.stream().map(VisionFeatures::rows).toList();
        LayerAdditions additions = new LayerAdditions(decoder, pictures, scope);
        pass.adding(additions);
        Cut first = cuts.peek();
        if (first != null && first.at().stage() == PruningPoint.Stage.VISION) {
            context.watch().atPruning();
            Cut cut = cuts.remove();
            VisionCut.Result result =
                    new VisionCut(model, prompt, texts, decision, context).make(cut, pictures, rows.alive());
            int[] before = rows.alive();
            rows.keep(result.selection().kept());
            additions.keep(result.selection());
            note(cut, result.selection(), before);
            kept = result.kept();
            imageRows = result.rows();
            context.watch().afterCut();
        }
        pass.takeTower(layerNeeds(), pictures, kept);
        return imageRows;
    }

    /** What the steps to come ask for. */
    private List<EvidenceRequest> layerNeeds() {
        return cuts.stream()
                .flatMap(cut -> cut.strategy().needs(cut.at()).stream())
                .toList();
    }

    /** Layers before a cut that shortens them hold the whole prompt; only what is left needs room for the answer. */
    private int capacity() {
        int held = RowPadding.rows(rows.count() + pass.probeRows());
        boolean cutToCome = schedule.kv() == KvForm.UNIFORM && !cuts.isEmpty();
        return cutToCome ? held : Math.max(held, rows.count() + tokensToCome);
    }

    private NDArray cut(Cut cut, Moment moment) {
        TensorScope layerScope = pass.step();
        int[] before = rows.alive();
        TokenSelection selection;
        try (TensorScope step = scope.openChild()) {
            selection = decision.decide(
                    cut, prompt.grids(), prompt.wholeTokens(), before, () -> pass.evidence(cut, moment, step));
        }
        int floor = cut.strategy().sliceFloor();
        selection = floor == 0 ? selection : SliceFloor.apply(selection, prompt.units(), before, floor);
        boolean probeLeaves = pass.probeRows() > 0 && cut.strategy().probeToken() != null;
        if (!probeLeaves
                && selection.kept().length == before.length
                && selection.merged().isEmpty()) {
            context.memory().cutTo(rows.count());
            note(cut, selection, before);
            int[] all = IntStream.range(0, rows.count()).toArray();
            context.observer().onCut(moment.output(), all.length, moment.output(), all, prompt.layout(), pass.caches());
            return moment.output();
        }
        int tokensBefore = rows.count();
        int[] tokenRows = rows.imageRows();
        int[] keptRows = rows.keep(selection.kept());
        int[] staying = probeLeaves ? keptRows : withProbe(keptRows, tokensBefore);
        cutCaches(staying, probeLeaves ? pass.probeRows() : 0, layerScope);
        context.memory().cutTo(keptRows.length);
        if (probeLeaves) {
            pass.forgetProbe();
        }
        pass.additions().keep(selection);
        if (!cuts.isEmpty()) {
            pass.seen().gather(selection.kept(), scope);
        }
        note(cut, selection, before);
        int padded = RowPadding.rows(staying.length);
        NDArray after = selection.merged().isEmpty()
                ? decoder.take(moment.output(), layerScope.indices(staying), padded, layerScope)
                : decoder.rows()
                        .mix(moment.output(), Mixtures.of(staying, tokenRows, selection.merged()), padded, layerScope);
        context.observer().onCut(moment.output(), tokensBefore, after, keptRows, prompt.layout(), pass.caches());
        return after;
    }

    private int[] withProbe(int[] keptRows, int tokens) {
        return IntStream.concat(Arrays.stream(keptRows), IntStream.range(tokens, tokens + pass.probeRows()))
                .toArray();
    }

    private void cutCaches(int[] staying, int forgotten, TensorScope layerScope) {
        pass.caches().forEach(cache -> cache.truncate(cache.length() - forgotten));
        if (schedule.kv() == KvForm.UNIFORM) {
            NDArray chosen = layerScope.indices(staying);
            pass.caches().forEach(cache -> cache.keep(chosen, tokensToCome));
        }
    }
}
