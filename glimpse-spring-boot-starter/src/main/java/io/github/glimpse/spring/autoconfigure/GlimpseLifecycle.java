package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.serve.ModelEngine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

/**
 * Opens and closes the engines with the application.
 *
 * <p>Stopping drains them, all at once, within {@code spring.lifecycle.timeout-per-shutdown-phase}: after the web server has stopped to
 * accept requests and waited for those under way, which may still need answers, and before it is taken down, so that those
 * whose answer is cancelled now can say so. The engine beans are closed after all that, when beans are destroyed. A context that is
 * stopped and started again takes requests again.
 *
 * <p>An application whose model is loading when it gets ready is taken out of traffic until the model is there.
 */
final class GlimpseLifecycle implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseLifecycle.class);

    /** Phase in which Spring Boot's web servers stop to accept requests; Boot 4 has the constant in another class. */
    static final int WEB_SERVER_GRACEFUL_SHUTDOWN = SmartLifecycle.DEFAULT_PHASE - 1024;

    /** Phase in which the web server is taken down. */
    static final int WEB_SERVER_STOP = WEB_SERVER_GRACEFUL_SHUTDOWN - 1024;

    private static final int BETWEEN = (WEB_SERVER_GRACEFUL_SHUTDOWN - WEB_SERVER_STOP) / 2;

    private static final String TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    // Of the phase's time, for requests that are cancelled to end and be told so.
    private static final int RESERVE_SHARE = 5;
    private static final Duration MOST_RESERVE = Duration.ofSeconds(2);

    private static final List<String> ENGINES = List.of(
            GlimpseAutoConfiguration.ENGINE,
            GlimpseEmbeddingAutoConfiguration.ENGINE,
            GlimpseScoringAutoConfiguration.ENGINE);

    private final ConfigurableApplicationContext context;
    private final AtomicBoolean running = new AtomicBoolean();
    // Events about readiness leave in the order of what they tell.
    private final ReentrantLock readiness = new ReentrantLock();
    private boolean heldBack;
    private volatile boolean drained;
    private volatile @Nullable OrderlyExit exit;

    GlimpseLifecycle(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public void start() {
        if (drained) {
            engines().forEach(ModelEngine::resume);
            drained = false;
            publish(ReadinessState.ACCEPTING_TRAFFIC);
        }
        if (!running.getAndSet(true)) {
            exit = OrderlyExit.begin();
        }
    }

    @Override
    public boolean isRunning() {
        return running.get();
    }

    @Override
    public int getPhase() {
        return WEB_SERVER_GRACEFUL_SHUTDOWN - BETWEEN;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable callback) {
        boolean wasRunning = running.getAndSet(false);
        List<ModelEngine> open =
                wasRunning ? engines().filter(engine -> !engine.isClosed()).toList() : List.of();
        OrderlyExit ended = wasRunning ? exit : null;
        Runnable stopped = () -> {
            if (ended != null) {
                ended.close();
            }
            callback.run();
        };
        if (open.isEmpty()) {
            stopped.run();
            return;
        }
        readiness.lock();
        try {
            drained = true;
            publish(ReadinessState.REFUSING_TRAFFIC);
        } finally {
            readiness.unlock();
        }
        AtomicInteger left = new AtomicInteger(open.size());
        Runnable done = () -> {
            if (left.decrementAndGet() == 0) {
                stopped.run();
            }
        };
        // On threads of their own: other beans of this phase stop meanwhile.
        open.forEach(engine -> new Thread(() -> drain(engine, done), "glimpse-drain").start());
    }

    private void drain(ModelEngine engine, Runnable callback) {
        try {
            Duration timeout = Binder.get(context.getEnvironment())
                    .bind(TIMEOUT, Duration.class)
                    .orElse(DEFAULT_TIMEOUT);
            Duration reserve = timeout.dividedBy(RESERVE_SHARE);
            if (!engine.drain(timeout.minus(reserve.compareTo(MOST_RESERVE) < 0 ? reserve : MOST_RESERVE))) {
                LOG.warn("Requests to {} were cancelled, since they did not end within {}", engine.name(), TIMEOUT);
            }
        } finally {
            callback.run();
        }
    }

    /** Holds the application back while its model is loading. Hears of readiness after those who keep it. */
    @EventListener
    void onReadiness(AvailabilityChangeEvent<ReadinessState> event) {
        LoadedModel engine = event.getState() == ReadinessState.ACCEPTING_TRAFFIC ? engine() : null;
        if (engine == null) {
            return;
        }
        readiness.lock();
        try {
            EngineState state = engine.state();
            if (state == EngineState.LOADING || state == EngineState.LOAD_FAILED) {
                boolean first = !heldBack;
                heldBack = true;
                publish(ReadinessState.REFUSING_TRAFFIC);
                if (first) {
                    var unused = engine.whenLoaded().thenAccept(this::letGo);
                }
            }
        } finally {
            readiness.unlock();
        }
    }

    private void letGo(LoadedModel engine) {
        readiness.lock();
        try {
            if (!drained && engine.state() == EngineState.READY) {
                publish(ReadinessState.ACCEPTING_TRAFFIC);
            }
        } finally {
            readiness.unlock();
        }
    }

    private void publish(ReadinessState state) {
        AvailabilityChangeEvent.publish(context, state);
    }

    /** The engine of the chat models, the only one that may be loading still. */
    private @Nullable LoadedModel engine() {
        return context.getBeanFactory().getSingleton(GlimpseAutoConfiguration.ENGINE) instanceof LoadedModel engine
                ? engine
                : null;
    }

    /** The engines that there are: with lazy initialisation nobody may have asked for one, and this is no reason to. */
    private Stream<ModelEngine> engines() {
        return ENGINES.stream()
                .map(context.getBeanFactory()::getSingleton)
                .filter(ModelEngine.class::isInstance)
                .map(ModelEngine.class::cast);
    }
}
