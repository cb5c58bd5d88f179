package io.github.glimpse.generate;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A strategy of somebody's who does something foolish in the middle of a prefill, and keeps every token if that went well.
 *
 * @param fault what is done
 * @param closing what is done when it is closed
 */
public record FaultyStrategy(Consumer<PruningEvidence> fault, Runnable closing)
        implements PruningStrategyFactory, PruningStrategy {

    public static final String NAME = "faulty";

    private static final long MORE_THAN_ANY_MACHINE_HAS = 1L << 50;

    /** One that can be closed. */
    public FaultyStrategy(Consumer<PruningEvidence> fault) {
        this(fault, () -> {});
    }

    /** Asks the native library for more memory than there is. */
    public static void fillNativeMemory(PruningEvidence evidence) {
        evidence.scope().manager().zeros(new Shape(MORE_THAN_ANY_MACHINE_HAS), DataType.FLOAT32);
    }

    /** Multiplies matrices that do not fit. */
    static void multiplyWhatDoesNotFit(PruningEvidence evidence) {
        evidence.scope().floats(new float[6], 2, 3).matMul(evidence.scope().floats(new float[6], 2, 3));
    }

    /** Takes heap until the virtual machine itself says that there is no more. */
    static void fillHeap() {
        List<long[]> hoard = new ArrayList<>();
        while (hoard.size() < 1_000_000) {
            hoard.add(new long[1 << 27]);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        return this;
    }

    @Override
    public PruningPoint defaultPoint() {
        return PruningPoint.afterLayers(2);
    }

    @Override
    public void checkPoint(PruningPoint point) {}

    @Override
    public Set<EvidenceRequest> needs() {
        return Set.of();
    }

    @Override
    public @Nullable ProbeToken probeToken() {
        return null;
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        fault.accept(evidence);
        return TokenSelection.all(evidence.alive().length);
    }

    @Override
    public void close() {
        closing.run();
    }
}
