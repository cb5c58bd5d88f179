package io.github.glimpse.examples.playground;

import io.github.glimpse.prune.PruningOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The options of the command line, which are the quickstart's as far as a page has them. */
final class PlaygroundOptions {

    /** What {@code --help} prints. */
    static final String USAGE = """
            Options, each as --name=value:
              --port       where the page is                                  (8080; 0 takes a free one)
              --model      directory of a model in Hugging Face form          (the tiny one that is embedded)
              --module     directory of a glimpse module made for the model   (none for a model of your own)
              --retention  most image tokens that stay, above 0 and at most 1 (goes by the module)
              --strategy   who chooses: glimpse, none, fastv, div-prune, …    (glimpse if there is a module)
            Any property of Spring Boot or Glimpse with a dot in its name, such as --glimpse.device=cpu, will do as well.
            """;

    private static final String PRUNING = "--glimpse.pruning.";

    /** Strategies that settle by themselves how many tokens stay: a retention caps them, others get it as their count too. */
    private static final Set<String> SETTLING =
            Set.of(PruningOptions.NONE, PruningOptions.GLIMPSE, "foveate", "pixel-prune", "pru-merge");

    private PlaygroundOptions() {}

    /**
     * What Spring Boot gets, each as {@code --key=value}.
     *
     * @throws IllegalArgumentException if an option is unknown or has no value
     */
    static List<String> properties(String... arguments) {
        List<String> properties = new ArrayList<>();
        String strategy = "";
        String retention = "";
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0 || equals == argument.length() - 1) {
                throw wrong("'" + argument + "' is no option of the form --name=value");
            }
            String name = argument.substring("--".length(), equals);
            String value = argument.substring(equals + 1);
            switch (name) {
                case "port" -> properties.add("--server.port=" + value);
                case "model" -> properties.add("--glimpse.model.location=" + value);
                case "module" -> properties.add("--glimpse.model.pruning-module=" + value);
                case "strategy" -> strategy = value;
                case "retention" -> retention = value;
                default -> {
                    if (!name.contains(".")) {
                        throw wrong("There is no option --" + name);
                    }
                    properties.add(argument);
                }
            }
        }
        if (!strategy.isEmpty()) {
            properties.add(PRUNING + "strategy=" + strategy);
        }
        if (!retention.isEmpty()) {
            properties.add(PRUNING + "max-retention-ratio=" + retention);
            if (!strategy.isEmpty() && !SETTLING.contains(strategy)) {
                properties.add(PRUNING + "retention-ratio=" + retention);
            }
        }
        return properties;
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + "." + System.lineSeparator() + USAGE.stripTrailing());
    }
}
