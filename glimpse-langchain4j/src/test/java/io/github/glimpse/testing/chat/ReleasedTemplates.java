package io.github.glimpse.testing.chat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Folders of released chat templates, named by the system property {@code glimpse.templates} or the environment variable
 * {@code GLIMPSE_TEMPLATES}, separated by commas. This repository holds none of them.
 */
public final class ReleasedTemplates {

    private ReleasedTemplates() {}

    /** The named folders; empty if none is named. */
    public static List<Path> folders() {
        String named = System.getProperty("glimpse.templates", "");
        if (named.isBlank()) {
            named = Objects.requireNonNullElse(System.getenv("GLIMPSE_TEMPLATES"), "");
        }
        Path root = Path.of(System.getProperty("glimpse.basedir", ""));
        return Stream.of(named.split(",", -1))
                .filter(name -> !name.isBlank())
                .map(name -> root.resolve(name.strip()))
                .toList();
    }

    /** The folder of a template in one of the named folders. */
    public static Optional<Path> find(String template) {
        return folders().stream()
                .map(folder -> folder.resolve(template))
                .filter(folder -> Files.exists(folder.resolve("chat_template.jinja")))
                .findFirst();
    }
}
