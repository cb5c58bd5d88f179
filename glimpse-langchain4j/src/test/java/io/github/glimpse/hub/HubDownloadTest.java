package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched, where it lies afterwards, and what is asked the next time. */
class HubDownloadTest {

    private static final String LOCATION = "hf:" + LoopbackHub.REPOSITORY;
    private static final String NEXT = "2".repeat(40);

    private final LoopbackHub hub = LoopbackHub.withModel(300_000);

    @TempDir
    Path cache;

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void fetchesTheNeededFilesIntoTheSharedLayout() throws IOException {
        Path directory = open(LOCATION);

        Path repository = cache.resolve("models--someone--tiny-model");
        assertThat(directory).isEqualTo(repository.resolve("snapshots").resolve(hub.commit()));
        assertThat(names(directory))
                .containsExactlyInAnyOrder(
                        "config.json",
                        "tokenizer.json",
                        "preprocessor_config.json",
                        "chat_template.jinja",
                        "model.safetensors");
        for (String name : names(directory)) {
            Path link = directory.resolve(name);
            assertThat(link).isSymbolicLink().hasBinaryContent(hub.file(name));
            assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("../../blobs", hub.checksum(name)));
        }
        assertThat(repository.resolve("refs/main")).hasContent(hub.commit());
        assertThat(names(repository.resolve("blobs"))).hasSize(5).allMatch(name -> name.matches("[0-9a-f]{40,64}"));
        assertThat(cache.resolve(".locks/models--someone--tiny-model/" + hub.checksum("config.json") + ".lock"))
                .isRegularFile();
    }

    @Test
    void isOpenedByModelSourceUnderTheRepositorysName() {
        try (ModelSource source = ModelSource.open(LOCATION, getClass().getClassLoader(), options())) {
            assertThat(source.name()).isEqualTo(LoopbackHub.REPOSITORY);
            assertThat(ModelFiles.ofDirectory(source.directory()).config().string("model_type"))
                    .isEqualTo("tiny");
        }
        assertThat(cache.resolve("models--someone--tiny-model/refs/main")).exists();
    }

    @Test
    void asksOnlyForTheCommitWhenAllIsThere() throws IOException {
        open(LOCATION);
        List<String> before = tree();
        hub.forgetWhatWasAsked();

        open(LOCATION);

        assertThat(hub.asked()).singleElement().satisfies(asked -> assertThat(asked.path())
                .endsWith("/revision/main"));
        assertThat(tree()).isEqualTo(before);
    }

    @Test
    void asksNothingWhenTheVeryCommitIsThere() {
        String pinned = LOCATION + "@" + hub.commit();
        open(pinned);
        assertThat(cache.resolve("models--someone--tiny-model/refs")).doesNotExist();
        hub.forgetWhatWasAsked();

        assertThat(open(pinned)).isDirectory();

        assertThat(hub.asked()).isEmpty();
    }

    @Test
    void asksForACommitThatOthersHaveCachedWithoutItsTemplate() throws IOException {
        String pinned = LOCATION + "@" + hub.commit();
        Path directory = open(pinned);
        Files.delete(directory.resolve("chat_template.jinja"));

        open(pinned);

        assertThat(directory.resolve("chat_template.jinja")).exists();
    }

    @Test
    void fetchesWhatChangedWhenTheBranchMoves() {
        open(LOCATION);
        hub.forgetWhatWasAsked();
        hub.moveTo(NEXT);
        hub.with("config.json", "{\"model_type\":\"newer\"}");

        Path directory = open(LOCATION);

        assertThat(directory).endsWith(Path.of(NEXT));
        assertThat(directory.resolve("config.json")).hasContent("{\"model_type\":\"newer\"}");
        assertThat(directory.resolve("model.safetensors")).hasBinaryContent(hub.file("model.safetensors"));
        assertThat(hub.asked())
                .filteredOn(asked -> asked.method().equals("GET"))
                .extracting(asked -> asked.path().replaceAll(".*/", ""))
                .containsExactly("main", "config.json");
        assertThat(cache.resolve("models--someone--tiny-model/refs/main")).hasContent(NEXT);
        assertThat(cache.resolve("models--someone--tiny-model/snapshots/" + "1".repeat(40) + "/config.json"))
                .hasContent("{\"model_type\":\"tiny\"}");
    }

    @Test
    void fetchesTheShardsThatTheIndexNames() {
        hub.without("model.safetensors")
                .with("model.safetensors.index.json", """
                        {"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""")
                .with("model-00001-of-00002.safetensors", LoopbackHub.bytes(1_000, 2))
                .with("model-00002-of-00002.safetensors", LoopbackHub.bytes(2_000, 3))
                .with("unused.safetensors", LoopbackHub.bytes(10, 4));

        Path directory = open(LOCATION);

        assertThat(ModelFiles.ofDirectory(directory).weightFiles()).hasSize(2);
        assertThat(directory.resolve("unused.safetensors")).doesNotExist();
    }

    @Test
    void fetchesTwoFilesOfAModule() throws IOException {
        hub.with("new_modules_gp.pt", LoopbackHub.bytes(5_000, 5)).without("model.safetensors");

        try (ModelSource source = ModelSource.openModule(LOCATION, getClass().getClassLoader(), options())) {
            assertThat(names(source.directory())).containsExactlyInAnyOrder("config.json", "new_modules_gp.pt");
            assertThat(ModuleFiles.ofDirectory(source.directory()).weights())
                    .hasBinaryContent(hub.file("new_modules_gp.pt"));
        }
    }

    @Test
    void fetchesRevisionsWithSlashes() {
        Path directory = open(LOCATION + "@refs/pr/3");

        assertThat(directory).isDirectory();
        assertThat(hub.asked().get(0).path()).endsWith("/revision/refs/pr/3");
        assertThat(cache.resolve("models--someone--tiny-model/refs/refs/pr/3")).hasContent(hub.commit());
    }

    @Test
    void fetchesEmptyFiles() {
        hub.with("chat_template.jinja", "");

        assertThat(open(LOCATION).resolve("chat_template.jinja")).isEmptyFile();
    }

    @Test
    void tellsTheListenerHowFarItIs() {
        List<DownloadProgress> told = new ArrayList<>();

        new HubSource(
                        HubLocation.parse(LOCATION),
                        RepositoryContent.MODEL,
                        options().toBuilder().listener(told::add).build(),
                        HubTrials.FAST)
                .directory();

        DownloadProgress last = told.get(told.size() - 1);
        assertThat(last.repository()).isEqualTo(LoopbackHub.REPOSITORY);
        assertThat(last.file()).isEqualTo("model.safetensors");
        assertThat(last.fileBytes()).isEqualTo(300_000).isEqualTo(last.fileSizeBytes());
        assertThat(last.bytes()).isGreaterThan(300_000).isEqualTo(last.totalBytes());
        assertThat(last.ratio()).isEqualTo(1);
        assertThat(told).isSortedAccordingTo((one, other) -> Long.compare(one.bytes(), other.bytes()));
    }

    @Test
    void saysWhatARepositoryLacksBeforeAnythingIsFetched() {
        hub.without("tokenizer.json").without("model.safetensors");

        assertThatThrownBy(() -> open(LOCATION))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("no tokenizer.json")
                .hasMessageContaining("no model.safetensors")
                .hasMessageContaining("PyTorch pickles are not read");
        assertThat(hub.asked()).hasSize(1);
    }

    @Test
    void saysWhenTheIndexNamesWhatIsNotThere() {
        hub.without("model.safetensors")
                .with("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"model-00001-of-00001.safetensors\"}}");

        assertThatThrownBy(() -> open(LOCATION))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("has no 'model-00001-of-00001.safetensors'");
    }

    private Path open(String location) {
        return new HubSource(HubLocation.parse(location), RepositoryContent.MODEL, options(), HubTrials.FAST)
                .directory();
    }

    private HubOptions options() {
        return HubTrials.options(hub, cache);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** All files with their times: what a second start must not touch. */
    private List<String> tree() throws IOException {
        List<String> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(cache)) {
            for (Path file : files.sorted().toList()) {
                all.add(file + " " + Files.getLastModifiedTime(file));
            }
        }
        return all;
    }
}
