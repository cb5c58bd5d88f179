package io.github.glimpse.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens the model of a {@link LoopbackHub} in a process of its own, to be waited for or killed. */
final class HubFetcher {

    private HubFetcher() {}

    /** Arguments: endpoint, cache directory. Prints the directory of the model. */
    public static void main(String[] arguments) {
        HubOptions options = HubOptions.builder()
                .endpoint(URI.create(arguments[0]))
                .cacheDirectory(Path.of(arguments[1]))
                .build();
        System.out.println(HubTrials.open(options));
    }

    static Process start(LoopbackHub hub, Path cache) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                HubFetcher.class.getName(),
                hub.endpoint().toString(),
                cache.toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
