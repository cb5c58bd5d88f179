package io.github.glimpse.generate;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.JointLayers;
import io.github.glimpse.prefill.PassContext;
import io.github.glimpse.prefill.SequenceMemory;
import io.github.glimpse.prefill.StageObserver;
import org.jspecify.annotations.Nullable;

/**
 * What accompanies one request.
 *
 * @param scope owns its native memory
 * @param cancellation asked between layers and tokens
 * @param observer sees the stages
 * @param watch measures them
 * @param floor holds back calls of which nobody is sure
 * @param sliceRows rows of a prompt that run through a layer at once
 * @param memory what it reserved
 * @param joint runs few rows of its prompt together with those of others; null if they run alone
 * @param aside where it waits, and does what is no computing
 */
record RequestContext(
        TensorScope scope,
        CancellationPoint cancellation,
        StageObserver observer,
        Stopwatch watch,
        CallFloor floor,
        int sliceRows,
        SequenceMemory memory,
        @Nullable JointLayers joint,
        Aside aside)
        implements PassContext {

    /** Of a request that begins. */
    static RequestContext of(
            int sliceRows,
            TensorScope scope,
            CancellationPoint cancellation,
            StageObserver observer,
            Stopwatch watch,
            CallFloor floor) {
        return new RequestContext(
                scope,
                cancellation,
                observer,
                watch,
                floor,
                sliceRows,
                SequenceMemory.uncounted(),
                null,
                Aside.here(cancellation));
    }

    @Override
    public RequestContext in(TensorScope other) {
        return new RequestContext(other, cancellation, observer, watch, floor, sliceRows, memory, joint, aside);
    }

    /** The same with another question whether to go on, others whose rows it may run with, and another place to wait. */
    RequestContext asking(CancellationPoint other, @Nullable JointLayers others, Aside waiting) {
        return new RequestContext(scope, other, observer, watch, floor, sliceRows, memory, others, waiting);
    }

    /** The same with memory of its own. */
    RequestContext holding(SequenceMemory other) {
        return new RequestContext(scope, cancellation, observer, watch, floor, sliceRows, other, joint, aside);
    }
}
