package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.InvalidDocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentFolderTest {

    @TempDir
    private Path temp;

    private Path root;
    private Path outside;

    @BeforeEach
    void writeDocuments() throws IOException {
        root = Files.createDirectories(temp.resolve("documents"));
        outside = Files.createDirectories(temp.resolve("outside"));
        Files.write(root.resolve("a.pdf"), PdfFiles.pages(List.of(List.of("Order Z79"))));
        Files.write(outside.resolve("secret.pdf"), PdfFiles.pages(List.of(List.of("Secret"))));
    }

    /**
     * Links to a file, by a chain, to a folder, to the folder itself and its parent, into the folder, to nothing, to
     * itself.
     */
    private void link() throws IOException {
        Files.createSymbolicLink(root.resolve("file.pdf"), outside.resolve("secret.pdf"));
        Files.createSymbolicLink(root.resolve("chain.pdf"), root.resolve("file.pdf"));
        Files.createSymbolicLink(root.resolve("relative.pdf"), Path.of("../outside/secret.pdf"));
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createSymbolicLink(root.resolve("loop"), root);
        Files.createSymbolicLink(root.resolve("parent"), temp);
        Files.createSymbolicLink(root.resolve("inside.pdf"), root.resolve("a.pdf"));
        Files.createSymbolicLink(root.resolve("dangling.pdf"), outside.resolve("none.pdf"));
        Files.createSymbolicLink(root.resolve("self.pdf"), root.resolve("self.pdf"));
    }

    @Test
    void symbolicLinksAreNotListed() throws IOException {
        link();

        assertThat(new DocumentFolder(root).documents()).containsExactly("a.pdf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file.pdf",
                "chain.pdf",
                "relative.pdf",
                "folder/secret.pdf",
                "loop/a.pdf",
                "loop/loop/a.pdf",
                "parent/outside/secret.pdf",
                "inside.pdf",
                "dangling.pdf",
                "self.pdf",
                "loop",
                "folder",
                ".",
                ""
            })
    void nothingIsReadByWayOfASymbolicLink(String document) throws IOException {
        link();
        DocumentFolder folder = new DocumentFolder(root);

        assertThatThrownBy(() -> folder.page(document, 1))
                .isInstanceOf(InvalidDocumentException.class)
                .hasMessageContaining("is no file, or a symbolic link leads to it");
    }

    @Test
    void aFileThatBecameALinkSinceItWasListedIsNotRead() throws IOException {
        DocumentFolder folder = new DocumentFolder(root);
        List<String> documents = folder.documents();
        Files.delete(root.resolve("a.pdf"));
        Files.createSymbolicLink(root.resolve("a.pdf"), outside.resolve("secret.pdf"));

        assertThatThrownBy(() -> folder.bytes(documents.get(0))).hasMessageContaining("symbolic link");
    }

    @Test
    void theFolderItselfMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("current"), root);
        DocumentFolder folder = new DocumentFolder(link);

        assertThat(folder.documents()).containsExactly("a.pdf");
        assertThat(folder.bytes("a.pdf")).isEqualTo(Files.readAllBytes(root.resolve("a.pdf")));
    }

    /** The timeout ends a read that waits for a writer. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeIsNotOpened() throws IOException, InterruptedException {
        Path pipe = root.resolve("pipe.pdf");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "no mkfifo");
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();
        DocumentFolder folder = new DocumentFolder(root);

        assertThat(folder.documents()).containsExactly("a.pdf");
        assertThatThrownBy(() -> folder.bytes("pipe.pdf")).hasMessageContaining("is no file");
    }

    @Test
    void namesOfFilesForgeNoLineInMessagesAndPrompts() throws IOException {
        String name = "a\n2026-11-30 ERROR \u001b[31mforged\u2028\u202e.pdf";
        Files.writeString(root.resolve(name), "%PDF-1.7 and no more");
        DocumentFolder folder = new DocumentFolder(root);
        Path file = temp.resolve("documents.index");

        DocumentIndex index = DocumentIndexer.builder().build().index(folder, file);

        assertThat(folder.documents()).contains(name);
        assertThat(index.errors()).singleElement().satisfies(row -> {
            assertThat(row.error()).contains("forged").doesNotContainPattern("[\\p{Cntrl}\u2028\u202e]");
            assertThat(row.label()).contains("forged").doesNotContainPattern("[\\p{Cntrl}\u2028\u202e]");
        });
        assertThatThrownBy(() -> folder.page("a\u0000b.pdf", 1))
                .isInstanceOf(InvalidDocumentException.class)
                .hasMessageContaining("a\\u{0}b.pdf");
    }
}
