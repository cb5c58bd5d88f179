package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ModelLoadException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Weights that are packed while the model already answers by them as they lie in the mapped files. Each is packed once and takes the place
 * of its mapped form in the lists that hold it; then its pages of the file are given back, so that hardly more than one weight is in memory
 * twice. ADR 0030 tells what answers may differ in meanwhile.
 *
 * <p>Filled by the thread that loads; safe for concurrent use after that.
 */
public final class WeightPacking implements AutoCloseable {

    /** Long enough for the first answer about a large picture; under a load without pauses packing must come all the same. */
    private static final int MOST_WAITING_SECONDS = 20;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final Logger LOG = LoggerFactory.getLogger(WeightPacking.class);

    /** How much of the weights that are packed while the model answers is done, in bytes; all 0 where there are none. */
    public record Progress(long packed, long all) {

        /** Of a model that packs nothing later. */
        public static final Progress NOTHING = new Progress(0, 0);

        /** Bytes that are not packed yet. */
        public long left() {
            return all - packed;
        }

        /** Whether nothing is left. */
        public boolean isDone() {
            return packed == all;
        }

        @Override
        public String toString() {
            if (all == 0) {
                return "nothing to pack";
            }
            return isDone() ? "done" : 100 * packed / all + " %";
        }
    }

    /**
     * Those that will be one and are not packed yet; the scope holds their own mappings of the files. Lists hold the first in the place of all.
     *
     * @param steps whether the steps of answers multiply by it
     * @param others what takes the place of tensors beside it
     */
    private record Waiting(
            List<TensorEntry> entries,
            TensorScope scope,
            List<NDArray> parts,
            boolean steps,
            IdentityHashMap<NDArray, NDArray> others) {

        NDArray mapped() {
            return parts.get(0);
        }

        long bytes() {
            return entries.stream().mapToLong(TensorEntry::byteCount).sum();
        }

        /** Of a list. */
        int replaced() {
            return 1 + others.size();
        }
    }

    private final TorchRuntime runtime;
    private final Graph graph;
    private final TensorScope packed;
    // What is below belongs to this object's lock.
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final IdentityHashMap<Waiting, List<TensorList>> lists = new IdentityHashMap<>();
    private boolean closed;

    private volatile boolean ending;
    private volatile String name = "that was loaded";
    private volatile Progress progress = Progress.NOTHING;
    private volatile @Nullable Throwable failure;

    /** @param graph packs; closed after this */
    WeightPacking(TorchRuntime runtime, Graph graph) {
        this.runtime = runtime;
        this.graph = graph;
        this.packed = runtime.openScope();
    }

    /**
     * Takes weights that will be packed as one, below one another, in the place of the first. They must come into a {@link #list}, all into the same.
     *
     * @param scope owns their mappings and nothing else; closed by this object
     * @param mapped their bytes as the files have them, {@code [outputs, in]} each
     * @param steps whether the steps of answers multiply by it
     * @param others what will be in their lists instead of other tensors
     */
    synchronized void add(
            List<TensorEntry> entries,
            TensorScope scope,
            List<NDArray> mapped,
            boolean steps,
            IdentityHashMap<NDArray, NDArray> others) {
        Waiting weights = new Waiting(entries, scope, mapped, steps, others);
        waiting.add(weights);
        progress = new Progress(0, progress.all() + weights.bytes());
    }

    /** Bundles tensors; those that are packed later are replaced then. */
    synchronized TensorList list(List<NDArray> tensors) {
        List<Waiting> among = waiting.stream()
                .filter(weights -> tensors.stream().anyMatch(tensor -> tensor == weights.mapped()))
                .toList();
        TensorList list = TensorList.unsettled(
                tensors, among.stream().mapToInt(Waiting::replaced).sum());
        among.forEach(weights ->
                lists.computeIfAbsent(weights, any -> new ArrayList<>()).add(list));
        return list;
    }

    /**
     * Checks that each weight will be replaced where it is used.
     *
     * @throws IllegalStateException if one is in no list
     */
    synchronized void checkLists() {
        for (Waiting weights : waiting) {
            if (!lists.containsKey(weights)) {
                throw new IllegalStateException("The weight "
                        + weights.entries().get(0).name() + " is packed later, so it must be bundled by Weights.list");
            }
        }
    }

