package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.ReadoutValues;
import io.github.glimpse.nn.TowerAbilities;
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
import java.util.stream.Collectors;
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

    /** Reads what the tower alone cannot tell: by picture a number for each living patch, {@code [patches]}, float32. */
    @FunctionalInterface
    public interface Likeness {

        /** Reads from the rows where the pictures are now. */
        List<NDArray> read(BlockPass pass, TensorScope scope);
    }

    /**
     * Pictures that go on together.
     *
     * @param pass where they are
     * @param pictures their numbers in the order in which they were given
     */
    public record Group(BlockPass pass, int[] pictures) {

        @Override
        public String toString() {
            return "Group" + Arrays.toString(pictures);
        }
    }

    private final VisionTower tower;
    private final List<Cut> cuts;
    private final Set<TowerReadout> wanted;
    private final PassContext context;
    private final StepDecision decision;
    private final List<ImageGrid> grids;
    private final List<Integer> tokens;
    private final int end;
    private final List<ReadoutValues> seen = new ArrayList<>();
    private final List<List<TowerDecision>> decisions = new ArrayList<>();
    private List<Group> groups;
    private int next;

    /**
     * Pictures before the first block of a tower with no language model behind it.
     *
     * @param schedule its cuts in the tower and behind it; others are left out
     * @param images of one preprocessor, at least one
     */
    public TowerWalk(
            ClipTower tower,
            PruningSchedule schedule,
            List<PixelPatches> images,
            CancellationPoint cancellation,
            TensorScope scope) {
        this(
                tower,
                cutsOf(schedule),
                Set.of(),
                tower.pass(images, cancellation, scope),
                images.stream().map(image -> image.plan().grid()).toList(),
                images.stream().map(image -> image.plan().grid().tokenCount()).toList(),
                new StepDecision(schedule, null, StageObserver.NONE),
                PassContext.unwatched(scope, cancellation));
    }

    /**
     * Pictures before the first block.
     *
     * @param cuts inside the tower and, where no text is read, behind it
     * @param wanted what is to be read besides, of the tokens that are left in the end
     * @param pass the pictures; closed with this
     * @param grids theirs
     * @param tokens how many each had before any step
     */
    TowerWalk(
            VisionTower tower,
            List<Cut> cuts,
            Set<TowerReadout> wanted,
            BlockPass pass,
            List<ImageGrid> grids,
            List<Integer> tokens,
            StepDecision decision,
            PassContext context) {
        this.tower = tower;
        this.cuts = cuts;
        this.wanted = Set.copyOf(wanted);
        this.context = context;
        this.decision = decision;
        this.grids = grids;
        this.tokens = tokens;
        this.end = tower.abilities().featureBlock() + 1;
        for (int i = 0; i < grids.size(); i++) {
            seen.add(new ReadoutValues(tower.rows()));
            decisions.add(new ArrayList<>());
        }
        this.groups = List.of(new Group(pass, IntStream.range(0, grids.size()).toArray()));
    }

    private TowerWalk(TowerWalk trunk) {
        this.tower = trunk.tower;
        this.cuts = trunk.cuts;
        this.wanted = trunk.wanted;
        this.context = trunk.context;
        this.decision = trunk.decision;
        this.grids = trunk.grids;
        this.tokens = trunk.tokens;
        this.end = trunk.end;
        this.next = trunk.next;
        trunk.seen.forEach(values -> seen.add(values.copy()));
        trunk.decisions.forEach(made -> decisions.add(new ArrayList<>(made)));
        this.groups = trunk.groups.stream()
                .map(group -> {
                    int[] all = IntStream.range(0, group.pictures().length).toArray();
                    return new Group(group.pass().part(all, context.scope()), group.pictures());
                })
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
     * Checks that a cut is possible in a tower with nothing but cross-attention, or nothing, behind it.
     *
     * @param givesLikeness whether patches can be compared with texts
     * @throws IllegalArgumentException if the place is not possible
     * @throws UnsupportedModelException if the strategy asks for what is not there
     */
    static void check(Cut cut, VisionTower tower, boolean givesLikeness) {
        if (cut.at().stage() == Stage.PIXELS) {
            throw new IllegalArgumentException(
                    "This model sees a square of a fixed number of patches, so nothing can be"
                            + " dropped at 'pixels'; use 'tower k' or 'vision'");
        }
        if (cut.at().stage() == Stage.TOWER) {
            checkInside(cut, tower);
        }
        for (EvidenceRequest need : EvidenceReaders.needs(cut)) {
            for (EvidenceRequest part : need.parts()) {
                requireGiven(cut, part, tower, givesLikeness);
            }
        }
    }

    /** Checks the place of a cut inside a tower, and that its strategy mixes nothing there. */
    private static void checkInside(Cut cut, VisionTower tower) {
        TowerAbilities abilities = tower.abilities();
        List<Integer> places = IntStream.rangeClosed(1, abilities.featureBlock())
                .filter(blocks -> abilities.fullAttentionBlocks().contains(blocks - 1))
                .boxed()
                .toList();
        int blocks = cut.at().layers();
        if (!places.contains(blocks)) {
            throw new IllegalArgumentException("The point '" + cut.at() + "' "
                    + (blocks > 0 && blocks <= abilities.featureBlock()
                            ? "follows a block of the vision tower that sees only windows"
                            : "is not inside the vision tower")
                    + "; this model allows " + listed(places) + "after the tower is 'vision'");
        }
        if (cut.strategy().traits(cut.at()).contains(StrategyTrait.MERGES)) {
            throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                    + "' mixes image tokens, which cannot be done inside the vision tower; use it at 'vision', or one that"
                    + " drops tokens");
        }
    }

    private static String listed(List<Integer> places) {
        int last = places.isEmpty() ? 0 : places.get(places.size() - 1);
        if (places.size() > 2 && places.size() == last) {
            return "'tower 1' to 'tower " + last + "', ";
        }
        return places.stream().map(blocks -> "'tower " + blocks + "', ").collect(Collectors.joining());
    }

    /**
     * Checks that a cut is possible inside a tower with a language model behind it.
     *
     * @throws IllegalArgumentException if the place is not possible, or what the strategy looks at is not there
     * @throws UnsupportedModelException if the strategy does what cannot be done there
     */
    public static void checkBeforeDecoder(Cut cut, VisionTower tower) {
        checkInside(cut, tower);
        for (EvidenceRequest need : EvidenceReaders.needs(cut)) {
            for (EvidenceRequest part : need.parts()) {
                if (keyOf(cut, part, tower) == null) {
                    throw new IllegalArgumentException("The pruning strategy '" + cut.name() + "' looks at "
                            + need.kind().what() + ", which is not there at '" + cut.at()
                            + "'; use 'vision' or 'layer k'");
                }
            }
        }
    }

    private static void requireGiven(Cut cut, EvidenceRequest part, VisionTower tower, boolean givesLikeness) {
        TowerReadout readout = keyOf(cut, part, tower);
        if (readout != null) {
            if (readout.ofClassRow() && !tower.abilities().hasCls()) {
                throw EvidenceReaders.refusal(
                        cut.name(), part, "its tower has no class row; use received-attention or vision-zip");
            }
            if (!readout.ofAttention()) {
                tower.checkTap(readout.block());
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
    private static @Nullable TowerReadout keyOf(Cut cut, EvidenceRequest part, VisionTower tower) {
        boolean inside = cut.at().stage() == Stage.TOWER;
        TowerReadout rows = tower.rowsAfter(cut.at().layers());
        if (inside && part instanceof EvidenceRequest.ImageRows) {
            return rows;
        }
        TowerReadout readout = part.inTower(tower.abilities());
        if (readout == null || !inside) {
            return readout;
        }
        return readout.upTo(readout.ofAttention() ? cut.at().layers() - 1 : rows.block());
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
        groups.forEach(group -> advance(group, end));
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
        BlockPass pass = group.pass();
        boolean inside = cut.at().stage() == Stage.TOWER;
        advance(group, inside ? cut.at().layers() - 1 : end);
        if (inside && readsRows(cut)) {
            advance(group, cut.at().layers());
        }
        if (!inside) {
            pass.finish();
        }
        context.watch().atPruning();
        TokenSelection[] selections = new TokenSelection[group.pictures().length];
        try (TensorScope step = context.scope().openChild()) {
            List<NDArray> likenesses = likeness == null || !asksLikeness(cut) ? List.of() : likeness.read(pass, step);
            for (int i = 0; i < selections.length; i++) {
                selections[i] = select(group, i, cut, likenesses, step);
            }
        }
        context.watch().atVision();
        return parted(group, selections, cut);
    }

    private boolean readsRows(Cut cut) {
        return asksLikeness(cut)
                || keysOf(cut).stream()
                        .anyMatch(key -> key.equals(tower.rowsAfter(cut.at().layers())));
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
        keys.removeIf(key -> seen.get(group.pictures()[0]).find(key) != null);
        group.pass().runTo(blocks, keys, context.scope(), (key, values) -> {
            for (int i = 0; i < values.size(); i++) {
                seen.get(group.pictures()[i]).put(key, values.get(i));
            }
        });
    }

    private TokenSelection select(Group group, int number, Cut cut, List<NDArray> likenesses, TensorScope step) {
        int picture = group.pictures()[number];
        int[] alive = group.pass().alive(number);
        ImageGrid grid = grids.get(picture);
        TokenSelection selection = decision.decide(cut, List.of(grid), tokens.get(picture), alive, () -> {
            PruningEvidence.Builder builder =
                    PruningEvidence.builder(List.of(grid), List.of(tower.windows(grid)), alive, step);
            new EvidenceReaders(part -> seen(picture, cut, part))
                    .on(EvidenceRequest.ImageRows.class, request -> group.pass()
                            .read(group.pass().rowsHere(), step)
                            .get(number))
                    .on(EvidenceRequest.TextLikeness.class, request -> likenesses.get(number))
                    .read(cut, builder);
            return builder.build();
        });
        decisions.get(picture).add(new TowerDecision(alive, selection, decision.takeVerdicts()));
        if (cut.at().stage() == Stage.TOWER) {
            context.observer().onTowerCut(cut.at().layers(), selection);
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
                    : new Group(group.pass().part(places, context.scope()), Selections.pick(group.pictures(), places));
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
        BlockPass pass = group.pass();
        int[][] kept = selections.stream().map(TokenSelection::kept).toArray(int[][]::new);
        boolean mixes =
                selections.stream().anyMatch(selection -> !selection.merged().isEmpty());
        if (kept[0].length == pass.patches() && !mixes) {
            return;
        }
        if (mixes) {
            pass.keepMixed(kept, (keptRows, tokenRows) -> Mixtures.of(keptRows, tokenRows, shifted(selections, pass)));
        } else if (cut.at().stage() == Stage.TOWER && pass.blocks() == cut.at().layers() - 1) {
            boolean fuses = cut.strategy().traits(cut.at()).contains(StrategyTrait.FUSES);
            pass.runKeeping(kept, fuses ? scores(selections) : null);
        } else {
            pass.keep(kept);
        }
        for (int i = 0; i < kept.length; i++) {
            seen.get(group.pictures()[i]).gather(kept[i], context.scope());
        }
    }

    private static float[][] scores(List<TokenSelection> selections) {
        return selections.stream()
                .map(selection -> Objects.requireNonNull(selection.scores()))
                .toArray(float[][]::new);
    }

    /** Tokens of all pictures numbered through. */
    private static List<MergedToken> shifted(List<TokenSelection> selections, BlockPass pass) {
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

    /**
     * Makes all cuts and goes on until all that is wanted is read.
     *
     * @param owner owns what the tower made of the one picture
     */
    VisionFeatures features(TensorScope owner) {
        toEnd(null);
        Group group = groups.get(0);
        NDArray rows = group.pass().textRows(owner);
        List<NDArray> additions = group.pass().additions(owner);
        advance(group, tower.lastFor(wanted));
        Map<TowerReadout, NDArray> found = new HashMap<>();
        for (TowerReadout key : wanted) {
            NDArray value = Objects.requireNonNull(seen.get(0).find(key));
            found.put(key, context.scope().keep(value, owner));
        }
        return new VisionFeatures(rows, additions, found);
    }

    @Override
    public void close() {
        groups.forEach(group -> group.pass().close());
    }
}
