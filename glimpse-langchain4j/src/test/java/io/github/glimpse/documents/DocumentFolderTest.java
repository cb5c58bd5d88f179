package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.testing.OwnProcess;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
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

        assertThatThrownBy(() -> folder.content(documents.get(0))).hasMessageContaining("symbolic link");
    }

    @Test
    void theFolderItselfMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("current"), root);
        DocumentFolder folder = new DocumentFolder(link);

        assertThat(folder.documents()).containsExactly("a.pdf");
        assertThat(folder.content("a.pdf").bytes()).isEqualTo(Files.readAllBytes(root.resolve("a.pdf")));
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
        assertThatThrownBy(() -> folder.content("pipe.pdf")).hasMessageContaining("is no file");
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

    @ParameterizedTest
    @ValueSource(strings = {"a\\b.pdf", "sub\\..\\c.pdf", "100 %.pdf", "%41#?;+.pdf", "a\u0308\u20ac\ud83d\ude00.pdf"})
    void aFileIsReadByTheNameThatIsListed(String name) throws IOException {
        assumeTrue(File.separatorChar == '/', "Windows has no such names");
        Files.createDirectories(root.resolve("sub"));
        Files.write(root.resolve("sub").resolve(name), PdfFiles.pages(List.of(List.of("Order Z79"))));
        DocumentFolder folder = new DocumentFolder(root);

        assertThat(folder.documents()).containsExactly("a.pdf", "sub/" + name);
        assertThat(folder.page("sub/" + name, 1).image().width()).isEqualTo(400);
    }

    @Test
    void aFileThatBecomesShorterWhileItIsReadIsToldAndTheNextIsRead() throws IOException {
        DocumentFolder folder = new DocumentFolder(root);
        DocumentContent content = folder.content("a.pdf");
        Files.write(root.resolve("a.pdf"), Arrays.copyOf(Files.readAllBytes(root.resolve("a.pdf")), 600));

        assertThatThrownBy(() -> folder.open(content).close()).hasMessageContaining("became shorter");
        Files.write(root.resolve("a.pdf"), PdfFiles.pages(List.of(List.of("Order Z79"))));
        assertThat(folder.page("a.pdf", 1).image().width()).isEqualTo(400);
    }

    @Test
    void aFileThatChangesBetweenTwoReadsIsTold() throws IOException {
        DocumentFolder folder = new DocumentFolder(root);
        String sha256 = folder.content("a.pdf").sha256();
        Files.write(root.resolve("a.pdf"), PdfFiles.pages(List.of(List.of("Order Z80"))));

        assertThatThrownBy(() -> folder.open(folder.content("a.pdf"), sha256).close())
                .isInstanceOfSatisfying(InvalidDocumentException.class, e -> assertThat(e.reason())
                        .isEqualTo(InvalidDocumentException.Reason.CHANGED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void namesOutsideOfAsciiAreReadInEveryLocale(String locale) throws IOException, InterruptedException {
        assumeTrue(File.separatorChar == '/', "Windows has no locale of file names");

        List<String> lines = OwnProcess.lines(Map.of("LC_ALL", locale, "LANG", locale), LocaleReader.class, 60, temp);

        assertThat(lines)
                .containsExactly(
                        "a\\u0308.pdf: 400 pixels",
                        "\\u00e4 \\u20ac.pdf: 400 pixels",
                        "\\ufffd.pdf: '\\ufffd.pdf' cannot be read (NoSuchFileException); the bytes of its name are not"
                                + " UTF-8; rename it");
    }

    /** Main class that writes files by the bytes of their names and reads them. */
    static final class LocaleReader {

        private LocaleReader() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Files.createDirectories(Path.of(arguments[0], "names"));
            byte[] file = PdfFiles.pages(List.of(List.of("Order Z79")));
            for (String name : List.of("%C3%A4%20%E2%82%AC.pdf", "a%CC%88.pdf", "%FF.pdf")) {
                Files.write(Path.of(URI.create(folder.toUri() + name)), file);
            }
            DocumentFolder documents = new DocumentFolder(folder);
            for (String document : documents.documents()) {
                String result;
                try {
                    result = documents.page(document, 1).image().width() + " pixels";
                } catch (InvalidDocumentException e) {
                    result = e.getMessage();
                }
                System.out.println(ascii(document + ": " + result));
            }
            System.exit(0);
        }

        private static String ascii(String text) {
            return text.codePoints()
                    .mapToObj(each ->
                            each < 0x80 ? Character.toString(each) : String.format(Locale.ROOT, "\\u%04x", each))
                    .collect(Collectors.joining());
        }
    }
}
