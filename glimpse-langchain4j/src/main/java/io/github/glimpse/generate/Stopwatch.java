package io.github.glimpse.generate;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Adds up the time of the stages of one request. */
final class Stopwatch {

    enum Stage {
        IMAGES,
        VISION,
        BEFORE_CUT,
        PRUNING,
        AFTER_CUT,
        FIRST_TOKEN,
        DECODING
    }

    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
    private final long start = System.nanoTime();
    private long last = start;

    /** What passed since the last lap belongs to {@code stage}. */
    void lap(Stage stage) {
        long now = System.nanoTime();
        nanos.merge(stage, now - last, Long::sum);
        last = now;
    }

    /** The first token is there. */
    void firstToken() {
        nanos.put(Stage.FIRST_TOKEN, System.nanoTime() - start);
    }

    StageTimings timings(Duration waiting) {
        return new StageTimings(
                waiting,
                of(Stage.IMAGES),
                of(Stage.VISION),
                of(Stage.BEFORE_CUT),
                of(Stage.PRUNING),
                of(Stage.AFTER_CUT),
                of(Stage.FIRST_TOKEN),
                of(Stage.DECODING));
    }

    private Duration of(Stage stage) {
        return Duration.ofNanos(nanos.getOrDefault(stage, 0L));
    }
}
