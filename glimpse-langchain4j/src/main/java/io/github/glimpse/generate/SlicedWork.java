package io.github.glimpse.generate;

import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prefill.JointPrompts;
import io.github.glimpse.serve.Slices;
import io.github.glimpse.serve.StepScheduler;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The computing of one request, which goes on in slices: wherever it is asked whether to go on, others get their turn. What is no
 * computing of the model is done aside, so that nobody waits for it.
 */
final class SlicedWork implements AutoCloseable {

    private final Slices slices;
    private final RequestContext context;
    private final CancellationPoint asked;

    private SlicedWork(Slices slices, @Nullable JointPrompts joint, RequestContext whole) {
        this.slices = slices;
        this.asked = whole.cancellation();
        this.context = whole.asking(
                () -> {
                    asked.check();
                    slices.pause();
                },
                joint == null ? null : joint.with(slices, asked),
                other -> runAside(() -> other.accept(asked)));
        whole.watch().calling(this::runAside);
    }

    /**
     * Begins when it is this request's turn.
     *
     * @param isShort whether that comes before others' whose work is not
     * @param joint runs few rows together with those of others; null if they run alone
     */
    static SlicedWork begin(
            StepScheduler<?, ?> scheduler, boolean isShort, @Nullable JointPrompts joint, RequestContext context) {
        return new SlicedWork(scheduler.begin(isShort, context.cancellation()::check), joint, context);
    }

    /** What accompanies the request meanwhile. */
    RequestContext context() {
        return context;
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
        return text -> runAside(() -> listener.onText(text));
    }

    private void runAside(Runnable other) {
        aside(() -> {
            other.run();
            return slices;
        });
    }

    @Override
    public void close() {
        context.watch().calling(Runnable::run);
        slices.close();
    }
}
