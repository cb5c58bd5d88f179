package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.ReadoutValues;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Some pictures on their way through a vision tower, cut where a schedule says: at each cut what is asked for is read, the strategy
 * chooses picture by picture, rows are dropped, mixed or fused, and the walk goes on. Pictures that keep as many patches stay in one
 * batch; where their numbers differ, they part.
 *
 * <p>A cut at {@code tower k} comes after k blocks. It goes by blocks that have run: a strategy that names a later one is given
 * block k-1. If it asks for queries and keys only, it is decided before that block's attention and MLP are computed, and they are for
 * what stays: the same rows as a cut after the block.
 *
 * <p>Not safe for concurrent use. Owns native memory inside the scope that is given.
 */
public final class TowerWalk implements AutoCloseable {

    private static final String NOT_INSIDE = "; use 'tower k' or 'vision'";

    /** Reads what the tower alone cannot tell: by picture a number for each living patch, {@code [patches]}, float32. */
    @FunctionalInterface
    public interface Likeness {

        /** Reads from the rows where the pictures are now. */
        List<NDArray> read(TowerPass pass, TensorScope scope);
    }

    /**
     * Pictures that go on together.
     *
     * @param pass where they are
     * @param pictures their numbers in the order in which they were given
     */
    public record Group(TowerPass pass, int[] pictures) {

        @Override
        public String toString() {
            return "Group" + Arrays.toString(pictures);
        }
    }

    private final ClipTower tower;
    private final PruningSchedule schedule;
    private final List<Cut> cuts;
    private final Set<TowerReadout> wanted;
    private final StageObserver observer;
    private final TensorScope scope;
    private final StepDecision decision;
    private final List<PatchPlan> plans;
    private final List<ReadoutValues> seen = new ArrayList<>();
    private final List<List<TowerDecision>> decisions = new ArrayList<>();
    private List<Group> groups;
    private int next;

    /**
     * Starts before the first block.
     *
     * @param schedule its cuts in the tower and behind it; others are left out
     * @param wanted what is to be read besides, of the patches that are left in the end
     * @param images of one preprocessor, at least one
     * @param scope owns what is read
     */
    public TowerWalk(
            ClipTower tower,
            PruningSchedule schedule,
            Set<TowerReadout> wanted,
            List<PixelPatches> images,
            CancellationPoint cancellation,
            TensorScope scope) {
        this(tower, schedule, wanted, images, cancellation, StageObserver.NONE, scope);
    }

    TowerWalk(
            ClipTower tower,
            PruningSchedule schedule,
            Set<TowerReadout> wanted,
            List<PixelPatches> images,
            CancellationPoint cancellation,
            StageObserver observer,
            TensorScope scope) {
        this.tower = tower;
        this.schedule = schedule;
        this.cuts = cutsOf(schedule);
        this.wanted = Set.copyOf(wanted);
        this.observer = observer;
        this.scope = scope;
        this.decision = new StepDecision(schedule, null, StageObserver.NONE);
        this.plans = images.stream().map(PixelPatches::plan).toList();
        for (int i = 0; i < images.size(); i++) {
            seen.add(new ReadoutValues(tower.rows()));
            decisions.add(new ArrayList<>());
        }
        this.groups = List.of(new Group(
                tower.pass(images, cancellation, scope),
                IntStream.range(0, images.size()).toArray()));
    }

    private TowerWalk(TowerWalk trunk) {
        this.tower = trunk.tower;
        this.schedule = trunk.schedule;
        this.cuts = trunk.cuts;
        this.wanted = trunk.wanted;
        this.observer = trunk.observer;
        this.scope = trunk.scope;
        this.decision = new StepDecision(trunk.schedule, null, StageObserver.NONE);
        this.plans = trunk.plans;
        this.next = trunk.next;
        trunk.seen.forEach(values -> seen.add(values.copy()));
        trunk.decisions.forEach(made -> decisions.add(new ArrayList<>(made)));
        this.groups = trunk.groups.stream()
                .map(group -> new Group(group.pass().branch(scope), group.pictures()))
                .toList();
    }

