package io.github.glimpse.prune;

/**
 * Makes a strategy for a model. Implementations are found by {@link java.util.ServiceLoader}; in a Spring application a bean
 * of this type is added and wins over a service of the same name.
 */
public interface PruningStrategyFactory {

    /** The value of {@code glimpse.pruning.strategy} that selects it: lower case, words joined by hyphens. */
    String name();

    /**
     * Makes the strategy.
     *
     * @throws io.github.glimpse.GlimpseException if the model cannot give what the strategy needs
     */
    PruningStrategy create(StrategyContext context);
}
