package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache without the hub: as another program left it, and when nobody answers. */
class HubOfflineTest {

    private static final String COMMIT = "abcdef0123456789abcdef0123456789abcdef01";

    private final LoopbackHub hub = LoopbackHub.withModel(10_000);

    @TempDir
    Path cache;

    @AfterEach
    void stop() {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "v1.0", "refs/pr/7", COMMIT})
    void usesACacheThatThePythonPackageMade(String revision) throws IOException {
        writePythonCache(revision);

        Path directory = open("@" + revision, offline());

        assertThat(directory).endsWith(Path.of("snapshots", COMMIT));
        assertThat(ModelFiles.ofDirectory(directory).weightFiles()).hasSize(1);
        assertThat(hub.asked()).isEmpty();
    }

    @Test
    void fetchesOnlyWhatAPythonCacheLacks() throws IOException {
        writePythonCache("main");
        hub.moveTo(COMMIT);
        hub.with("generation_config.json", "{\"eos_token_id\":1}");

        Path directory = open("", online());

        assertThat(directory).endsWith(Path.of("snapshots", COMMIT));
        assertThat(hub.asked())
                .filteredOn(asked -> asked.method().equals("GET"))
                .extracting(asked -> asked.path().replaceAll(".*/", ""))
                .containsExactly("main", "generation_config.json");
        assertThat(directory.resolve("config.json")).hasContent("{\"from\":\"python\"}");
    }

    @Test
    void saysWhatIsMissingOffline() throws IOException {
        writePythonCache("main");
        Files.delete(cache.resolve("models--someone--tiny-model/snapshots")
                .resolve(COMMIT)
                .resolve("tokenizer.json"));

        assertThatThrownBy(() -> open("", offline()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'someone/tiny-model@main' is not complete in the cache")
                .hasMessageContaining("HF_HUB_OFFLINE")
                .hasMessageContaining("Missing: tokenizer.json");
    }

    @Test
    void saysThatNothingIsThereOffline() {
        assertThatThrownBy(() -> open("", offline()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("is not complete in the cache '" + cache + "'");
        assertThat(hub.asked()).isEmpty();
        assertThat(cache).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "main", "../../../../etc", "ABCDEF0123456789abcdef0123456789abcdef01"})
    void doesNotFollowRefsThatHoldNoCommit(String ref) throws IOException {
        writePythonCache("main");
        Files.writeString(cache.resolve("models--someone--tiny-model/refs/main"), ref);

        assertThatThrownBy(() -> open("", offline())).isInstanceOf(ModelFilesException.class);
    }

    @Test
    void doesNotTakeAHalfSnapshotForAWholeOne() throws IOException {
        writePythonCache("main");
        Path blobs = cache.resolve("models--someone--tiny-model/blobs");
        Files.delete(blobs.resolve(LoopbackHub.sha256(hub.file("model.safetensors"))));

        assertThatThrownBy(() -> open("", offline()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("link to a file that does not exist");
    }

    @Test
    void usesTheCacheWhenNobodyAnswers() throws IOException {
        writePythonCache("main");
        HubOptions nobody =
                online().toBuilder().endpoint(URI.create("http://127.0.0.1:1")).build();

        assertThat(open("", nobody)).endsWith(Path.of("snapshots", COMMIT));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 429, 500, 503})
    void usesTheCacheWhenTheHubRefuses(int status) throws IOException {
        writePythonCache("main");
        hub.plant((exchange, asked) -> {
            LoopbackHub.refuse(exchange, status);
            return true;
        });

        assertThat(open("", online())).endsWith(Path.of("snapshots", COMMIT));
        assertThat(hub.asked()).hasSize(1);
    }

    @Test
    void keepsTheOldCommitWhenTheNewOneCannotBeFetched() throws IOException {
        Path old = open("", online());
        hub.moveTo("2".repeat(40));
        hub.with("model.safetensors", LoopbackHub.bytes(10_000, 9));
        hub.plant((exchange, asked) -> {
            if (asked.isOfStore()) {
                LoopbackHub.refuse(exchange, 500);
            }
            return asked.isOfStore();
        });

        assertThat(open("", online())).isEqualTo(old);
        assertThat(open("", offline())).isEqualTo(old);

        hub.plant((exchange, asked) -> false);
        assertThat(open("", online())).endsWith(Path.of("2".repeat(40)));
        assertThat(open("", offline())).endsWith(Path.of("2".repeat(40)));
    }

    @Test
    void readsACompleteCacheThatCannotBeWritten() throws IOException {
        open("", online());
        Path repository = cache.resolve("models--someone--tiny-model");
        try {
            setWritable(repository, false);
            assertThat(open("", online())).isDirectory();
        } finally {
            setWritable(repository, true);
        }
    }

    private void setWritable(Path directory, boolean writable) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(Files::isDirectory).forEach(each -> each.toFile().setWritable(writable));
        }
    }

    /** In the layout of huggingface_hub, with a file that Glimpse does not need and a branch that it does not know. */
    private void writePythonCache(String revision) throws IOException {
        Path repository = cache.resolve("models--someone--tiny-model");
        Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
        Path blobs = Files.createDirectories(repository.resolve("blobs"));
        Map<String, byte[]> files = Map.of(
                "config.json", "{\"from\":\"python\"}".getBytes(StandardCharsets.UTF_8),
                "tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8),
                "preprocessor_config.json", "{ }".getBytes(StandardCharsets.UTF_8),
                "chat_template.jinja", "x".getBytes(StandardCharsets.UTF_8),
                "README.md", "# Model".getBytes(StandardCharsets.UTF_8),
                "model.safetensors", hub.file("model.safetensors"));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            String blob = LoopbackHub.isLarge(file.getKey())
                    ? LoopbackHub.sha256(file.getValue())
                    : LoopbackHub.gitSha1(file.getValue());
            Files.write(blobs.resolve(blob), file.getValue());
            Files.createSymbolicLink(snapshot.resolve(file.getKey()), Path.of("../../blobs", blob));
        }
        if (!revision.equals(COMMIT)) {
            Path ref = repository.resolve("refs").resolve(revision);
            Files.createDirectories(ref.getParent());
            Files.writeString(ref, COMMIT);
        }
    }

    private static Path open(String revision, HubOptions options) {
        return new HubSource(
                        HubLocation.parse("hf:" + LoopbackHub.REPOSITORY + revision),
                        RepositoryContent.MODEL,
                        options,
                        HubTrials.FAST)
                .directory();
    }

    private HubOptions online() {
        return HubTrials.options(hub, cache);
    }

    private HubOptions offline() {
        return online().toBuilder().offline(true).build();
    }
}