    /**
     * Packs all that is left on a thread of its own, which gives way to others; returns at once. To be called once.
     *
     * @param model its name in messages
     * @param computes whether a request runs: packing waits for {@value #MOST_WAITING_SECONDS} seconds of these in all
     */
    public void start(String model, BooleanSupplier computes) {
        start(model, computes, TimeUnit.SECONDS.toNanos(MOST_WAITING_SECONDS));
    }

    /** With another limit, in nanoseconds. */
    void start(String model, BooleanSupplier computes, long mostWaiting) {
        if (progress.isDone()) {
            return;
        }
        name = model;
        Thread thread = new Thread(null, () -> run(computes, mostWaiting), "glimpse-pack", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    private void run(BooleanSupplier computes, long mostWaiting) {
        Courtesy.lowerThisThread();
        TorchRuntime.computeAlone();
        long start = System.nanoTime();
        try {
            long left = waited(computes, mostWaiting);
            while (packNext()) {
                left = waited(computes, left);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The weights of {} could not be packed; requests are refused", name, e);
            return;
        }
        if (progress.isDone()) {
            LOG.info(
                    "Packed the weights of {} ({} MB) in {} ms, beside its requests",
                    name,
                    progress.all() / 1_000_000,
                    (System.nanoTime() - start) / 1_000_000);
        }
    }

    /** Waits while a request runs, but no longer than that; what is left of it. */
    private long waited(BooleanSupplier computes, long most) {
        long start = System.nanoTime();
        long left = most;
        while (left > 0 && !ending && computes.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
            left = most - (System.nanoTime() - start);
        }
        return Math.max(0, left);
    }

    /**
     * Packs one weight, if one is left.
     *
     * @return whether there was one
     * @throws io.github.glimpse.GlimpseException if that fails; {@link #failure()} tells it from now on
     */
    public boolean packNext() {
        try {
            return !ending && packedOne();
        } catch (EngineClosedException e) {
            // The process ends: nobody asks for more.
            return false;
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /** Whether nothing is left, or packing changes no bits. */
    boolean isSettled() {
        return progress.isDone() || runtime.multipliesAsPacked();
    }

    private synchronized boolean packedOne() {
        Waiting weights = closed ? null : waiting.peek();
        if (weights == null) {
            return false;
        }
        weights.entries().forEach(WeightPacking::requireFile);
        IdentityHashMap<NDArray, NDArray> instead = new IdentityHashMap<>(weights.others());
        instead.put(weights.mapped(), pack(weights.parts(), weights.steps(), packed));
        List<TensorList> holding = lists.remove(weights);
        if (holding != null) {
            holding.forEach(list -> list.replace(instead));
        }
        waiting.remove();
        // Calls under way hold the mapping until they end.
        weights.scope().close();
        progress = new Progress(progress.packed() + weights.bytes(), progress.all());
        return true;
    }

    /** Matrices below one another as one packed one. */
    NDArray pack(List<NDArray> matrices, boolean steps, TensorScope owner) {
        long inputs = matrices.get(0).getShape().get(1);
        long outputs =
                matrices.stream().mapToLong(matrix -> matrix.getShape().get(0)).sum();
        return PackedShape.of(outputs, inputs, runtime.multipliesTiles(), steps).pack(matrices, graph, owner);
    }

    /** The end of a mapped file that was cut off is no error to catch: reading it would end the process. */
    private static void requireFile(TensorEntry entry) {
        long bytes = entry.file().toFile().length();
        long needed = entry.offset() + entry.byteCount();
        if (bytes < needed) {
            throw new ModelFilesException("The file " + entry.file() + " has " + bytes + " bytes, but the tensor '"
                    + entry.name() + "' is read up to " + needed
                    + ": it was changed while the model was in use; put it back"
                    + " and load the model again");
        }
    }

    /** How far it is. */
    public Progress progress() {
        return progress;
    }

    /**
     * Checks that nothing went wrong so far.
     *
     * @throws ModelLoadException if something did
     */
    public void check() {
        Throwable known = failure;
        if (known != null) {
            throw new ModelLoadException(
                    "The weights of the model " + name + " could not be packed: " + known.getMessage()
                            + "; mend that and load it again, or set glimpse.weights=mapped",
                    known);
        }
    }

    /** What it ended with before all was packed; null if nothing went wrong. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Waits for the weight that is being packed, and frees all. Lists must not be used any more. */
    @Override
    public void close() {
        ending = true;
        synchronized (this) {
            closed = true;
            waiting.forEach(weights -> weights.scope().close());
            waiting.clear();
            lists.clear();
            packed.close();
        }
    }
}
