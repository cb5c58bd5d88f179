package io.github.glimpse.examples.benchmark;

import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.Stage;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long the thread that answers had a core, stage by stage. With one thread of a product this is all of the work, and what
 * else runs on the machine is not in it. Serves one request.
 */
final class ThreadClock implements GenerationListener {

    private final LongSupplier nanos;
    private final Map<Stage, Long> spent = new EnumMap<>(Stage.class);
    private Stage stage = Stage.WAITING;
    private long last;

    ThreadClock() {
        this(ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
    }

    /** A clock that reads another one; what it says is counted from now on. */
    ThreadClock(LongSupplier nanos) {
        this.nanos = nanos;
        this.last = nanos.getAsLong();
    }

    @Override
    public void onText(String text) {
        // only stages matter
    }

    @Override
    public void onStage(Stage next) {
        long now = nanos.getAsLong();
        spent.merge(stage, now - last, Long::sum);
        stage = next;
        last = now;
    }

    /** Seconds in these stages, as far as they have ended. */
    double seconds(Stage... stages) {
        long sum = 0;
        for (Stage one : stages) {
            sum += spent.getOrDefault(one, 0L);
        }
        return sum / 1e9;
    }
}
