package io.github.glimpse.spring.autoconfigure;

import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.MapPropertySource;

/**
 * Default log level WARN for DJL. At INFO it reports the place of libtorch for each look-up and its thread counts,
 * which Glimpse's own lines have too, and a remark about the graph executor, which Glimpse needs. {@code
 * logging.level.ai.djl} of the application wins.
 */
final class DjlLogLevel implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    static final String KEY = "logging.level.ai.djl";

    /**
     * After the listener that reads configuration files (10), before the one that configures the logging system
     * (20).
     */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 15;

    DjlLogLevel() {}

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        event.getEnvironment()
                .getPropertySources()
                .addLast(new MapPropertySource("glimpseLogging", Map.of(KEY, "warn")));
    }

    @Override
    public int getOrder() {
        return ORDER;
    }
}
