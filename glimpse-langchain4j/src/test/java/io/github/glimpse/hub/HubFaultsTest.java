package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that break, servers that send something else, and disks that do not take it. */
class HubFaultsTest {

    private static final int SIZE = 2_000_000;
    private static final String WEIGHTS = "model.safetensors";

    private final LoopbackHub hub = LoopbackHub.withModel(SIZE);

    @TempDir
    Path cache;

    @AfterEach
    void stop() {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void goesOnWhereAConnectionWasCut(long seed) throws IOException {
        Random random = new Random(seed);
        AtomicInteger cuts = new AtomicInteger();
        hub.sendBy((out, bytes) -> {
            int sent = bytes.length;
            if (bytes.length > 100_000 && cuts.getAndIncrement() < 12) {
                sent = random.nextInt(bytes.length / 4);
            }
            out.write(bytes, 0, sent);
            out.flush();
            if (sent < bytes.length) {
                throw new IOException("cut");
            }
        });

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));

        assertThat(cuts.get()).isGreaterThan(5);
        List<Long> offsets = hub.asked().stream()
                .filter(asked -> asked.isOfStore())
                .map(LoopbackHub.Asked::from)
                .toList();
        assertThat(offsets).isSorted().startsWith(0L);
        assertThat(offsets.get(offsets.size() - 1)).isPositive();
        // Nothing was sent twice but what was under way when the connection broke.
        assertThat(hub.bytesSent()).isLessThan(SIZE + SIZE / 2);
    }

    @Test
    void goesOnInTheNextStart() throws IOException {
        AtomicInteger sends = new AtomicInteger();
        hub.sendBy((out, bytes) -> {
            boolean large = bytes.length > 100_000;
            if (large && sends.getAndIncrement() > 0) {
                throw new IOException("cut at once");
            }
            out.write(bytes, 0, large ? 1_500_000 : bytes.length);
            out.flush();
        });
        assertRefused("cannot be fetched", "What has arrived is kept");
        assertThat(sends.get()).isEqualTo(HubTrials.FAST.mostFailures() + 1);
        long before = Files.size(incomplete());
        assertThat(before).isGreaterThan(1_000_000);
        hub.forgetWhatWasAsked();
        hub.sendBy((out, bytes) -> out.write(bytes));

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));

        assertThat(hub.asked())
                .filteredOn(asked -> asked.isOfStore())
                .extracting(asked -> asked.from())
                .containsExactly(before);
        assertThat(hub.bytesSent()).isLessThan(SIZE - before + 10_000);
        assertThat(incomplete()).doesNotExist();
    }

    @Test
    void startsAnewWhereRangesAreNotKnown() throws IOException {
        plantPart(new byte[500_000]);
        hub.forgetRanges();

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
        assertThat(hub.count("GET", hub.checksum(WEIGHTS))).isEqualTo(1);
    }

    @Test
    void takesAPartThatIsWholeAlready() throws IOException {
        plantPart(hub.file(WEIGHTS));

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
        assertThat(hub.count("GET", hub.checksum(WEIGHTS))).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, SIZE, SIZE + 1_000})
    void doesNotTrustAPartWithWrongBytes(int size) throws IOException {
        plantPart(new byte[size]);

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
    }

    @ParameterizedTest
    @ValueSource(strings = {WEIGHTS, "tokenizer.json"})
    void fetchesAFileWithWrongBytesOnceMore(String file) throws IOException {
        AtomicInteger wrong = new AtomicInteger(1);
        sendWrong(file, wrong);

        assertThat(HubTrials.open(hub, cache).resolve(file)).hasBinaryContent(hub.file(file));
        assertThat(wrong.get()).isLessThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {WEIGHTS, "tokenizer.json"})
    void removesAFileThatCameWithWrongBytesTwice(String file) throws IOException {
        sendWrong(file, new AtomicInteger(100));

        assertRefused(
                "'" + file + "' came with wrong bytes", hub.checksum(file), "for the second time and was removed");

        try (Stream<Path> blobs = Files.list(cache.resolve("models--someone--tiny-model/blobs"))) {
            assertThat(blobs.map(blob -> blob.getFileName().toString()))
                    .noneMatch(name -> name.startsWith(hub.checksum(file)));
        }
        assertThat(cache.resolve("models--someone--tiny-model/snapshots/" + hub.commit() + "/" + file))
                .doesNotExist();
        assertThat(cache.resolve("models--someone--tiny-model/refs/main")).doesNotExist();
    }

    @Test
    void takesFilesAsTheyComeWithoutVerification() throws IOException {
        sendWrong(WEIGHTS, new AtomicInteger(100));

        Path directory = HubTrials.open(
                HubTrials.options(hub, cache).toBuilder().verifyChecksums(false).build());

        assertThat(Files.readAllBytes(directory.resolve(WEIGHTS))).hasSize(SIZE).isNotEqualTo(hub.file(WEIGHTS));
    }

    @Test
    void refusesMoreBytesThanWereAnnounced() {
        hub.plant((exchange, asked) -> {
            if (asked.isOfStore()) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(new byte[SIZE + 1]);
            }
            return asked.isOfStore();
        });

        assertRefused("gives more than the 2000000 bytes of 'model.safetensors'");
        assertThat(incomplete()).isEmptyFile();
    }

    @Test
    void refusesAnotherLengthThanWasAnnounced() {
        hub.plant((exchange, asked) -> {
            if (asked.isOfStore()) {
                hub.send(exchange, new byte[77], 0);
            }
            return asked.isOfStore();
        });

        assertRefused("localhost gives 77 bytes for 'model.safetensors', which has 2000000");
    }

    @Test
    void refusesOtherBytesThanWereAskedFor() throws IOException {
        plantPart(new byte[500]);
        hub.plant((exchange, asked) -> {
            if (asked.isOfStore()) {
                LoopbackHub.refuse(exchange, 206, "Content-Range", "bytes 400-1999999/2000000");
            }
            return asked.isOfStore();
        });

        assertRefused("gives 'bytes 400-1999999/2000000'", "instead of the bytes from 500 of 2000000");
    }

    @Test
    void refusesCompressedAnswers() {
        hub.plant((exchange, asked) -> {
            if (asked.isOfStore()) {
                LoopbackHub.refuse(exchange, 200, "Content-Encoding", "gzip");
            }
            return asked.isOfStore();
        });

        assertRefused("compressed (gzip)");
    }

    @Test
    void goesOnWhenAServerFallsSilent() throws IOException {
        AtomicInteger sends = new AtomicInteger();
        hub.sendBy((out, bytes) -> {
            if (bytes.length > 100_000 && sends.getAndIncrement() == 0) {
                out.write(bytes, 0, 1_000_000);
                out.flush();
                sleep(Duration.ofSeconds(20));
            }
            out.write(bytes);
        });

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
        assertThat(hub.asked()).filteredOn(asked -> asked.isOfStore()).last().satisfies(asked -> assertThat(
                        asked.from())
                .isPositive());
    }

    @Test
    void givesUpOnAServerThatTrickles() {
        hub.sendBy((out, bytes) -> {
            if (bytes.length < 100_000) {
                out.write(bytes);
                return;
            }
            LoopbackHub.slowly(1, Duration.ofMillis(5)).send(out, bytes);
        });
        RetryPolicy impatient = new RetryPolicy(
                2,
                2,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                100_000);

        assertThatThrownBy(() -> new HubSource(
                                HubLocation.parse("hf:" + LoopbackHub.REPOSITORY),
                                RepositoryContent.MODEL,
                                HubTrials.options(hub, cache),
                                impatient)
                        .directory())
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("bytes arrived in");
    }

    @Test
    void saysHowMuchSpaceIsMissing() {
        hub.plant((exchange, asked) -> {
            if (asked.method().equals("HEAD") && asked.path().endsWith(WEIGHTS)) {
                LoopbackHub.refuse(
                        exchange, 302, "X-Linked-Etag", hub.checksum(WEIGHTS), "X-Linked-Size", "900000000000000000");
                return true;
            }
            return false;
        });

        assertRefused("needs 900000.0 TB more", "left; free space there", "HF_HUB_CACHE");
        assertThat(hub.count("GET", WEIGHTS)).isZero();
    }

    @Test
    void saysWhenTheDiskIsFull() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "no /dev/full here");
        Files.createDirectories(incomplete().getParent());
        Files.createSymbolicLink(incomplete(), full);

        assertRefused("The model cache cannot write", "No space left on device", "HF_HUB_CACHE");
        assertThat(hub.count("GET", hub.checksum(WEIGHTS))).isEqualTo(1);
    }

    @Test
    void saysWhenTheCacheCannotBeWritten() throws IOException {
        Path file = Files.writeString(cache.resolve("file"), "");

        assertThatThrownBy(() -> HubTrials.open(hub, file.resolve("cache")))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("The model cache cannot write '" + file)
                .hasMessageContaining("set HF_HOME or HF_HUB_CACHE");
    }

    @Test
    void fetchesWithoutLocksWhereTheyDoNotWork() throws IOException {
        Files.writeString(cache.resolve(".locks"), "no directory");

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
        try (Stream<Path> blobs = Files.list(cache.resolve("models--someone--tiny-model/blobs"))) {
            assertThat(blobs).noneMatch(blob -> blob.toString().endsWith(".incomplete"));
        }
    }

    @Test
    void fetchesABlobAnewThatWasCopiedInPart() throws IOException {
        Path blob = cache.resolve("models--someone--tiny-model/blobs").resolve(hub.checksum(WEIGHTS));
        Files.createDirectories(blob.getParent());
        Files.write(blob, new byte[1_000]);

        assertThat(HubTrials.open(hub, cache).resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
    }

    @Test
    void mendsLinksToNowhere() throws IOException {
        Path directory = HubTrials.open(hub, cache);
        Files.delete(cache.resolve("models--someone--tiny-model/blobs").resolve(hub.checksum(WEIGHTS)));
        assertThat(directory.resolve(WEIGHTS)).isSymbolicLink();
        assertThat(Files.exists(directory.resolve(WEIGHTS))).isFalse();

        HubTrials.open(hub, cache);

        assertThat(directory.resolve(WEIGHTS)).hasBinaryContent(hub.file(WEIGHTS));
    }

    @Test
    void endsWhenItsThreadIsInterrupted() throws InterruptedException {
        hub.sendBy(LoopbackHub.slowly(1_000, Duration.ofMillis(20)));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                HubTrials.open(hub, cache);
            } catch (ModelFilesException e) {
                thrown.set(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost", e));
            }
        });
        thread.start();
        while (hub.bytesSent() < 20_000) {
            Thread.sleep(10);
        }

        thread.interrupt();

        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(ModelFilesException.class).hasMessageContaining("was interrupted");
    }

    @Test
    void endsWhenItsThreadIsInterruptedWhileItWrites() {
        try (PartFile part = PartFile.open(cache.resolve("part"))) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> part.append(ByteBuffer.wrap(new byte[1])))
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("was interrupted");

            assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        }
    }

    @Test
    void letsAListenersErrorThroughAndKeepsWhatArrived() {
        hub.sendBy(LoopbackHub.slowly(100_000, Duration.ofMillis(40)));
        HubOptions options = HubTrials.options(hub, cache).toBuilder()
                .listener(progress -> {
                    if (progress.file().equals(WEIGHTS)) {
                        throw new IllegalStateException("enough");
                    }
                })
                .build();

        assertThatThrownBy(() -> HubTrials.open(options)).hasMessage("enough");
        assertThat(incomplete()).isNotEmptyFile();

        hub.sendBy((out, bytes) -> out.write(bytes));
        assertThat(HubTrials.open(hub, cache)).isDirectory();
    }

    private void sendWrong(String file, AtomicInteger times) {
        hub.plant((exchange, asked) -> {
            boolean wrong = asked.method().equals("GET")
                    && (asked.path().endsWith(hub.checksum(file))
                            || (!LoopbackHub.isLarge(file) && asked.path().endsWith(file)))
                    && times.getAndDecrement() > 0;
            if (wrong) {
                byte[] bytes = hub.file(file).clone();
                bytes[bytes.length / 2] ^= 1;
                hub.send(exchange, bytes, asked.from());
            }
            return wrong;
        });
    }

    private void plantPart(byte[] bytes) throws IOException {
        Files.createDirectories(incomplete().getParent());
        Files.write(incomplete(), bytes);
    }

    private Path incomplete() {
        return cache.resolve("models--someone--tiny-model/blobs/" + hub.checksum(WEIGHTS) + ".glimpse.incomplete");
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> HubTrials.open(hub, cache))
                .isInstanceOf(ModelFilesException.class)
                .message()
                .contains(parts);
    }

    private static void sleep(Duration duration) throws IOException {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
