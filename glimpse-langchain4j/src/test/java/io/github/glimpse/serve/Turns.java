package io.github.glimpse.serve;

/** Takes turns as an engine does. */
final class Turns {

    private Turns() {}

    static <M extends AutoCloseable, R> R take(SharedModel<M> shared, Arrival arrival, SharedModel.Aside<M, R> work) {
        try (Turn<M> turn = shared.admit(arrival)) {
            try {
                R result = work.with(turn.model(), arrival::check);
                turn.answered();
                return result;
            } catch (RuntimeException | Error e) {
                turn.failed(e);
                throw e;
            }
        }
    }
}
