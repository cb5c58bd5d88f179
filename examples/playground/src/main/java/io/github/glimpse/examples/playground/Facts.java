package io.github.glimpse.examples.playground;

import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PlannedCut;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfile;
import io.github.glimpse.prune.PruningStrategies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** What the model is, which settings it takes, and its limits: found out once, when the page first asks. */
@Component
final class Facts {

    /** Default of {@code glimpse.model.location}. */
    private static final String EMBEDDED = "embedded";

    private static final double SOME = 0.25;

    private final LoadedModel engine;
    private final Environment environment;
    private @Nullable String known;

    Facts(LoadedModel engine, Environment environment) {
        this.engine = engine;
        this.environment = environment;
    }

    synchronized String json() {
        if (known == null) {
            String found = Json.write(find());
            if (engine.contextLength() == 0) {
                return found;
            }
            known = found;
        }
        return known;
    }

    private Map<String, Object> find() {
        EngineOptions options = engine.options();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", engine.name());
        facts.put("family", engine.family());
        facts.put("dtype", engine.dtypeName());
        facts.put("device", engine.deviceName());
        facts.put("loaded", engine.contextLength() > 0);
        facts.put(
                "embedded",
                environment.getProperty("glimpse.model.location", EMBEDDED).equals(EMBEDDED));
        facts.put("contextLength", engine.contextLength());
        facts.put("cacheBytesPerToken", engine.cacheBytesPerToken());
        facts.put("maxImages", options.maxImages());
        facts.put("maxImageBytes", options.imageLimits().maxBytes());
        facts.put("maxOutputTokens", engine.defaultOutputTokens());
        facts.put(
                "plan",
                engine.plan(PruningOptions.defaults()).stream().map(Facts::cut).toList());
        facts.put("strategies", strategies(options));
        facts.put("profiles", profiles(options));
        return facts;
    }

    private static Map<String, Object> cut(PlannedCut cut) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", cut.at().toString());
        json.put("strategy", cut.strategy());
        json.put("retentionRatio", cut.budget().retentionRatio());
        json.put("threshold", cut.budget().threshold());
        json.put("maxRetentionRatio", cut.budget().maxRetentionRatio());
        json.put("minTokens", cut.budget().minTokens());
        return json;
    }

    /** Strategies that this model takes at their own place. */
    private List<String> strategies(EngineOptions options) {
        List<String> possible = new ArrayList<>(List.of(PruningOptions.NONE));
        for (String name : PruningStrategies.discover(options.strategies()).names()) {
            if (works(
                    PruningOptions.builder().strategy(name).retentionRatio(SOME).build())) {
                possible.add(name);
            }
        }
        return possible;
    }

    private Set<String> profiles(EngineOptions options) {
        Set<String> possible = new TreeSet<>();
        List<String> names = new ArrayList<>(options.profiles().keySet());
        Arrays.stream(PruningProfile.values()).map(PruningProfile::label).forEach(names::add);
        for (String name : names) {
            if (works(PruningOptions.builder().profile(name).build())) {
                possible.add(name);
            }
        }
        return possible;
    }

    private boolean works(PruningOptions pruning) {
        try {
            engine.check(pruning);
            return true;
        } catch (RuntimeException e) {
            // Refused with the reason, which whoever asks for it all the same will read.
            return false;
        }
    }
}