    /** Another way from here on; the caller closes it before this one goes on. */
    public TowerWalk branch() {
        return new TowerWalk(this);
    }

    /** The cuts of a schedule that are made before any text is read. */
    public static List<Cut> cutsOf(PruningSchedule schedule) {
        return schedule.cuts().stream().filter(cut -> !cut.at().isInDecoder()).toList();
    }

    /**
     * Checks that a cut before any text is possible in a tower.
     *
     * @param givesLikeness whether patches can be compared with texts
     * @throws IllegalArgumentException if the place is not possible
     * @throws UnsupportedModelException if the strategy asks for what is not there
     */
    public static void check(Cut cut, ClipTower tower, boolean givesLikeness) {
        int depth = tower.config().depth();
        int blocks = cut.at().layers();
        if (cut.at().stage() == Stage.PIXELS) {
            throw new IllegalArgumentException(
                    "This model sees a square of a fixed number of patches, so nothing can be dropped at 'pixels'"
                            + NOT_INSIDE);
        }
        boolean inside = cut.at().stage() == Stage.TOWER;
        if (inside && (blocks < 1 || blocks >= depth)) {
            throw new IllegalArgumentException("The point '" + cut.at() + "' is not inside the vision tower; this model"
                    + " allows 'tower 1' to 'tower " + (depth - 1) + "', after the tower is 'vision'");
        }
        if (inside && cut.strategy().traits(cut.at()).contains(StrategyTrait.MERGES)) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name()
                    + "' mixes rows behind the tower, not inside it; use 'vision'");
        }
        for (EvidenceRequest need : EvidenceReaders.needs(cut)) {
            for (EvidenceRequest part : need.parts()) {
                requireGiven(cut, part, tower, givesLikeness);
            }
        }
    }

    private static void requireGiven(Cut cut, EvidenceRequest part, ClipTower tower, boolean givesLikeness) {
        TowerReadout readout = keyOf(cut, part, tower);
        if (readout != null) {
            if (readout.ofClassRow() && tower.config().layout().classRows() == 0) {
                throw EvidenceReaders.refusal(
                        cut.name(), part, "its tower has no class row; use received-attention or vision-zip");
            }
            if (!readout.ofAttention()) {
                tower.checkState(readout.block());
            }
            return;
        }
        boolean given = part instanceof EvidenceRequest.TextLikeness
                ? givesLikeness
                : part instanceof EvidenceRequest.ImageRows && cut.at().stage() == Stage.VISION;
        if (!given) {
            throw EvidenceReaders.refusal(
                    cut.name(),
                    part,
                    "before a text is read there are rows and attention of its tower; use a strategy by these, such as"
                            + " cls-attention or received-attention");
        }
    }

    /** What is read of the tower for a request at a place; blocks that have not run there give way to the last that has. */
    private static @Nullable TowerReadout keyOf(Cut cut, EvidenceRequest part, ClipTower tower) {
        boolean inside = cut.at().stage() == Stage.TOWER;
        if (inside && part instanceof EvidenceRequest.ImageRows) {
            return TowerReadout.rows(cut.at().layers());
        }
        TowerReadout readout = part.inTower(tower.abilities());
        if (readout == null || !inside) {
            return readout;
        }
        return readout.upTo(
                readout.ofAttention() ? cut.at().layers() - 1 : cut.at().layers());
    }

    /** Makes the cuts up to the first that asks for likeness to texts. */
    public void toLikeness() {
        int first = 0;
        while (first < cuts.size() && !asksLikeness(cuts.get(first))) {
            first++;
        }
        cutUpTo(first, null);
    }

    private static boolean asksLikeness(Cut cut) {
        return cut.strategy().needs(cut.at()).stream().anyMatch(EvidenceRequest.TextLikeness.class::isInstance);
    }

    /**
     * Makes all cuts and goes to the tower's end.
     *
     * @param likeness reads likeness to texts; null if no cut asks for it
     */
    public void toEnd(@Nullable Likeness likeness) {
        cutUpTo(cuts.size(), likeness);
        groups.forEach(group -> advance(group, tower.depth()));
    }

    private void cutUpTo(int count, @Nullable Likeness likeness) {
        while (next < count) {
            Cut cut = cuts.get(next);
            List<Group> parted = new ArrayList<>();
            groups.forEach(group -> parted.addAll(cut(group, cut, likeness)));
            groups = List.copyOf(parted);
            next++;
        }
    }

    private List<Group> cut(Group group, Cut cut, @Nullable Likeness likeness) {
        TowerPass pass = group.pass();
        boolean inside = cut.at().stage() == Stage.TOWER;
        advance(group, inside ? cut.at().layers() - 1 : tower.depth());
        if (inside && readsRows(cut)) {
            advance(group, cut.at().layers());
        }
        if (!inside) {
            pass.finish();
        }
        TokenSelection[] selections = new TokenSelection[group.pictures().length];
        try (TensorScope step = scope.openChild()) {
            List<NDArray> likenesses = likeness == null || !asksLikeness(cut) ? List.of() : likeness.read(pass, step);
            for (int i = 0; i < selections.length; i++) {
                selections[i] = select(group, i, cut, likenesses, step);
            }
        }
        return parted(group, selections, cut);
    }

    private boolean readsRows(Cut cut) {
        return asksLikeness(cut)
                || keysOf(cut).stream()
                        .anyMatch(key ->
                                !key.ofAttention() && key.block() == cut.at().layers());
    }

    private Collection<TowerReadout> keysOf(Cut cut) {
        Set<TowerReadout> keys = new HashSet<>();
        for (EvidenceRequest need : cut.strategy().needs(cut.at())) {
            for (EvidenceRequest part : need.parts()) {
                TowerReadout key = keyOf(cut, part, tower);
                if (key != null) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    /** Runs blocks, and reads on the way what cuts to come ask for. */
    private void advance(Group group, int blocks) {
        Set<TowerReadout> keys = new HashSet<>(wanted);
        cuts.subList(next, cuts.size()).forEach(cut -> keys.addAll(keysOf(cut)));
        TowerPass pass = group.pass();
        readHere(group, keys);
        while (pass.blocks() < blocks) {
            pass.runTo(pass.blocks() + 1);
            readHere(group, keys);
        }
    }

    private void readHere(Group group, Set<TowerReadout> keys) {
        TowerPass pass = group.pass();
        for (TowerReadout key : keys) {
            if (key.block() != pass.blocks() || seen.get(group.pictures()[0]).find(key) != null) {
                continue;
            }
            List<NDArray> values = key.ofAttention() ? pass.read(key, scope) : pass.patchRows(scope);
            for (int i = 0; i < values.size(); i++) {
                seen.get(group.pictures()[i]).put(key, values.get(i));
            }
        }
    }

    private TokenSelection select(Group group, int number, Cut cut, List<NDArray> likenesses, TensorScope step) {
        int picture = group.pictures()[number];
        int[] alive = group.pass().alive(number);
        ImageGrid grid = plans.get(picture).grid();
        TokenSelection selection = decision.decide(cut, List.of(grid), grid.tokenCount(), alive, () -> {
            List<int[]> whole = List.of(TokenSelection.all(grid.tokenCount()).kept());
            PruningEvidence.Builder builder = PruningEvidence.builder(List.of(grid), List.of(whole), alive, step);
            new EvidenceReaders(part -> seen(picture, cut, part))
                    .on(
                            EvidenceRequest.ImageRows.class,
                            request -> group.pass().patchRows(step).get(number))
                    .on(EvidenceRequest.TextLikeness.class, request -> likenesses.get(number))
                    .read(cut, builder);
            return builder.build();
        });
        decisions.get(picture).add(new TowerDecision(alive, selection, decision.takeVerdicts()));
        if (cut.at().stage() == Stage.TOWER) {
            observer.onTowerCut(cut.at().layers(), selection);
        }
        return selection;
    }

    private @Nullable NDArray seen(int picture, Cut cut, EvidenceRequest part) {
        TowerReadout key = keyOf(cut, part, tower);
        return key == null ? null : seen.get(picture).find(key);
    }

    /** Drops what was not chosen; pictures that keep another number than others go on by themselves. */
    private List<Group> parted(Group group, TokenSelection[] selections, Cut cut) {
        Map<Integer, List<Integer>> byCount = new LinkedHashMap<>();
        for (int i = 0; i < selections.length; i++) {
            byCount.computeIfAbsent(selections[i].kept().length, count -> new ArrayList<>())
                    .add(i);
        }
        List<Group> parts = new ArrayList<>();
        for (List<Integer> numbers : byCount.values()) {
            int[] places = numbers.stream().mapToInt(Integer::intValue).toArray();
            Group part = byCount.size() == 1
                    ? group
                    : new Group(group.pass().part(places, scope), Selections.pick(group.pictures(), places));
            drop(
                    part,
                    Arrays.stream(places).mapToObj(place -> selections[place]).toList(),
                    cut);
            parts.add(part);
        }
        if (parts.size() > 1) {
            group.pass().close();
        }
        return parts;
    }

    private void drop(Group group, List<TokenSelection> selections, Cut cut) {
        TowerPass pass = group.pass();
        int[][] kept = selections.stream().map(TokenSelection::kept).toArray(int[][]::new);
        boolean mixes =
                selections.stream().anyMatch(selection -> !selection.merged().isEmpty());
        if (kept[0].length == pass.patches() && !mixes) {
            return;
        }
        boolean beforeBlock =
                cut.at().stage() == Stage.TOWER && pass.blocks() == cut.at().layers() - 1;
        if (mixes) {
            pass.keepMixed(kept, Mixtures.of(pass.rowsOf(kept), pass.patchRowNumbers(), shifted(selections, pass)));
        } else if (!beforeBlock) {
            pass.keep(kept);
        } else {
            if (cut.strategy().traits(cut.at()).contains(StrategyTrait.FUSES)) {
                pass.attendFusing(
                        kept,
                        selections.stream()
                                .map(selection -> Objects.requireNonNull(selection.scores()))
                                .toArray(float[][]::new));
            } else {
                pass.attendKeeping(kept);
            }
            pass.feedForward();
        }
        for (int i = 0; i < kept.length; i++) {
            seen.get(group.pictures()[i]).gather(kept[i], scope);
        }
    }

    /** Tokens of all pictures numbered through. */
    private static List<MergedToken> shifted(List<TokenSelection> selections, TowerPass pass) {
        List<MergedToken> all = new ArrayList<>();
        for (int i = 0; i < selections.size(); i++) {
            int first = i * pass.patches();
            for (MergedToken token : selections.get(i).merged()) {
                all.add(new MergedToken(
                        first + token.representative(),
                        token.weight(),
                        Arrays.stream(token.sources())
                                .map(source -> first + source)
                                .toArray(),
                        token.weights()));
            }
        }
        return all;
    }

    /** Where the pictures are. */
    public List<Group> groups() {
        return groups;
    }

    /** What was decided for a picture, cut by cut. */
    public List<TowerDecision> decisions(int picture) {
        return List.copyOf(decisions.get(picture));
    }

    /** What was wanted besides, of the patches that a picture has left; owned by the scope of the walk. */
    Map<TowerReadout, NDArray> readouts(int picture) {
        Map<TowerReadout, NDArray> found = new HashMap<>();
        wanted.forEach(
                key -> found.put(key, Objects.requireNonNull(seen.get(picture).find(key))));
        return found;
    }

    @Override
    public void close() {
        groups.forEach(group -> group.pass().close());
    }
}
