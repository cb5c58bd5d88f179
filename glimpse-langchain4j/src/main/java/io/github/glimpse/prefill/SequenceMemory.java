package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.nn.DecoderBytes;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prefill.CacheGrowth.Stage;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.Settlement;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.serve.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The native memory of one request, as an upper bound that shrinks while it runs: what the tower works with, what the decoder
 * works with, keys and values. Before a cut the bound goes by the most tokens that the schedule's numbers let stay, after it by
 * those that have stayed. For one request.
 *
 * @see CacheGrowth
 */
public final class SequenceMemory implements AutoCloseable {

    /** Answers are decoded with caches for so many more rows at once. */
    public static final int ROWS_AT_ONCE = 512;

    private static final SequenceMemory UNCOUNTED =
            new SequenceMemory(new DecoderBytes(List.of(), 0, 0, 0), KvForm.UNIFORM, List.of(), 0, ROWS_AT_ONCE, 0, 0);

    private final DecoderBytes decoder;
    private final KvForm kv;
    private final List<Stage> stages;
    private final int answer;
    private final int sliceRows;
    private final long towerWorking;
    private final long towerKept;
    private boolean entered;
    private int stage;
    private MemoryBudget.@Nullable Reservation reservation;

    /**
     * Of numbers alone.
     *
     * @param stages layers between cuts, in order, with the most rows that may run through them
     * @param answer rows of the answer at most
     * @param towerWorking what the vision tower works with
     * @param towerKept what it gives, until the prompt has run
     */
    SequenceMemory(
            DecoderBytes decoder,
            KvForm kv,
            List<Stage> stages,
            int answer,
            int sliceRows,
            long towerWorking,
            long towerKept) {
        this.decoder = decoder;
        this.kv = kv;
        this.stages = new ArrayList<>(stages);
        this.answer = answer;
        this.sliceRows = sliceRows;
        this.towerWorking = towerWorking;
        this.towerKept = towerKept;
    }

    /** Of a request that nobody counts. */
    public static SequenceMemory uncounted() {
        return UNCOUNTED;
    }

    /**
     * Of a request.
     *
     * @param cuts its schedule
     * @param answer rows of the answer at most
     */
    public static SequenceMemory of(
            DecoderBytes decoder,
            ModelDimensions dimensions,
            Prompt prompt,
            PruningSchedule cuts,
            int answer,
            int sliceRows,
            int numberBytes) {
        List<TokenUnit> units = prompt.units();
        boolean twice = cuts.twoScaleCut() != null;
        List<Stage> stages = stages(prompt, twice ? PruningSchedule.none() : cuts, dimensions.layers());
        long small = twice ? keysAndValues(decoder, stages.get(0).rows()) : 0;
        return new SequenceMemory(
                decoder,
                cuts.kv(),
                stages,
                answer,
                sliceRows,
                towerWorking(dimensions, units, numberBytes),
                towerKept(dimensions, units, numberBytes) + small);
    }

    /** Of a pass over smaller pictures that goes before; they are no larger than the whole ones. */
    private static long keysAndValues(DecoderBytes decoder, int rows) {
        return decoder.layers().stream()
                .mapToLong(layer -> layer.of(RowPadding.cacheRows(rows)))
                .sum();
    }

    /** What runs between the cuts of a schedule, with the most rows that its numbers let stay. */
    static List<Stage> stages(Prompt prompt, PruningSchedule cuts, int layers) {
        int whole = prompt.wholeTokens();
        int alive = prompt.grids().stream().mapToInt(ImageGrid::tokenCount).sum();
        int others = prompt.tokens() - alive;
        int probe = cuts.cuts().stream()
                .map(cut -> cut.strategy().probeToken())
                .filter(Objects::nonNull)
                .mapToInt(token -> token.length())
                .max()
                .orElse(0);
        TokenBounds everywhere = cuts.everywhere();
        List<Stage> stages = new ArrayList<>();
        for (Cut cut : cuts.cuts()) {
            boolean between =
                    cut.at().stage() == PruningPoint.Stage.LAYER || cut.at().stage() == PruningPoint.Stage.LAST;
            if (between) {
                stages.add(new Stage(cut.at().layersRun(layers), others + alive, probe));
                probe = cut.strategy().probeToken() == null ? probe : 0;
            }
            alive = Settlement.mostKept(
                    cut,
                    everywhere,
                    prompt.grids(),
                    whole,
                    alive,
                    cuts.guard().options().isOn());
        }
        stages.add(new Stage(layers, others + alive, probe));
        return stages;
    }

