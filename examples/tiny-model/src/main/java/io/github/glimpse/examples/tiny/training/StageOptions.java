package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.train.ParameterGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a stage is started with.
 *
 * @param folder the run folder
 * @param steps changes of the weights
 * @param rate highest learning rate
 * @param seed of first weights and of the choice of pictures
 * @param half whether products are made in bfloat16
 * @param muon whether matrices inside the model learn by Muon, else all by AdamW
 * @param threads of one native operation
 * @param checkpointEvery steps between two checkpoints
 * @param validateEvery steps between two looks at pictures that are not trained; 0 for none
 * @param faded how far losses that fade have faded already, 0 to 1: 1 for a run that goes on where one has ended
 * @param added factor of the rate of the blocks that the stage {@code deepen} has added: they start from nothing
 * @param fonts folder of the type faces that pages are written in; null for stages that paint none
 * @param from weights to start from, in this order; files or run folders
 */
record StageOptions(
        Path folder,
        long steps,
        double rate,
        long seed,
        boolean half,
        boolean muon,
        int threads,
        long checkpointEvery,
        long validateEvery,
        double faded,
        double added,
        @Nullable Path fonts,
        List<Path> from) {

    /** Seed of a stage that is given none. */
    static final long SEED = 20_250_801;

    private static final long CHECKPOINT_EVERY = 100;
    private static final long VALIDATE_EVERY = 500;

    StageOptions {
        from = List.copyOf(from);
    }

    /**
     * Reads {@code --name=value} arguments.
     *
     * @throws IllegalArgumentException if one is not known
     */
    static StageOptions parse(Path folder, List<String> arguments, long steps, double rate) {
        Map<String, String> values = new LinkedHashMap<>();
        List<Path> from = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("'" + argument + "' is no option; write --name=value");
            }
            String name = argument.substring(2, equals);
            String value = argument.substring(equals + 1);
            switch (name) {
                case "from" -> from.add(Path.of(value));
                case "steps",
                        "rate",
                        "seed",
                        "precision",
                        "optimizer",
                        "threads",
                        "checkpoint-every",
                        "validate-every",
                        "faded",
                        "added",
                        "fonts" -> values.put(name, value);
                default ->
                    throw new IllegalArgumentException("No option --" + name
                            + "; there are --steps, --rate, --seed, --precision, --optimizer, --threads,"
                            + " --checkpoint-every, --validate-every, --faded, --added, --fonts, --from");
            }
        }
        return new StageOptions(
                folder,
                Long.parseLong(values.getOrDefault("steps", Long.toString(steps))),
                Double.parseDouble(values.getOrDefault("rate", Double.toString(rate))),
                Long.parseLong(values.getOrDefault("seed", Long.toString(SEED))),
                first("precision", values, "mixed", "float"),
                first("optimizer", values, "muon", "adamw"),
                Integer.parseInt(values.getOrDefault("threads", "1")),
                Long.parseLong(values.getOrDefault("checkpoint-every", Long.toString(CHECKPOINT_EVERY))),
                Long.parseLong(values.getOrDefault("validate-every", Long.toString(VALIDATE_EVERY))),
                Double.parseDouble(values.getOrDefault("faded", "0")),
                Double.parseDouble(values.getOrDefault("added", "1")),
                values.containsKey("fonts") ? Path.of(values.getOrDefault("fonts", "")) : null,
                from);
    }

    /** Whether pictures that are not trained are looked at before this step: now and then, and before the last. */
    boolean validates(long sample) {
        return validateEvery > 0 && (sample % validateEvery == 0 || sample == steps - 1);
    }

    /** A group that learns, by the optimiser of this run. */
    ParameterGroup group(String name) {
        ParameterGroup group = ParameterGroup.named(name);
        return muon ? group.withOrthogonalSteps() : group;
    }

    /** The tower's group: a block that was added later learns faster than the others. */
    IntFunction<ParameterGroup> blocks() {
        ParameterGroup group = group("vision");
        return block -> DeeperTower.added(block) ? group.withRateFactor(group.rateFactor() * added) : group;
    }

    private static boolean first(String name, Map<String, String> values, String standard, String other) {
        String value = values.getOrDefault(name, standard);
        if (!value.equals(standard) && !value.equals(other)) {
            throw new IllegalArgumentException("--" + name + " is '" + value + "'; write " + standard + " or " + other);
        }
        return value.equals(standard);
    }
}
