package io.github.glimpse.model.clip;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.model.clip.ClipTower.TextRows;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.RowMixture;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerReadout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Some pictures on their way through a vision tower, block by block, with as many rows each. Between two blocks, or inside one,
 * rows may be dropped: all pictures keep as many. Positions were added at the start and travel with the rows.
 *
 * <p>Which rows stay is the caller's decision; it sees, of the block that comes next, the attention that patches receive. To cut by
 * that, decide first: {@link #attendKeeping} then computes queries, attention and, in {@link #feedForward}, the MLP for the kept
 * rows only, with the same numbers as a cut after the block.
 *
 * <p>Not safe for concurrent use. Owns native memory until it is closed; what its methods hand out belongs to the scope that is
 * given.
 */
public final class TowerPass implements BlockPass {

    private final ClipTower tower;
    private final TextRows textRows;
    private final CancellationPoint cancellation;
    private final TensorScope scope;
    private final LivingRows living;
    private int blocks;
    private boolean betweenHalves;
    private boolean finished;
    private TensorScope step;
    private NDArray hidden;
    private @Nullable Opened opened;

    /** What the next block has computed of its attention. */
    private record Opened(NDArray normed, NDArray key, NDArray value) {}

    TowerPass(
            ClipTower tower,
            List<PixelPatches> images,
            int[] kept,
            TextRows textRows,
            CancellationPoint cancellation,
            TensorScope scope) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("There is no picture to see");
        }
        this.tower = tower;
        this.textRows = textRows;
        this.cancellation = cancellation;
        this.scope = scope.openChild();
        this.living = LivingRows.of(images.size(), kept, tower.config().layout().classRows(), tower.group());
        this.step = this.scope.openChild();
        try {
            this.hidden = tower.embed(images, kept, living.padded(), step);
        } catch (RuntimeException | Error e) {
            this.scope.close();
            throw e;
        }
    }

    private TowerPass(TowerPass trunk, LivingRows living, TensorScope scope) {
        this.tower = trunk.tower;
        this.textRows = trunk.textRows;
        this.cancellation = trunk.cancellation;
        this.scope = scope.openChild();
        this.living = living;
        this.blocks = trunk.blocks;
        this.betweenHalves = trunk.betweenHalves;
        this.finished = trunk.finished;
        this.step = this.scope.openChild();
        this.hidden = trunk.hidden;
    }

    @Override
    public TowerPass part(int[] pictures, TensorScope owner) {
        TowerPass part = new TowerPass(this, living.of(pictures), owner);
        if (pictures.length == living.pictures()) {
            return part;
        }
        int[] rows = living.rows(pictures);
        try (TensorScope temporary = scope.openChild()) {
            part.hidden = call("keep_rows")
                    .with(hidden)
                    .with(temporary.indices(rows))
                    .with(RowPadding.rowsAtOnce(rows.length))
                    .run(part.step);
        }
        return part;
    }

    @Override
    public int pictures() {
        return living.pictures();
    }

    @Override
    public int blocks() {
        return blocks;
    }

    @Override
    public int[] alive(int picture) {
        return living.alive(picture);
    }

    @Override
    public int patches() {
        return living.tokens();
    }

    /** Rows that each picture still has: class row, patches, a fused row. */
    public int living() {
        return living.each();
    }

    @Override
    public void runTo(int count) {
        if (count < blocks || count > tower.config().depth()) {
            throw new IllegalArgumentException("Of " + tower.config().depth() + " blocks " + blocks + " have run, "
                    + count + " cannot be the next");
        }
        if (blocks < count && betweenHalves) {
            feedForward();
        }
        while (blocks < count) {
            cancellation.check();
            TensorScope next = scope.openChild();
            move(tower.block(blocks, hidden, living.runs(), next), next);
            blocks++;
        }
    }

    @Override
    public TowerReadout rowsHere() {
        return TowerReadout.rows(blocks);
    }

    @Override
    public List<NDArray> read(TowerReadout key, TensorScope owner) {
        if (!key.ofAttention()) {
            return patchRows(owner);
        }
        if (key.ofClassRow() && living.classRows() == 0) {
            throw new IllegalStateException("This tower has no class row");
        }
        Opened next = opened();
        try (TensorScope temporary = scope.openChild()) {
            NDArray queries = call(key.ofClassRow() ? "first_queries" : "queries")
                    .with(next.normed())
                    .with(tower.weights(blocks))
                    .with(pictures())
                    .with(living())
                    .with(tower.config().heads())
                    .run(temporary);
            NDArray raster = temporary.indices(IntStream.range(0, patches()).toArray());
            TowerEvidence.Layout layout =
                    new TowerEvidence.Layout(living.classRows(), living.patches(), living.group(), raster);
            TowerEvidence evidence = new TowerEvidence(tower.graph());
            return IntStream.range(0, pictures())
                    .mapToObj(picture -> {
                        List<NDArray> pair = List.of(
                                ofPicture(queries, picture, temporary), ofPicture(next.key(), picture, temporary));
                        return evidence.read(key, pair, new long[] {0, 1, living()}, layout, owner);
                    })
                    .toList();
        }
    }

    private NDArray ofPicture(NDArray values, int picture, TensorScope owner) {
        return call("of_picture").with(values).with(picture).run(owner);
    }

    /**
     * The rows of the living tokens where the pictures are now, the tower's output once it has {@linkplain #finish finished}.
     *
     * @return by picture {@code [tokens, width]}, float32, owned by {@code owner}
     */
    private List<NDArray> patchRows(TensorScope owner) {
        try (TensorScope temporary = scope.openChild()) {
            return IntStream.range(0, pictures())
                    .mapToObj(picture -> living.group() == 1
                            ? tower.rows()
                                    .widen(tower.rows().pick(hidden, living.ofPatches(picture), 0, temporary), owner)
                            : tokenMeans(picture, owner))
                    .toList();
        }
    }

    /** A token is the mean of its patches. */
    private NDArray tokenMeans(int picture, TensorScope owner) {
        return call("token_means")
                .with(hidden)
                .with(picture * living() + living.classRows())
                .with(patches())
                .with(living.group())
                .run(owner);
    }

    /** The patches of one picture in the compute type, token by token: {@code [patches, width]}. */
    public NDArray narrowPatchRows(TensorScope owner) {
        return call("patch_rows")
                .with(hidden)
                .with(living.classRows())
                .with(living.patches())
                .run(owner);
    }

    /** The same after {@code post_layernorm}. */
    public NDArray normedPatchRows(TensorScope owner) {
        try (TensorScope temporary = scope.openChild()) {
            NDArray rows = finished ? hidden : postNormed(temporary);
            return tower.rows().pick(rows, living.ofPatches(0), 0, owner);
        }
    }

    /** The class row and the patches of one picture after {@code post_layernorm}; what was fused is no patch. */
    NDArray normedSeen(TensorScope owner) {
        try (TensorScope temporary = scope.openChild()) {
            NDArray rows = finished ? hidden : postNormed(temporary);
            int[] seen =
                    IntStream.range(0, living.classRows() + living.patches()).toArray();
            return tower.rows().pick(rows, seen, 0, owner);
        }
    }

    @Override
    public NDArray textRows(TensorScope owner) {
        return textRows.of(this, owner);
    }

    private Opened opened() {
        if (blocks == tower.config().depth() || betweenHalves) {
            throw new IllegalStateException("No block comes next whose attention could be asked for");
        }
        if (opened == null) {
            cancellation.check();
            List<NDArray> parts = tower.graph()
                    .call("keys_values")
                    .with(hidden)
                    .with(tower.weights(blocks))
                    .with(pictures())
                    .with(living())
                    .with(tower.config().heads())
                    .with(tower.config().eps())
                    .runForList(step);
            opened = new Opened(parts.get(0), parts.get(1), parts.get(2));
        }
        return opened;
    }

    /**
     * Runs the attention half of the next block, for the kept rows only.
     *
     * @param kept of each picture the patches that stay, as places in {@link #alive}, ascending, as many of each
     */
    public void attendKeeping(int[][] kept) {
        Opened next = opened();
        int[] rows = living.staying(kept);
        int count = RowPadding.rowsAtOnce(rows.length);
        TensorScope after = scope.openChild();
        NDArray attended = attend(next, rows, count, after);
        living.keep(kept);
        move(attended, after);
        betweenHalves = true;
    }

    private NDArray attend(Opened next, int[] rows, int count, TensorScope owner) {
        try (TensorScope temporary = scope.openChild()) {
            return tower.graph()
                    .call("attend_kept")
                    .with(hidden)
                    .with(next.normed())
                    .with(next.key())
                    .with(next.value())
                    .with(temporary.indices(rows))
                    .with(tower.weights(blocks))
                    .with(count)
                    .run(owner);
        }
    }

    /**
     * Like {@link #attendKeeping}, and adds one row at the end of each picture: the dropped rows times their weights, not divided
     * by their sum. The row goes through later blocks like any other and is no patch.
     *
     * @param weights of each living token of each picture, which its patches share: {@code [pictures][tokens]}
     * @throws IllegalStateException if there is such a row already
     * @throws IllegalArgumentException if nothing is dropped
     * @see <a href="https://arxiv.org/abs/2202.07800">EViT, section 3.2</a>
     */
    public void attendFusing(int[][] kept, float[][] weights) {
        if (living.hasFused()) {
            throw new IllegalStateException("The dropped rows were fused before, a second time is not defined");
        }
        if (kept[0].length == patches()) {
            throw new IllegalArgumentException("All " + patches() + " patches stay, there is nothing to fuse");
        }
        Opened next = opened();
        int[] leaving = living.leaving(kept);
        float[] shares = new float[leaving.length];
        int to = 0;
        for (int i = 0; i < pictures(); i++) {
            for (int place : living.leavingPlaces(kept[i]).toArray()) {
                Arrays.fill(shares, to, to + living.group(), weights[i][place] / living.group());
                to += living.group();
            }
        }
        int[] staying = living.staying(kept);
        TensorScope after = scope.openChild();
        try (TensorScope temporary = scope.openChild()) {
            int[] all = IntStream.range(0, pictures() * living()).toArray();
            NDArray attended = attend(next, all, living.padded(), temporary);
            NDArray fused = tower.graph()
                    .call("keep_fused")
                    .with(attended)
                    .with(temporary.indices(staying))
                    .with(temporary.indices(leaving))
                    .with(temporary.floats(shares, shares.length))
                    .with(pictures())
                    .with(RowPadding.rowsAtOnce(staying.length + pictures()))
                    .run(after);
            living.keep(kept);
            living.addFused();
            move(fused, after);
            betweenHalves = true;
        }
    }

    /** Runs the MLP half of the block whose attention half has run. */
    public void feedForward() {
        if (!betweenHalves) {
            throw new IllegalStateException("The attention half of the next block has not run");
        }
        TensorScope next = scope.openChild();
        NDArray result = tower.graph()
                .call("feed_forward")
                .with(hidden)
                .with(tower.weights(blocks))
                .with(tower.config().activation().label())
                .with(tower.config().eps())
                .run(next);
        move(result, next);
        betweenHalves = false;
        blocks++;
    }

    @Override
    public void runKeeping(int[][] kept, float @Nullable [][] fusing) {
        if (fusing == null) {
            attendKeeping(kept);
        } else {
            attendFusing(kept, fusing);
        }
        feedForward();
    }

    @Override
    public void keep(int[][] kept) {
        int[] rows = living.staying(kept);
        TensorScope next = scope.openChild();
        try (TensorScope temporary = scope.openChild()) {
            NDArray cut = tower.graph()
                    .call("keep_rows")
                    .with(hidden)
                    .with(temporary.indices(rows))
                    .with(RowPadding.rowsAtOnce(rows.length))
                    .run(next);
            living.keep(kept);
            move(cut, next);
        }
    }

    @Override
    public void keepMixed(int[][] kept, Mixer mixer) {
        if (living.group() > 1) {
            throw new IllegalStateException("Tokens of several patches are mixed behind the tower, not inside of it");
        }
        RowMixture mixture = mixer.mix(living.staying(kept), living.ofPatches());
        TensorScope next = scope.openChild();
        int rows = RowPadding.rowsAtOnce(living.staying(kept).length);
        NDArray mixed = tower.rows().mix(hidden, mixture, rows, next);
        living.keep(kept);
        move(mixed, next);
    }

    /**
     * {@inheritDoc}
     *
     * <p>All rows are normalised by {@code post_layernorm}.
     *
     * @throws IllegalStateException if blocks are left to run
     */
    @Override
    public void finish() {
        if (blocks < tower.config().depth()) {
            throw new IllegalStateException("Of " + tower.config().depth() + " blocks " + blocks + " have run");
        }
        if (!finished) {
            TensorScope next = scope.openChild();
            move(postNormed(next), next);
            finished = true;
        }
    }

    private NDArray postNormed(TensorScope owner) {
        return call("post_norm")
                .with(hidden)
                .with(tower.postNorm())
                .with(tower.config().eps())
                .run(owner);
    }

    private void move(NDArray rows, TensorScope next) {
        step.close();
        opened = null;
        step = next;
        hidden = rows;
    }

    /** All living rows in the compute type, {@code [pictures, living, width]}. */
    public NDArray rows(TensorScope owner) {
        return living(hidden, owner);
    }

    /** All living rows after {@code post_layernorm}, {@code [pictures, living, width]}: BLIP's and SigLIP's last hidden state. */
    public NDArray normedRows(TensorScope owner) {
        if (finished) {
            return rows(owner);
        }
        try (TensorScope temporary = scope.openChild()) {
            return living(postNormed(temporary), owner);
        }
    }

    private NDArray living(NDArray rows, TensorScope owner) {
        return call("living_rows").with(rows).with(pictures()).with(living()).run(owner);
    }

    /** The class rows after {@code post_layernorm}, {@code [pictures, width]}: CLIP's pooled output. */
    public NDArray pooled(TensorScope owner) {
        if (living.classRows() == 0) {
            throw new IllegalStateException("This tower has no class row");
        }
        if (finished) {
            return tower.rows().pick(hidden, living.ofClass(), 0, owner);
        }
        return call("pooled_rows")
                .with(hidden)
                .with(tower.postNorm())
                .with(pictures())
                .with(living())
                .with(tower.config().eps())
                .run(owner);
    }

    private Graph.Call call(String method) {
        return tower.graph().call(method);
    }

    @Override
    public void close() {
        scope.close();
    }
}
