package io.github.glimpse.generate;

import io.github.glimpse.prefill.PassContext;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** Adds up the time of the stages of one request, and tells its listener which one begins. */
final class Stopwatch implements PassContext.Watch {

    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
    private Consumer<Runnable> aside = Runnable::run;
    private final GenerationListener listener;
    private final long start = System.nanoTime();
    private Stage stage = Stage.IMAGES;
    private long last = start;
    private long firstToken = start;

    /** Starts with the pictures. */
    Stopwatch(GenerationListener listener) {
        this.listener = listener;
        listener.onStage(stage);
    }

    /** Says how somebody else's code is called from now on: while the model computes, others must not wait for it. */
    void calling(Consumer<Runnable> how) {
        aside = how;
    }

    /** What passed so far belongs to the stage before, what comes to this one. */
    void enter(Stage next) {
        finish();
        stage = next;
        aside.accept(() -> listener.onStage(next));
    }

    @Override
    public void atImages() {
        enter(Stage.IMAGES);
    }

    @Override
    public void atVision() {
        enter(Stage.VISION);
    }

    @Override
    public void beforeCut() {
        enter(Stage.PREFILL_BEFORE_CUT);
    }

    @Override
    public void atPruning() {
        enter(Stage.PRUNING);
    }

    @Override
    public void afterCut() {
        enter(Stage.PREFILL_AFTER_CUT);
    }

    @Override
    public void atDecoding() {
        enter(Stage.DECODING);
    }

    /** The first token is there. */
    void firstToken() {
        firstToken = System.nanoTime();
    }

    /** What passed since the stage began belongs to it. */
    void finish() {
        long now = System.nanoTime();
        nanos.merge(stage, now - last, Long::sum);
        last = now;
    }

    StageTimings timings(Duration waiting) {
        return new StageTimings(
                waiting,
                of(Stage.IMAGES),
                of(Stage.VISION),
                of(Stage.PREFILL_BEFORE_CUT),
                of(Stage.PRUNING),
                of(Stage.PREFILL_AFTER_CUT),
                Duration.ofNanos(firstToken - start),
                of(Stage.DECODING));
    }

    private Duration of(Stage ended) {
        return Duration.ofNanos(nanos.getOrDefault(ended, 0L));
    }
}
