package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Throttle with the load of a written {@code /proc} and real teams; {@link ThreadWaitPolicyIT} has the real load. */
class SpinThrottleIT {

    private static final Duration INTERVAL = Duration.ofMillis(5);
    private static final Duration LINGER = Duration.ofMillis(200);
    private static final long HANG_SECONDS = 120;
    private static final long WINDOW = 50;

    @TempDir
    Path folder;

    private TorchRuntime runtime;
    private int threads = ProcFolder.CORES;
    private long busy = 1_000;
    private long idle = 1_000;

    @BeforeEach
    void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
    }

    @AfterEach
    void close() {
        runtime.close();
    }

    @Test
    void loadParksOneTeamAndItsEndReleasesIt() throws Exception {
        SpinThrottle throttle = throttle();
        assertThat(throttle.isOn()).isFalse();

        await("on", throttle::isOn, () -> passBusy(throttle));
        assertThat(running(ParkedTeam.THREAD_NAME)).isEqualTo(1);
        // Further windows park no more teams.
        for (int i = 0; i < 20; i++) {
            passBusy(throttle);
        }
        assertThat(running(ParkedTeam.THREAD_NAME)).isEqualTo(1);
        assertThat(runtime.threads()).isEqualTo(TorchRuntime.operationThreads());

        await("off", () -> !throttle.isOn(), () -> passIdle(throttle));
        await("ended", () -> running(ParkedTeam.THREAD_NAME) == 0, () -> passIdle(throttle));

        await("on again", throttle::isOn, () -> passBusy(throttle));
        awaitEnd();
    }

    @Test
    void noThreadIsLeftWithoutOperationsAndTheNextOneStartsThemAgain() throws Exception {
        SpinThrottle throttle = throttle();
        await("on", throttle::isOn, () -> passBusy(throttle));

        awaitEnd();
        assertThat(throttle.isOn()).isFalse();

        await("on again", throttle::isOn, () -> passBusy(throttle));
        awaitEnd();
    }

    @Test
    void noTeamIsParkedForOperationsOfOneThread() throws Exception {
        SpinThrottle throttle = throttle();
        threads = 1;

        for (int i = 0; i < 20; i++) {
            // More than the cores that one thread leaves free.
            passBusy(throttle);
        }

        assertThat(running(ParkedTeam.THREAD_NAME)).isZero();
        awaitEnd();
    }

    @Test
    void aTeamThatNoLongerFitsTheOperationsIsReplaced() throws Exception {
        SpinThrottle throttle = throttle();
        await("on", throttle::isOn, () -> passBusy(throttle));
        threads = 2;

        // The replacement is of another size and starts before the first one has ended.
        await("replaced", () -> throttle.parkedThreads() == 4, () -> passBusy(throttle));
        await("one", () -> throttle.isOn() && running(ParkedTeam.THREAD_NAME) == 1, () -> passBusy(throttle));
        awaitEnd();
    }

    @Test
    void isNotMadeWhereTheLoadCannotBeRead() {
        assertThatThrownBy(() -> new SpinThrottle(new SharedCores(folder.resolve("missing")), () -> 2))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aLoadThatCanNoLongerBeReadReleasesTheTeamAndEndsTheSampling() throws Exception {
        SpinThrottle throttle = throttle();
        await("on", throttle::isOn, () -> passBusy(throttle));

        Files.delete(folder.resolve("stat"));

        await("off", () -> !throttle.isOn(), throttle::used);
        awaitEnd();
        throttle.used();
        assertThat(running(SpinThrottle.THREAD_NAME)).isZero();
    }

    private SpinThrottle throttle() throws IOException {
        new ProcFolder(folder).write("0-3", busy, idle, 100);
        return new SpinThrottle(new SharedCores(folder), () -> threads, INTERVAL, LINGER);
    }

    private void passBusy(SpinThrottle throttle) {
        busy += WINDOW;
        pass(throttle);
    }

    private void passIdle(SpinThrottle throttle) {
        idle += WINDOW;
        pass(throttle);
    }

    private void pass(SpinThrottle throttle) {
        try {
            new ProcFolder(folder).write("0-3", busy, idle, 100);
            throttle.used();
            TimeUnit.MILLISECONDS.sleep(2 * INTERVAL.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitEnd() {
        await("ended", () -> running(ParkedTeam.THREAD_NAME) + running(SpinThrottle.THREAD_NAME) == 0, () -> {
            try {
                TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The limit only ends a hang. */
    private static void await(String state, BooleanSupplier reached, Runnable step) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANG_SECONDS);
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("%s within %d s", state, HANG_SECONDS)
                    .isLessThan(end);
            step.run();
        }
    }

    private static int running(String name) {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }
}
