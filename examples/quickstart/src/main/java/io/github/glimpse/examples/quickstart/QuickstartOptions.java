package io.github.glimpse.examples.quickstart;

import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategies;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of the command line.
 *
 * @param image the picture, null for the quickstart's own
 * @param question what is asked
 * @param overlay where the picture with the dropped tokens is written
 * @param properties what Spring Boot gets, each as {@code --key=value}
 */
record QuickstartOptions(@Nullable Path image, String question, Path overlay, List<String> properties) {

    /** What {@code --help} prints. */
    static final String USAGE = """
            Options, each as --name=value or --name value; quote one that has blanks: --question 'What is this?'
              --image      a picture: PNG, JPEG, WebP, GIF, BMP or TIFF       (a receipt)
              --question   what to ask about it                               (What is the total?)
              --model      directory of a model in Hugging Face form          (the tiny one that is embedded)
              --module     directory of a glimpse module made for the model   (none for a model of your own)
              --retention  most image tokens that stay, above 0 and at most 1 (goes by the module)
              --strategy   who chooses: glimpse, none, fastv, div-prune, …    (glimpse if there is a module)
              --overlay    where to write the picture with dropped patches    (target/overlay.png)
              --help, -h   this text
            Alone:
              --doctor     tell whether this machine and its GPU are fit, with --json, --archives=DIRECTORY (compute
                           texts for PyTorch), --glimpse.device=… and --glimpse.native.path=…; ends with 0, 1 or 2
            Any property of Spring Boot or Glimpse with a dot in its name, such as --glimpse.device=cpu, will do as well.
            """;

    /** The property that names the model. */
    static final String LOCATION = "glimpse.model.location";

    private static final String QUESTION = "What is the total?";
    private static final String OVERLAY = "target/overlay.png";
    private static final List<String> NAMES =
            List.of("image", "question", "model", "module", "retention", "strategy", "overlay");
    private static final String PRUNING = "glimpse.pruning.";

    /** Strategies that settle by themselves how many tokens stay. */
    static final Set<String> SETTLING = Set.of(PruningOptions.GLIMPSE, "foveate", "pixel-prune", "pru-merge");

    /** Copies the list. */
    QuickstartOptions {
        properties = List.copyOf(properties);
    }

    /**
     * Reads the command line.
     *
     * @throws QuickstartException if an option is unknown or its value cannot be right
     */
    static QuickstartOptions parse(String... arguments) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> properties = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--")) {
                throw wrong("'" + argument + "' is no option of the form --name=value or --name value");
            }
            String name = argument.substring("--".length(), equals < 0 ? argument.length() : equals);
            String value = equals < 0 ? "" : argument.substring(equals + 1).strip();
            if (equals < 0 && i + 1 < arguments.length && !arguments[i + 1].startsWith("--")) {
                i++;
                value = arguments[i].strip();
            }
            boolean isProperty = name.contains(".");
            if (!isProperty && !NAMES.contains(name)) {
                throw wrong("There is no option --" + name);
            } else if (value.isEmpty() && (!isProperty || equals < 0)) {
                throw wrong("The option --" + name + " has no value");
            } else if (isProperty) {
                properties.add("--" + name + "=" + value);
            } else {
                values.put(name, value);
            }
        }
        addModel(values, properties);
        addPruning(values, properties);
        String image = values.get("image");
        return new QuickstartOptions(
                image == null ? null : path("image", image),
                values.getOrDefault("question", QUESTION),
                path("overlay", values.getOrDefault("overlay", OVERLAY)),
                properties);
    }

    private static void addModel(Map<String, String> values, List<String> properties) {
        add(properties, "model", LOCATION, values.get("model"));
        add(properties, "module", "glimpse.model.pruning-module", values.get("module"));
    }

    /**
     * A strategy that settles its own count is capped by the retention; one that is told a count gets it as the count too, since it
     * would not start without.
     */
    private static void addPruning(Map<String, String> values, List<String> properties) {
        String strategy = values.get("strategy");
        String retention = values.get("retention");
        if (retention != null) {
            retention = Double.toString(ratio(retention));
            if (PruningOptions.NONE.equals(strategy)) {
                throw wrong("--strategy=none keeps every image token, so --retention=" + retention
                        + " says nothing; leave one of both out");
            }
        }
        if (strategy != null && takesACount(strategy)) {
            if (retention != null) {
                addIfNotGiven(properties, PRUNING + "retention-ratio", retention);
            } else if (properties.stream().noneMatch(property -> property.startsWith("--" + PRUNING))) {
                throw wrong(
                        "--strategy=" + strategy + " keeps as many image tokens as it is told and nobody says how many;"
                                + " add --retention=0.25, say");
            }
        }
        add(properties, "retention", PRUNING + "max-retention-ratio", retention);
        add(properties, "strategy", PRUNING + "strategy", strategy);
    }

    /** Of a strategy that nobody knows the start says so, with those that are known. */
    private static boolean takesACount(String strategy) {
        return !strategy.equals(PruningOptions.NONE)
                && !SETTLING.contains(strategy)
                && PruningStrategies.discover(List.of()).names().contains(strategy);
    }

    private static void add(List<String> properties, String option, String key, @Nullable String value) {
        if (value != null && !addIfNotGiven(properties, key, value)) {
            throw wrong("--" + option + " and --" + key + " say the same; leave one of both out");
        }
    }

    private static boolean addIfNotGiven(List<String> properties, String key, String value) {
        String beginning = "--" + key + "=";
        boolean given = properties.stream().anyMatch(property -> property.startsWith(beginning));
        return !given && properties.add(beginning + value);
    }

    private static double ratio(String value) {
        try {
            double ratio = Double.parseDouble(value);
            if (ratio > 0 && ratio <= 1) {
                return ratio;
            }
        } catch (NumberFormatException e) {
            // Said below, as for numbers out of range.
        }
        throw wrong("--retention is '" + value + "', it must be a number above 0 and at most 1, such as 0.25");
    }

    private static Path path(String name, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new QuickstartException("--" + name + " is '" + value + "', which is no path: " + e.getReason(), e);
        }
    }

    private static QuickstartException wrong(String what) {
        return new QuickstartException(what + "." + System.lineSeparator() + USAGE.stripTrailing(), null);
    }
}
