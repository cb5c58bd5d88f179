package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.JointLayers;
import io.github.glimpse.nn.JointLayers.Last;
import io.github.glimpse.nn.JointLayers.Part;
import io.github.glimpse.serve.JointSlice;
import io.github.glimpse.serve.Slices;
import io.github.glimpse.serve.StepScheduler;
import java.util.function.Supplier;

/**
 * The computing of one request, which goes on in slices: wherever it is asked whether to go on, others get their turn. What is no
 * computing of the model is done aside, so that nobody waits for it.
 */
final class SlicedWork implements AutoCloseable {

    private final Slices slices;
    private final RequestContext context;
    private final CancellationPoint asked;

    private SlicedWork(Slices slices, RequestContext whole) {
        this.slices = slices;
        this.asked = whole.cancellation();
        this.context = whole.asking(() -> {
            asked.check();
            slices.pause();
        });
        whole.watch()
                .calling(foreign -> aside(() -> {
                    foreign.run();
                    return slices;
                }));
    }

    /**
     * Begins when it is this request's turn.
     *
     * @param isShort whether that comes before others' whose work is not
     */
    static SlicedWork begin(StepScheduler<?, ?> scheduler, boolean isShort, RequestContext context) {
        return new SlicedWork(scheduler.begin(isShort, context.cancellation()::check), context);
    }

    /** What accompanies the request meanwhile. */
    RequestContext context() {
        return context;
    }

    /** The same for a prompt whose few rows may run together with those of others. */
    RequestContext context(JointSlice<Part, NDArray> layers, JointSlice<Last, NDArray> heads) {
        return context.joining(new JointLayers() {
            @Override
            public NDArray layer(Part part) {
                asked.check();
                return slices.together(layers, part);
            }

            @Override
            public NDArray logits(Last last) {
                asked.check();
                return slices.together(heads, last);
            }
        });
    }

    /** Whether the request is to go on; gives nobody a turn. */
    CancellationPoint asked() {
        return asked;
    }

    /** Does something that is no computing of the model. */
    <T> T aside(Supplier<T> other) {
        return slices.aside(other);
    }

    /** A listener that others do not wait for; of words only. */
    GenerationListener aside(GenerationListener listener) {
        return text -> aside(() -> {
            listener.onText(text);
            return text;
        });
    }

    @Override
    public void close() {
        context.watch().calling(Runnable::run);
        slices.close();
    }
}
