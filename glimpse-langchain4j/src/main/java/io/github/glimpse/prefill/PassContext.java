package io.github.glimpse.prefill;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.JointLayers;
import io.github.glimpse.nn.RowSlices;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What accompanies one request on its way through a model. */
public interface PassContext {

    /** Told where the way has come to. */
    interface Watch {

        /** Pictures are read. */
        default void atImages() {}

        /** The vision tower runs. */
        default void atVision() {}

        /** Layers run on the whole prompt. */
        default void beforeCut() {}

        /** Image tokens are chosen. */
        default void atPruning() {}

        /** Layers run on what is left. */
        default void afterCut() {}

        /** The prompt has run. */
        default void atDecoding() {}
    }

    /** Where a request does what is no computing of the model. */
    @FunctionalInterface
    interface Aside {

        /**
         * Does it while others compute.
         *
         * @param other is told whom to ask whether to go on; gives nobody a turn, since it has none
         */
        void run(Consumer<CancellationPoint> other);

        /** Right here, of a request that nobody waits for. */
        static Aside here(CancellationPoint cancellation) {
            return other -> other.accept(cancellation);
        }
    }

    /** One that nobody watches. */
    static PassContext unwatched(TensorScope scope, CancellationPoint cancellation) {
        return new Inside(scope, cancellation, StageObserver.NONE, new Watch() {}, RowSlices.STEP);
    }

    /**
     * The same with another owner of native memory.
     *
     * @param scope owns what is made
     * @param cancellation asked between layers
     * @param observer sees the stages
     * @param watch measures them
     * @param sliceRows rows that run through a layer at once
     */
    record Inside(TensorScope scope, CancellationPoint cancellation, StageObserver observer, Watch watch, int sliceRows)
            implements PassContext {}

    /** The same with another owner of native memory. */
    default PassContext in(TensorScope scope) {
        return new Inside(scope, cancellation(), observer(), watch(), sliceRows());
    }

    /** Owns the request's native memory. */
    TensorScope scope();

    /** Asked between layers. */
    CancellationPoint cancellation();

    /** Sees the stages. */
    StageObserver observer();

    /** Measures them. */
    Watch watch();

    /** Rows of a prompt that run through a layer at once. */
    int sliceRows();

    /** What the request reserved of native memory. */
    default SequenceMemory memory() {
        return SequenceMemory.uncounted();
    }

    /** Where what is no computing is done. */
    default Aside aside() {
        return Aside.here(cancellation());
    }

    /** Runs few rows together with those of other requests; null if each runs alone. */
    default @Nullable JointLayers joint() {
        return null;
    }

    /** Those rows, and who is asked between. */
    default RowSlices slices() {
        return new RowSlices(sliceRows(), cancellation(), joint());
    }
}
