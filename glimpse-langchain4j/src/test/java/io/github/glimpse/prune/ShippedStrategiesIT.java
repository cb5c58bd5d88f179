package io.github.glimpse.prune;

import io.github.glimpse.engine.TorchRuntime;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that the engine expects of a strategy, for each that is found by its name, and for those with another form. */
@ParameterizedClass
@MethodSource("shipped")
class ShippedStrategiesIT extends PruningStrategyContract {

    private final Shipped shipped;

    /** A strategy and how it is set. */
    private record Shipped(PruningStrategyFactory factory, Map<String, String> options) {

        @Override
        public String toString() {
            return factory.name() + " " + options;
        }
    }

    ShippedStrategiesIT(Shipped shipped) {
        this.shipped = shipped;
    }

    static Stream<Shipped> shipped() {
        Stream<Shipped> all = ServiceLoader.load(PruningStrategyFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                // The learned ones need a module and have tests of their own.
                .filter(factory -> !Set.of(PruningOptions.GLIMPSE, "foveate").contains(factory.name()))
                .map(factory -> new Shipped(factory, Map.of()));
        Stream<Shipped> others = Stream.of(
                set("div-prune", Map.of("stop-distance", "0.9")),
                set("fastv", Map.of("mass", "0.8", "min-ratio", "0")),
                set("sparse-vlm", Map.of("version", "2")),
                set("pixel-prune", Map.of("tolerance", "0.3", "distance", "rms", "scan", "serpentine")),
                set("vision-zip", Map.of("share", "0.5", "block", "-1")),
                set("hi-prune", Map.of("alpha", "0.5")));
        return Stream.concat(all, others);
    }

    private static Shipped set(String name, Map<String, String> options) {
        return new Shipped(PruningStrategies.discover(java.util.List.of()).get(name), options);
    }

    @Override
    protected PruningStrategyFactory factory() {
        return shipped.factory();
    }

    @Override
    protected StrategyContext context(TorchRuntime torch) {
        return super.context(torch)
                .withOptions(StrategyOptions.of(shipped.factory().name(), shipped.options()));
    }
}
