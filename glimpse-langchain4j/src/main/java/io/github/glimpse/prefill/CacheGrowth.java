package io.github.glimpse.prefill;

import io.github.glimpse.nn.DecoderBytes;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prune.KvForm;
import java.util.Arrays;
import java.util.List;

/**
 * How the caches of a sequence come and go: what its layers hold while the prompt runs, at the cuts, and while it is decoded. The
 * same rules as {@link Prefill}, {@link io.github.glimpse.nn.KvCache} and the decoding loop, in numbers alone.
 */
final class CacheGrowth {

    /**
     * Layers between two cuts.
     *
     * @param layers that have run at the end of it
     * @param rows of the prompt that run through them, at most
     * @param probeRows behind them, which are forgotten at its end
     */
    record Stage(int layers, int rows, int probeRows) {}

    private final DecoderBytes bytes;
    private final KvForm kv;
    private final int room;
    private final int answer;
    private final int[] capacities;
    private final int[] rows;
    private int run;
    private long most;

    /**
     * Nothing has run.
     *
     * @param room rows of the answer that a cache is made for
     * @param answer rows of the answer at most
     */
    CacheGrowth(DecoderBytes bytes, KvForm kv, int room, int answer) {
        this.bytes = bytes;
        this.kv = kv;
        this.room = room;
        this.answer = answer;
        this.capacities = new int[bytes.layers().size()];
        this.rows = new int[capacities.length];
    }

    /** Forgets what there was most of so far: only what is to come counts from here on. */
    void forgetPast() {
        most = 0;
    }

    /** Most bytes that there were at once since. */
    long most() {
        return most;
    }

    /** Bytes that there are now. */
    long now() {
        long sum = 0;
        for (int layer = 0; layer < capacities.length; layer++) {
            sum += layer < run ? bytes.layers().get(layer).of(capacities[layer]) : 0;
        }
        return sum;
    }

    /** Layers run. */
    void run(Stage stage, boolean isLast) {
        int held = RowPadding.rows(stage.rows() + stage.probeRows());
        int wanted = isLast || kv != KvForm.UNIFORM ? Math.max(held, stage.rows() + room) : held;
        Arrays.fill(capacities, run, stage.layers(), RowPadding.cacheRows(wanted));
        Arrays.fill(rows, run, stage.layers(), stage.rows());
        run = stage.layers();
        most = Math.max(most, now());
    }

    /** A cut leaves so many rows. */
    void cut(int left) {
        if (kv != KvForm.UNIFORM) {
            return;
        }
        for (int layer = 0; layer < run; layer++) {
            int wanted = RowPadding.cacheRows(left + room);
            rows[layer] = left;
            if (wanted > capacities[layer] || wanted < capacities[layer] / 2) {
                most = Math.max(most, now() + bytes.layers().get(layer).of(wanted) / 2);
                capacities[layer] = wanted;
            }
        }
        most = Math.max(most, now());
    }

    /** Takes over what caches are like after a prompt. */
    void take(List<LayerState> caches) {
        for (int layer = 0; layer < capacities.length; layer++) {
            LayerState cache = caches.get(layer);
            capacities[layer] = cache instanceof KvCache rowsOf ? rowsOf.capacity() : 0;
            rows[layer] = cache.length();
        }
        run = capacities.length;
        most = now();
    }

    /** The answer is as long as it can be. */
    void decode() {
        long copy = 0;
        for (int layer = 0; layer < capacities.length; layer++) {
            int wanted = RowPadding.cacheRows(rows[layer] + answer);
            if (wanted > capacities[layer]) {
                capacities[layer] = wanted;
                copy = Math.max(copy, bytes.layers().get(layer).of(wanted) / 2);
            }
        }
        most = Math.max(most, now() + copy);
    }
}