    /** What is worked with for the largest unit. */
    private static long towerWorking(ModelDimensions dimensions, List<TokenUnit> units, int numberBytes) {
        long most = 0;
        for (TokenUnit unit : units) {
            long patches = unit.grid().patchCount();
            // Norms, queries, keys, values, a gated MLP four times as wide; queries, keys and pixels in float32; rows
            // of scores.
            long rows = patches * dimensions.visionHidden() * (14L * numberBytes + 3L * Float.BYTES);
            most = Math.max(most, rows + 2L * Float.BYTES * ROWS_AT_ONCE * patches);
        }
        return most;
    }

    /** Rows for the decoder and what strategies read, of all units. */
    private static long towerKept(ModelDimensions dimensions, List<TokenUnit> units, int numberBytes) {
        long sum = 0;
        for (TokenUnit unit : units) {
            long rows = unit.grid().tokenCount() * (long) dimensions.hidden();
            long readouts = unit.grid().patchCount() * (long) dimensions.visionHidden();
            sum += (rows + readouts) * (numberBytes + Float.BYTES);
        }
        return sum;
    }

    /** An upper bound of what it will take from now on. */
    long bytes() {
        CacheGrowth caches = caches(stage);
        long working = decoder.working(stages.isEmpty() ? 0 : stages.get(stage).rows(), sliceRows);
        long decoding = caches.most() + working;
        // Nothing is in the decoder while the tower works.
        return towerKept + (entered ? decoding : Math.max(decoding, towerWorking));
    }

    private CacheGrowth caches(int from) {
        CacheGrowth caches = new CacheGrowth(decoder, kv, Math.min(answer, ROWS_AT_ONCE), answer);
        for (int i = 0; i < stages.size(); i++) {
            if (i > 0) {
                caches.cut(stages.get(i).rows());
            }
            if (i == from) {
                caches.forgetPast();
            }
            caches.run(stages.get(i), i == stages.size() - 1);
        }
        if (!stages.isEmpty()) {
            caches.decode();
        }
        return caches;
    }

    /**
     * Waits for room.
     *
     * @param check throws if there is no more waiting
     * @throws io.github.glimpse.PromptTooLongException if there can never be so much
     */
    public void reserve(MemoryBudget budget, Runnable check) {
        int rows = stages.get(0).rows();
        reservation =
                budget.reserve(bytes(), "A prompt of " + rows + " tokens with an answer of up to " + answer, check);
    }

    /** The tower has run, and so many rows enter the decoder. */
    void enters(int rows) {
        if (reservation != null) {
            entered = true;
            settleAt(rows);
        }
    }

    /** A cut between layers has left so many rows of the prompt: what that spares is others'. */
    void cutTo(int rows) {
        if (reservation != null && stage + 1 < stages.size()) {
            stage++;
            settleAt(rows);
        }
    }

    private void settleAt(int rows) {
        for (int i = stage; i < stages.size(); i++) {
            Stage planned = stages.get(i);
            int left = i == stage ? rows : Math.min(rows, planned.rows());
            stages.set(i, new Stage(planned.layers(), left, planned.probeRows()));
        }
        if (reservation != null) {
            reservation.settle(bytes());
        }
    }

    /** The same by the numbers alone. */
    void decodes() {
        if (reservation != null) {
            reservation.settle(caches(stages.size() - 1).now() + decoder.working(1, sliceRows));
        }
    }

    /** The prompt has run: what is left is its caches with the answer's rows, and the work on one row. */
    public void decodes(List<LayerState> caches) {
        if (reservation != null) {
            CacheGrowth growth = new CacheGrowth(decoder, kv, 0, answer);
            growth.take(caches);
            growth.decode();
            reservation.settle(growth.most() + decoder.working(1, sliceRows));
            uses(caches);
        }
    }

    /** Tells what the caches hold now. */
    public void uses(List<LayerState> caches) {
        if (reservation != null) {
            long sum = 0;
            for (int layer = 0; layer < caches.size(); layer++) {
                int capacity = caches.get(layer) instanceof KvCache cache ? cache.capacity() : 0;
                sum += decoder.layers().get(layer).of(capacity);
            }
            reservation.uses(sum);
        }
    }

    @Override
    public void close() {
        if (reservation != null) {
            reservation.close();
            reservation = null;
        }
    }
}
