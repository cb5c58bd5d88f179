package io.github.glimpse.serve;

/**
 * The turn of a request: it has its place, and the model stays in memory until it is closed, by the thread that was admitted.
 * That thread says how it went, before it closes: {@link #answered()} or {@link #failed}.
 *
 * @param <M> the model
 */
public final class Turn<M extends AutoCloseable> implements AutoCloseable {

    private final SharedModel<M> shared;
    private final M model;
    private final Arrival arrival;

    Turn(SharedModel<M> shared, M model, Arrival arrival) {
        this.shared = shared;
        this.model = model;
        this.arrival = arrival;
    }

    /** The model, open until this is closed. */
    public M model() {
        return model;
    }

    /** It was answered: the model works. */
    public void answered() {
        shared.answered();
    }

    /** It died of this: what the model failed at, {@link SharedModel#state()} tells. */
    public void failed(Throwable problem) {
        shared.failed(problem);
    }

    /** Ends the request: its place is free, and the model may be closed. Called once. */
    @Override
    public void close() {
        shared.end(arrival);
    }
}
