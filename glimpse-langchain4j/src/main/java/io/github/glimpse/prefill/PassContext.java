package io.github.glimpse.prefill;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.CancellationPoint;

/** What accompanies one request on its way through a model. */
public interface PassContext {

    /** Told where the way has come to. */
    interface Watch {

        /** Pictures are read. */
        void atImages();

        /** The vision tower runs. */
        void atVision();

        /** Layers run on the whole prompt. */
        void beforeCut();

        /** Image tokens are chosen. */
        void atPruning();

        /** Layers run on what is left. */
        void afterCut();

        /** The prompt has run. */
        void atDecoding();
    }

    /** Owns the request's native memory. */
    TensorScope scope();

    /** Asked between layers. */
    CancellationPoint cancellation();

    /** Sees the stages. */
    StageObserver observer();

    /** Measures them. */
    Watch watch();
}
