package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes and threads on one cache, and processes that are killed. */
class HubProcessesIT {

    private static final int SIZE = 2_000_000;
    private static final int KILLS = 20;

    private final LoopbackHub hub = LoopbackHub.withModel(SIZE);

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void twoProcessesFetchEachFileOnce() throws IOException, InterruptedException {
        hub.sendBy(LoopbackHub.slowly(100_000, Duration.ofMillis(40)));

        Process one = HubFetcher.start(hub, directory);
        Process other = HubFetcher.start(hub, directory);

        assertThat(output(one)).isEqualTo(output(other)).endsWith(hub.commit());
        assertComplete(directory);
        assertThat(hub.count("GET", hub.checksum("model.safetensors"))).isEqualTo(1);
        assertThat(hub.bytesSent()).isLessThan(SIZE + 10_000);
    }

    @Test
    void eightThreadsFetchEachFileOnce() throws Exception {
        hub.sendBy(LoopbackHub.slowly(300_000, Duration.ofMillis(20)));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Path> open = () -> HubTrials.open(hub, directory);
            List<Future<Path>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(open));
            }
            for (Future<Path> each : all) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isDirectory();
            }
        } finally {
            threads.shutdownNow();
        }

        assertComplete(directory);
        assertThat(hub.count("GET", hub.checksum("model.safetensors"))).isEqualTo(1);
    }

    @Test
    void aProcessGoesOnWhereAKilledOneHeldTheLock() throws IOException, InterruptedException {
        hub.sendBy(LoopbackHub.slowly(100_000, Duration.ofMillis(50)));
        Process first = HubFetcher.start(hub, directory);
        awaitBytes(700_000, first);
        Process second = HubFetcher.start(hub, directory);
        awaitBytes(1_400_000, first);

        first.destroyForcibly().waitFor();

        assertThat(output(second)).endsWith(hub.commit());
        assertComplete(directory);
        assertThat(hub.asked())
                .filteredOn(LoopbackHub.Asked::isOfStore)
                .extracting(LoopbackHub.Asked::from)
                .hasSize(2)
                .last()
                .satisfies(from -> assertThat(from).isGreaterThan(500_000));
    }

    /**
     * Kills at random points of a start: before the first request, among the settings, in the weights, at their end. A killed
     * start may find the cache in any state that earlier kills left.
     */
    @Thorough
    @TestCategory.Hostile
    @Test
    void aKilledDownloadLeavesACacheThatTheNextStartCompletes() throws IOException, InterruptedException {
        Random random = new Random(20);
        int killed = 0;
        int killedInTheWeights = 0;
        int completed = 0;
        Path cache = directory.resolve("0");
        for (int round = 1; killed < KILLS; round++) {
            assertThat(round).as("starts for %d kills", KILLS).isLessThan(3 * KILLS);
            hub.forgetWhatWasAsked();
            hub.sendBy(LoopbackHub.slowly(50_000, Duration.ofMillis(5)));
            Process process = HubFetcher.start(hub, cache);
            waitForARandomPoint(random, process);
            boolean alive = process.isAlive();
            process.destroyForcibly().waitFor();
            killed += alive ? 1 : 0;
            killedInTheWeights += alive && Files.exists(incomplete(cache)) ? 1 : 0;

            assertNothingWrong(cache);
            if (!alive || random.nextInt(3) == 0) {
                hub.sendBy((out, bytes) -> out.write(bytes));
                HubTrials.open(hub, cache);
                assertComplete(cache);
                completed++;
                cache = directory.resolve(String.valueOf(round));
            }
        }
        hub.sendBy((out, bytes) -> out.write(bytes));
        HubTrials.open(hub, cache);
        assertComplete(cache);
        assertThat(completed).isPositive();
        assertThat(killedInTheWeights).isBetween(KILLS / 4, KILLS - 1);
    }

    private Path incomplete(Path cache) {
        return cache.resolve("models--someone--tiny-model/blobs")
                .resolve(hub.checksum("model.safetensors") + ".glimpse.incomplete");
    }

    private void waitForARandomPoint(Random random, Process process) throws InterruptedException {
        switch (random.nextInt(4)) {
            case 0 -> Thread.sleep(random.nextInt(400));
            case 1 -> {
                int requests = random.nextInt(14);
                while (process.isAlive() && hub.asked().size() < requests) {
                    Thread.sleep(1);
                }
            }
            default -> awaitBytes(random.nextInt(SIZE), process);
        }
        Thread.sleep(random.nextInt(10));
    }

    private void awaitBytes(long bytes, Process process) throws InterruptedException {
        while (process.isAlive() && hub.bytesSent() < bytes) {
            Thread.sleep(1);
        }
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return text;
    }

    private void assertComplete(Path cache) throws IOException {
        Path snapshot = cache.resolve("models--someone--tiny-model/snapshots").resolve(hub.commit());
        for (String file : List.of(
                "config.json",
                "tokenizer.json",
                "preprocessor_config.json",
                "chat_template.jinja",
                "model.safetensors")) {
            assertThat(snapshot.resolve(file)).hasBinaryContent(hub.file(file));
        }
        assertThat(cache.resolve("models--someone--tiny-model/refs/main")).hasContent(hub.commit());
        assertNothingWrong(cache);
    }

    /** Each blob has the checksum that is its name, each link leads to the right bytes, and a ref only to a complete commit. */
    private void assertNothingWrong(Path cache) throws IOException {
        Path repository = cache.resolve("models--someone--tiny-model");
        for (Path blob : files(repository.resolve("blobs"))) {
            String name = blob.getFileName().toString();
            if (!name.endsWith(".incomplete")) {
                assertThat(Checksum.of(blob, name)).isEqualTo(name);
            }
        }
        for (Path link : files(repository.resolve("snapshots").resolve(hub.commit()))) {
            assertThat(link)
                    .isSymbolicLink()
                    .hasBinaryContent(hub.file(link.getFileName().toString()));
        }
        for (Path ref : files(repository.resolve("refs"))) {
            assertThat(ref).hasContent(hub.commit());
            assertThat(repository.resolve("snapshots").resolve(hub.commit()).resolve("model.safetensors"))
                    .isRegularFile();
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted(Comparator.naturalOrder()).toList();
        }
    }
}
