package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The cut between tower and decoder: decided, and mixed where a strategy merges, unit by unit; by a strategy over time, video by
 * video, pictures left as they are.
 */
public final class VisionCut {

    private final VisionLanguageModel model;
    private final Prompt prompt;
    private final PromptTexts texts;
    private final StepDecision decision;
    private final PassContext context;

    VisionCut(VisionLanguageModel model, Prompt prompt, PromptTexts texts, StepDecision decision, PassContext context) {
        this.model = model;
        this.prompt = prompt;
        this.texts = texts;
        this.decision = decision;
        this.context = context;
    }

    /**
     * What came of it.
     *
     * @param selection in the numbering of all tokens that were alive
     * @param kept by unit, places among the tokens that the tower gave
     * @param rows the rows that go on, {@code [kept, hidden]} each, in the order of the units
     */
    record Result(TokenSelection selection, List<int[]> kept, List<NDArray> rows) {}

    /**
     * Units that are decided together.
     *
     * @param features of the units, in order
     * @param alive for each of them its tokens that are alive
     */
    private record Group(List<TokenUnit> units, int wholeTokens, List<VisionFeatures> features, List<int[]> alive) {

        List<ImageGrid> grids() {
            return units.stream().map(TokenUnit::grid).toList();
        }

        int count() {
            return alive.stream().mapToInt(tokens -> tokens.length).sum();
        }

        /** Tokens that are alive, numbered through. */
        int[] joined() {
            IntStream.Builder all = IntStream.builder();
            int first = 0;
            for (int i = 0; i < units.size(); i++) {
                for (int token : alive.get(i)) {
                    all.add(first + token);
                }
                first += units.get(i).grid().tokenCount();
            }
            return all.build().toArray();
        }

        /** What is kept of each unit, as places among its tokens that were alive. */
        List<int[]> split(int[] kept) {
            List<int[]> parts = new ArrayList<>();
            int first = 0;
            for (int[] tokens : alive) {
                int from = first;
                int to = first + tokens.length;
                parts.add(Arrays.stream(kept)
                        .filter(place -> place >= from && place < to)
                        .map(place -> place - from)
                        .toArray());
                first = to;
            }
            return parts;
        }
    }

    /** Chooses and mixes; the rows belong to the request. */
    Result make(Cut cut, List<VisionFeatures> features, int[] alive) {
        boolean overTime = cut.strategy().traits(cut.at()).contains(StrategyTrait.OVER_TIME);
        JoinedSelection joined = new JoinedSelection();
        List<int[]> kept = new ArrayList<>();
        List<NDArray> rows = new ArrayList<>();
        for (Group group : groups(features, alive, overTime)) {
            context.cancellation().check();
            boolean isVideo = group.units().get(0).kind() == TokenUnit.Kind.VIDEO;
            boolean asked = !overTime || isVideo;
            TokenSelection selection = asked ? choose(cut, group) : TokenSelection.all(group.count());
            if (asked) {
                joined.add(selection, group.count());
            } else {
                joined.addUntouched(group.count());
            }
            kept.addAll(group.split(selection.kept()));
            rows.add(rows(rowsOf(group, context.scope()), selection, group.count()));
        }
        return new Result(joined.join(), kept, rows);
    }

    private List<Group> groups(List<VisionFeatures> features, int[] alive, boolean overTime) {
        List<TokenUnit> units = prompt.units();
        List<TokenUnit> whole = prompt.wholeUnits();
        List<int[]> byUnit = byUnit(alive, prompt.grids());
        List<Group> groups = new ArrayList<>();
        for (int from = 0; from < units.size(); ) {
            TokenUnit first = units.get(from);
            int to = from + 1;
            while (overTime
                    && to < units.size()
                    && first.kind() == TokenUnit.Kind.VIDEO
                    && units.get(to).kind() == first.kind()
                    && units.get(to).index() == first.index()) {
                to++;
            }
            int tokens = whole.subList(from, to).stream()
                    .mapToInt(unit -> unit.grid().tokenCount())
                    .sum();
            groups.add(
                    new Group(units.subList(from, to), tokens, features.subList(from, to), byUnit.subList(from, to)));
            from = to;
        }
        return groups;
    }

    private TokenSelection choose(Cut cut, Group group) {
        int[] alive = group.joined();
        try (TensorScope step = context.scope().openChild()) {
            return decision.decide(cut, group.grids(), group.wholeTokens(), alive, () -> {
                List<List<int[]>> windows =
                        group.grids().stream().map(model.tower()::windows).toList();
                PruningEvidence.Builder builder = PruningEvidence.builder(group.grids(), windows, alive, step);
                new EvidenceReaders(part -> seen(part, group, step))
                        .on(
                                EvidenceRequest.ImageRows.class,
                                request -> model.decoder().rows().widen(rowsOf(group, step), step))
                        .on(EvidenceRequest.TextRows.class, request -> texts.embeddings(request.which(), step))
                        .read(cut, builder);
                return builder.build();
            });
        }
    }

    private NDArray rowsOf(Group group, TensorScope scope) {
        return joined(group.features().stream().map(VisionFeatures::rows).toList(), 0, scope);
    }

    private NDArray joined(List<NDArray> parts, int axis, TensorScope scope) {
        return parts.size() == 1 ? parts.get(0) : model.decoder().rows().join(new NDList(parts), axis, scope);
    }

    private @Nullable NDArray seen(EvidenceRequest part, Group group, TensorScope scope) {
        TowerReadout readout = part.inTower(model.tower().abilities());
        return readout == null
                ? null
                : joined(
                        group.features().stream().map(unit -> unit.of(readout)).toList(),
                        readout.shape().tokenAxis(),
                        scope);
    }

    private NDArray rows(NDArray rows, TokenSelection selection, int tokens) {
        TokenRows tokenRows = model.decoder().rows();
        if (!selection.merged().isEmpty()) {
            int[] places = TokenSelection.all(tokens).kept();
            return tokenRows.mix(
                    rows,
                    Mixtures.of(selection.kept(), places, selection.merged()),
                    selection.kept().length,
                    context.scope());
        }
        return selection.kept().length == tokens ? rows : tokenRows.pick(rows, selection.kept(), 0, context.scope());
    }

    /** Numbers of all units joined, as numbers of each unit. */
    private static List<int[]> byUnit(int[] alive, List<ImageGrid> grids) {
        List<int[]> split = new ArrayList<>();
        int first = 0;
        for (ImageGrid grid : grids) {
            int from = first;
            int to = first + grid.tokenCount();
            split.add(Arrays.stream(alive)
                    .filter(token -> token >= from && token < to)
                    .map(token -> token - from)
                    .toArray());
            first = to;
        }
        return split;
    }
}
