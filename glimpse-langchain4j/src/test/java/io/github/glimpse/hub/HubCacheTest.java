package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HubCacheTest {

    private static final HubLocation LOCATION = HubLocation.parse("hf:a/b");
    private static final String COMMIT = "1".repeat(40);
    private static final String CHECKSUM = "c".repeat(64);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(BlobLinker.class)
    void givesABlobItsNameInEachWayTwice(BlobLinker linker) throws IOException {
        HubCache cache = new HubCache(directory, LOCATION, List.of(linker));
        for (int round = 0; round < 2; round++) {
            write(cache.blob(CHECKSUM), "content");

            cache.link(CHECKSUM, COMMIT, "config.json");

            assertThat(cache.holds(COMMIT, "config.json")).isTrue();
            assertThat(cache.snapshot(COMMIT).resolve("config.json")).hasContent("content");
        }
        assertThat(Files.isSymbolicLink(cache.snapshot(COMMIT).resolve("config.json")))
                .isEqualTo(linker == BlobLinker.SYMBOLIC);
        assertThat(Files.exists(cache.blob(CHECKSUM))).isEqualTo(linker != BlobLinker.MOVE);
        assertThat(names(directory.resolve("models--a--b/blobs"))).noneMatch(name -> name.endsWith(".incomplete"));
    }

    @Test
    void replacesALinkToNowhereByAHardOne() throws IOException {
        HubCache cache = new HubCache(directory, LOCATION, List.of(BlobLinker.HARD));
        write(cache.blob(CHECKSUM), "content");
        Path link = cache.snapshot(COMMIT).resolve("config.json");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("nowhere"));

        cache.link(CHECKSUM, COMMIT, "config.json");

        assertThat(link).isRegularFile().hasContent("content");
    }

    @Test
    void saysWhenNoLinkIsPossible() {
        HubCache cache = new HubCache(directory, LOCATION, List.of());

        assertThatThrownBy(() -> cache.link(CHECKSUM, COMMIT, "config.json"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("no kind of link is possible");
    }

    @Test
    void movesTheCacheWithItsLinks() throws IOException {
        Path first = directory.resolve("first");
        HubCache cache = new HubCache(first, LOCATION);
        write(cache.blob(CHECKSUM), "content");
        cache.link(CHECKSUM, COMMIT, "config.json");

        Files.move(first, directory.resolve("second"));

        assertThat(new HubCache(directory.resolve("second"), LOCATION)
                        .snapshot(COMMIT)
                        .resolve("config.json"))
                .hasContent("content");
    }

    @Test
    void notesWhatRevisionsStandFor() throws IOException {
        HubCache cache = new HubCache(directory, LOCATION);
        assertThat(cache.commit("main")).isEmpty();
        assertThat(cache.commit(COMMIT)).contains(COMMIT);

        cache.noteCommit("main", COMMIT);
        cache.noteCommit("refs/pr/1", COMMIT);
        cache.noteCommit("main", "2".repeat(40));
        cache.noteCommit(COMMIT, COMMIT);

        assertThat(cache.commit("main")).contains("2".repeat(40));
        assertThat(cache.commit("refs/pr/1")).contains(COMMIT);
        // Whatever lies there counts as a ref for other programs.
        assertThat(names(directory.resolve("models--a--b/refs"))).containsExactlyInAnyOrder("main", "refs");
    }

    @Test
    void doesNotFailWhereNotesCannotBeWritten() throws IOException {
        write(directory.resolve("models--a--b"), "no directory");
        HubCache cache = new HubCache(directory, LOCATION);

        cache.noteCommit("main", COMMIT);
        cache.noteAbsence(COMMIT, "chat_template.jinja");

        assertThat(cache.commit("main")).isEmpty();
        assertThat(cache.lacks(COMMIT, "chat_template.jinja")).isFalse();
    }

    @Test
    void notesWhatACommitDoesNotHave() {
        HubCache cache = new HubCache(directory, LOCATION);
        assertThat(cache.lacks(COMMIT, "chat_template.jinja")).isFalse();

        cache.noteAbsence(COMMIT, "chat_template.jinja");

        assertThat(cache.lacks(COMMIT, "chat_template.jinja")).isTrue();
        assertThat(directory.resolve("models--a--b/.no_exist/" + COMMIT + "/chat_template.jinja"))
                .isEmptyFile();
    }

    @Test
    void computesBothKindsOfChecksums() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "hello\n");

        // As "git hash-object" and "sha256sum" print them.
        assertThat(Checksum.of(file, "0".repeat(40))).isEqualTo("ce013625030ba8dba906f756967f9e9ca394464a");
        assertThat(Checksum.of(file, "0".repeat(64)))
                .isEqualTo("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
