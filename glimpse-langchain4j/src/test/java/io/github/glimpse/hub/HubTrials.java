package io.github.glimpse.hub;

import java.nio.file.Path;
import java.time.Duration;

/** What tests of the hub share. */
final class HubTrials {

    /** As patient as the real policy in numbers, but in a hurry. */
    static final RetryPolicy FAST = new RetryPolicy(
            5,
            100,
            Duration.ofMillis(1),
            Duration.ofMillis(20),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMillis(500),
            1024);

    private HubTrials() {}

    static HubOptions options(LoopbackHub hub, Path cache) {
        return HubOptions.builder()
                .endpoint(hub.endpoint())
                .cacheDirectory(cache)
                .build();
    }

    static Path open(LoopbackHub hub, Path cache) {
        return open(options(hub, cache));
    }

    static Path open(HubOptions options) {
        return new HubSource(HubLocation.parse("hf:" + LoopbackHub.REPOSITORY), RepositoryContent.MODEL, options, FAST)
                .directory();
    }
}
