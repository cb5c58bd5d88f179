package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What environment variables say about the hub. The names and their order are those of the Python package {@code
 * huggingface_hub}, so that both share one cache and one token.
 *
 * @param variables the environment
 * @param home the user's home directory, for {@code ~}
 */
record HubEnvironment(Map<String, String> variables, Path home) {

    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    HubOptions options() {
        HubOptions.Builder builder = HubOptions.builder()
                .cacheDirectory(cacheDirectory())
                .offline(isOn("HF_HUB_OFFLINE"))
                .token(token());
        String endpoint = value("HF_ENDPOINT");
        if (endpoint != null) {
            builder.endpoint(uri(endpoint));
        }
        return builder.build();
    }

    /** Where the cache is if nothing is said about it. */
    static Path defaultCache(Path home) {
        return home.resolve(".cache").resolve("huggingface").resolve("hub");
    }

    private Path cacheDirectory() {
        String cache = value("HF_HUB_CACHE");
        if (cache == null) {
            cache = value("HUGGINGFACE_HUB_CACHE");
        }
        return cache != null ? path(cache) : hubHome().resolve("hub");
    }

    private Path hubHome() {
        String hubHome = value("HF_HOME");
        if (hubHome != null) {
            return path(hubHome);
        }
        String caches = value("XDG_CACHE_HOME");
        return (caches != null ? path(caches) : home.resolve(".cache")).resolve("huggingface");
    }

    private @Nullable String token() {
        if (isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return null;
        }
        String token = value("HF_TOKEN");
        if (token == null) {
            token = value("HUGGING_FACE_HUB_TOKEN");
        }
        return token != null ? token : tokenOfFile();
    }

    private @Nullable String tokenOfFile() {
        String named = value("HF_TOKEN_PATH");
        Path file = named != null ? path(named) : hubHome().resolve("token");
        try {
            return trimmed(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new ModelFilesException(
                    "The file with the hub's token cannot be read ("
                            + e.getClass().getSimpleName() + "): '" + file
                            + "'; make it readable, or set HF_HUB_DISABLE_IMPLICIT_TOKEN=1 to do without",
                    e);
        }
    }

    private Path path(String value) {
        if (value.equals("~")) {
            return home;
        }
        try {
            return value.startsWith("~/") ? home.resolve(value.substring(2)) : Path.of(value);
        } catch (InvalidPathException e) {
            throw new ModelFilesException(
                    "'" + value + "' is no path of this system; check HF_HOME, HF_HUB_CACHE and HF_TOKEN_PATH", e);
        }
    }

    private static URI uri(String endpoint) {
        try {
            return new URI(endpoint);
        } catch (URISyntaxException e) {
            throw new ModelFilesException(
                    "HF_ENDPOINT is no address of a hub: " + e.getReason() + "; set it to one such as "
                            + HubOptions.DEFAULT_ENDPOINT,
                    e);
        }
    }

    private boolean isOn(String name) {
        String value = value(name);
        return value != null && TRUE.contains(value.toUpperCase(Locale.ROOT));
    }

    private @Nullable String value(String name) {
        String value = variables.get(name);
        return value == null ? null : trimmed(value);
    }

    private static @Nullable String trimmed(String value) {
        String trimmed = value.strip();
        return trimmed.isEmpty() ? null : trimmed;
    }
}
