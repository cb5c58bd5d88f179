package io.github.glimpse.serve;

import io.github.glimpse.engine.TorchRuntime;
import org.jspecify.annotations.Nullable;

/**
 * How many requests of a model run together, and what they may take of its time and memory.
 *
 * @param maxRunning requests that run at once
 * @param prefillShare share of the time that a prompt gets while answers wait for their next token, 0 to 0.9; several
 *     prompts that wait get more by the square of their number, up to 0.9
 * @param sliceRows rows of a prompt that run through a layer between two steps of the others, a multiple of 512; null takes what suits
 *     the {@linkplain #sliceRows(TorchRuntime) device}
 * @param memoryBudget bytes for keys and values, working memory and remembered pictures; null takes what the machine has left when
 *     the model is loaded
 */
public record ServingOptions(
        int maxRunning,
        double prefillShare,
        @Nullable Integer sliceRows,
        @Nullable Long memoryBudget) {

    /** Requests that run at once: eight take their tokens in hardly twice the time of one. */
    public static final int DEFAULT_MAX_RUNNING = 8;

    // A GPU takes as long to be asked for a layer as to compute some thousand rows of it.
    private static final int GPU_SLICE_ROWS = 4_096;

    // At these an answer has the same bits, however a prompt is cut.
    private static final int SLICE_STEP = 512;

    /** Checks the numbers. */
    public ServingOptions {
        if (maxRunning < 1) {
            throw new IllegalArgumentException("max-running is " + maxRunning + ", it must be at least 1");
        }
        StepScheduler.checkShare(prefillShare);
        if (sliceRows != null && (sliceRows < SLICE_STEP || sliceRows % SLICE_STEP != 0)) {
            throw new IllegalArgumentException("slice-rows is " + sliceRows + ", it must be a multiple of " + SLICE_STEP
                    + ", at least " + SLICE_STEP);
        }
        if (memoryBudget != null && memoryBudget < 1) {
            throw new IllegalArgumentException("memory-budget is " + memoryBudget + " bytes, it must be at least 1");
        }
    }

    /** The defaults. */
    public static ServingOptions defaults() {
        return new ServingOptions(DEFAULT_MAX_RUNNING, StepScheduler.DEFAULT_SLICE_SHARE, null, null);
    }

    /** With another number of requests at once. */
    public ServingOptions withMaxRunning(int value) {
        return new ServingOptions(value, prefillShare, sliceRows, memoryBudget);
    }

    /** With another share of the time for prompts. */
    public ServingOptions withPrefillShare(double value) {
        return new ServingOptions(maxRunning, value, sliceRows, memoryBudget);
    }

    /** Rows of a slice: as many as were asked for, or else 512 on a CPU and 4,096 on a GPU. */
    public int sliceRows(TorchRuntime runtime) {
        return sliceRows != null ? sliceRows : runtime.onGpu() ? GPU_SLICE_ROWS : SLICE_STEP;
    }

    /** With slices of another length. */
    public ServingOptions withSliceRows(@Nullable Integer value) {
        return new ServingOptions(maxRunning, prefillShare, value, memoryBudget);
    }

    /** With another budget. */
    public ServingOptions withMemoryBudget(@Nullable Long bytes) {
        return new ServingOptions(maxRunning, prefillShare, sliceRows, bytes);
    }
}
