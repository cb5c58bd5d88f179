package io.github.glimpse.spring.autoconfigure;

import static java.util.Objects.requireNonNullElse;

import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfile;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyOptions;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * What properties say of strategies and no model is needed to check: it stops the start whenever the model is loaded, also in a
 * profile that only requests choose.
 */
final class StrategyKeys {

    private static final String STRATEGY_NOW =
            ".strategy to cls-attention for cls, or to received-attention for received";
    private static final Map<String, String> OLD_NAMES = Map.of(
            "at", PropertiesMapper.EMBEDDING_PRUNING + ".schedule[0].at",
            "evidence", PropertiesMapper.EMBEDDING_PRUNING + STRATEGY_NOW,
            "min-patches", PropertiesMapper.EMBEDDING_PRUNING + ".min-tokens");

    private final SortedSet<String> known;

    /**
     * The library's names and more.
     *
     * @param own the application's strategies
     */
    StrategyKeys(Collection<PruningStrategyFactory> own) {
        known = new TreeSet<>(PruningStrategies.discover(own).names());
        known.add(PruningOptions.NONE);
    }

    /**
     * Checks the properties below one key, and those of all profiles.
     *
     * @throws InvalidPropertyException if a name is not known, or a schedule stands beside what it takes the place of
     */
    void check(String key, GlimpseProperties.Pruning pruning, GlimpseProperties properties) {
        check(key, pruning);
        properties.profiles().forEach((name, profile) -> check(PropertiesMapper.PROFILES + "." + name, profile));
    }

    /** A strategy knows its options however they are spelled; the one that a profile reads has to be as the profile writes it. */
    static Map<String, String> spelled(Map<String, String> options) {
        Map<String, String> spelled = new TreeMap<>();
        options.forEach((key, value) -> spelled.put(
                StrategyOptions.sameKey(key, PruningProfile.STOP_DISTANCE) ? PruningProfile.STOP_DISTANCE : key,
                value));
        return spelled;
    }

    /** Of options that are one but for their spelling the first: it is that of the source that ranks highest. */
    static Map<String, String> first(Map<String, String> options) {
        Map<String, String> first = new LinkedHashMap<>();
        options.forEach((key, value) -> {
            if (first.keySet().stream().noneMatch(other -> StrategyOptions.sameKey(other, key))) {
                first.put(key, value);
            }
        });
        return Collections.unmodifiableMap(first);
    }

    /**
     * Refuses the names that pruning of the embedding model had before it was that of {@code glimpse.pruning}.
     *
     * @throws InvalidPropertyException if one is set; the message has the new name
     */
    static void refuseOldNames(Environment environment) {
        Binder binder = Binder.get(environment);
        String key = PropertiesMapper.EMBEDDING_PRUNING;
        OLD_NAMES.forEach((old, now) -> {
            if (binder.bind(key + "." + old, String.class).isBound()) {
                throw new InvalidPropertyException(key + "." + old, "It has another name now: set " + now, null);
            }
        });
        for (int i = 0;
                binder.bind(key + ".schedule[" + i + "]", Bindable.mapOf(String.class, String.class))
                        .isBound();
                i++) {
            String step = key + ".schedule[" + i + "]";
            if (binder.bind(step + ".evidence", String.class).isBound()) {
                throw new InvalidPropertyException(
                        step + ".evidence", "It has another name now: set " + step + STRATEGY_NOW, null);
            }
        }
    }

    /**
     * Checks the properties below one key. Profiles are checked with the chat model, which may have strategies of its own.
     *
     * @throws InvalidPropertyException as the other
     */
    void check(String key, GlimpseProperties.Pruning pruning) {
        name(key + ".strategy", pruning.strategy());
        onePlan(key, pruning);
        for (int i = 0; i < pruning.schedule().size(); i++) {
            name(
                    key + ".schedule[" + i + "].strategy",
                    pruning.schedule().get(i).strategy());
        }
    }

    /** A schedule takes the place of a strategy and of its options; a stop distance is of a profile. */
    private static void onePlan(String key, GlimpseProperties.Pruning pruning) {
        if (pruning.schedule().isEmpty()) {
            return;
        }
        if (StringUtils.hasText(pruning.strategy())) {
            throw new InvalidPropertyException(
                    key + ".strategy",
                    "There is both a strategy, which is a single cut, and a schedule; leave one of them out or blank",
                    null);
        }
        Map<String, String> options = requireNonNullElse(pruning.options(), Map.of());
        for (String option : new TreeSet<>(options.keySet())) {
            if (!StrategyOptions.sameKey(option, PruningProfile.STOP_DISTANCE)
                    && StringUtils.hasText(options.get(option))) {
                throw new InvalidPropertyException(
                        key + ".options." + option,
                        "The steps of a schedule have options of their own; set " + key + ".schedule[0].options."
                                + option + ", or that of another step",
                        null);
            }
        }
    }

    private void name(String key, @Nullable String name) {
        if (StringUtils.hasText(name) && !known.contains(name)) {
            throw new InvalidPropertyException(
                    key,
                    "The pruning strategy '" + name + "' is not known; use one of " + String.join(", ", known),
                    null);
        }
    }
}
