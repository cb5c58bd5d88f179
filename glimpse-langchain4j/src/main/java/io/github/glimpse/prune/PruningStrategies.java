package io.github.glimpse.prune;

import io.github.glimpse.UnsupportedModelException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The strategies that are known by name: those on the class path and those handed in, which win. */
public final class PruningStrategies {

    private static final Logger LOG = LoggerFactory.getLogger(PruningStrategies.class);

    private final Map<String, PruningStrategyFactory> factories = new LinkedHashMap<>();

    private PruningStrategies() {}

    /**
     * Finds the strategies.
     *
     * @param own factories that win over services of the same name
     */
    public static PruningStrategies discover(Collection<PruningStrategyFactory> own) {
        PruningStrategies strategies = new PruningStrategies();
        ServiceLoader.load(PruningStrategyFactory.class, PruningStrategyFactory.class.getClassLoader())
                .forEach(factory -> strategies.factories.put(factory.name(), factory));
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) {
            ServiceLoader.load(PruningStrategyFactory.class, context)
                    .forEach(factory -> strategies.factories.putIfAbsent(factory.name(), factory));
        }
        own.forEach(factory -> strategies.factories.put(factory.name(), factory));
        return strategies;
    }

    /** The names that there are, sorted. */
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(factories.keySet()));
    }

    /**
     * The factory of a name.
     *
     * @throws UnsupportedModelException if there is none; the message lists the known names
     */
    public PruningStrategyFactory get(String name) {
        PruningStrategyFactory factory = factories.get(name);
        if (factory == null) {
            throw new UnsupportedModelException("The pruning strategy '" + name + "' is not known; use "
                    + PruningOptions.NONE + " or one of " + String.join(", ", names()));
        }
        return factory;
    }

    /** Closes a strategy. What one that is not ours fails by is logged: it holds up nobody, least of all a model that is being freed. */
    public static void close(PruningStrategy strategy) {
        try {
            strategy.close();
        } catch (RuntimeException | Error e) {
            LOG.warn(
                    "The pruning strategy {} failed when it was closed",
                    strategy.getClass().getName(),
                    e);
        }
    }
}
