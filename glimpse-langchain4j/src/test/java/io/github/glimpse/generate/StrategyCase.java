package io.github.glimpse.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.testing.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One whole-model case of another strategy or schedule: a base case of its family, a plan, and what must come out. */
record StrategyCase(FixtureFamily family, Path file, JsonNode json) {

    private static final Path SUBSET = Path.of("src", "test", "resources", "fixtures", "strategies");

    /** Cases of the folder that {@code glimpse.strategyFixtures} names, else of the subset. */
    static List<StrategyCase> toRun() {
        String property = System.getProperty("glimpse.strategyFixtures", "");
        Path given = Path.of(property.isBlank() ? SUBSET.toString() : property);
        Path resolved = Files.isDirectory(given)
                ? given
                : Path.of(System.getProperty("glimpse.basedir", ".")).resolve(given);
        Path models = resolved.resolve("models");
        if (!Files.isDirectory(models) && Files.isDirectory(resolved.resolve("video-selection"))) {
            // A folder of families, whose schedules lie with each of them.
            return List.of();
        }
        List<StrategyCase> cases = new ArrayList<>();
        for (Path family : list(models)) {
            if (Files.isDirectory(family)) {
                // The family's own fixtures lie beside those of the strategies.
                FixtureFamily base = new FixtureFamily(resolved.toAbsolutePath().resolveSibling(family.getFileName()));
                for (Path file : list(family)) {
                    if (file.toString().endsWith(".json")) {
                        cases.add(new StrategyCase(base, file, FixtureFamily.json(file)));
                    }
                }
            }
        }
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("No case in " + models.toAbsolutePath());
        }
        return cases;
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The schedules that lie in a family's own folder; none in older ones. */
    static List<StrategyCase> of(FixtureFamily family) {
        Path folder = family.directory().resolve("schedules");
        return !Files.isDirectory(folder)
                ? List.of()
                : list(folder).stream()
                        .filter(file -> file.toString().endsWith(".json"))
                        .map(file -> new StrategyCase(family, file, FixtureFamily.json(file)))
                        .toList();
    }

    /** Cases that the default build runs: at least one of each strategy, place, form and folder. */
    static List<StrategyCase> sample(String table, List<StrategyCase> all) {
        return Sample.of(
                table,
                all,
                schedule -> schedule.ofSteps("strategy"),
                schedule -> schedule.ofSteps("at"),
                schedule -> schedule.json().get("kv"),
                schedule -> schedule.json().get("positions"),
                StrategyCase::family);
    }

    /** A field of each step. */
    List<String> ofSteps(String field) {
        List<String> values = new ArrayList<>();
        json.get("schedule")
                .forEach(step -> values.add(step.get(field).textValue().replaceAll("\\d+", "")));
        return values;
    }

    FixtureTensors tensors() {
        return new FixtureTensors(
                file.resolveSibling(file.getFileName().toString().replace(".json", ".safetensors")));
    }

    FixtureCase base() {
        String number = json.get("base_case").textValue();
        return family.cases().stream()
                .filter(fixture -> fixture.number().equals(number))
                .findFirst()
                .orElseThrow();
    }

    Optional<Path> module() {
        return json.hasNonNull("glimpse_module")
                ? Optional.of(
                        family.directory().resolve(json.get("glimpse_module").textValue()))
                : Optional.empty();
    }

    PruningOptions pruning() {
        List<PruningStep> steps = new ArrayList<>();
        json.get("schedule").forEach(step -> steps.add(step(step)));
        return PruningOptions.builder()
                .schedule(steps)
                .kv(KvForm.valueOf(json.get("kv").textValue().toUpperCase(Locale.ROOT)))
                .positions(
                        PositionForm.valueOf(json.get("positions").textValue().toUpperCase(Locale.ROOT)))
                .build();
    }

    private PruningStep step(JsonNode step) {
        String name = step.get("strategy").textValue();
        PruningStep.Builder builder =
                PruningStep.builder(name).at(step.get("at").textValue());
        if (step.has("ratio")) {
            builder.retentionRatio(step.get("ratio").doubleValue());
        }
        Map<String, String> options = new HashMap<>();
        if (step.has("seed")) {
            options.put("seed", step.get("seed").asText());
        }
        if (step.has("floor")) {
            options.put("floor", step.get("floor").asText());
        }
        if (step.has("kept")) {
            options.put(
                    "kept",
                    java.util.Arrays.stream(Differences.ints(step.get("kept")))
                            .mapToObj(String::valueOf)
                            .collect(Collectors.joining(",")));
            options.put("tokens", json.get("image_tokens").asText());
        }
        if (name.equals(PruningOptions.GLIMPSE)) {
            decide(builder);
        }
        return builder.options(options).build();
    }

    private void decide(PruningStep.Builder builder) {
        JsonNode decision = json.get("decision");
        Set<Anchor> anchors = new HashSet<>();
        decision.path("anchor_positions").forEach(name -> anchors.add(Anchor.of(name.textValue())));
        builder.threshold(decision.get("reduce_threshold").doubleValue())
                .maxRetentionRatio(
                        decision.get("max_remain_ratio").isNull()
                                ? 1.0
                                : decision.get("max_remain_ratio").doubleValue())
                .minTokens(
                        decision.get("min_remain_num").isNull()
                                ? 0
                                : decision.get("min_remain_num").intValue())
                .anchors(anchors);
    }

    @Override
    public String toString() {
        return family.name() + " " + file.getFileName();
    }
}
