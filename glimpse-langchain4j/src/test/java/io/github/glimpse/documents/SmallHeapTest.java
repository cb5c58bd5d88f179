package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application with a heap of 160 MB that indexes large documents while it does other work. */
class SmallHeapTest {

    private static final long HANG_SECONDS = 300;
    private static final int LARGE_BYTES = 99_000_000;

    @TempDir
    private Path temp;

    private List<String> index() throws IOException, InterruptedException {
        Path output = temp.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx160m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Indexer.class.getName(),
                        temp.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(HANG_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    private Path documents() throws IOException {
        return Files.createDirectories(temp.resolve("documents"));
    }

    /** Pages of one shared content with 80,000 words each. */
    @Test
    void aDocumentWithMoreWordsThanTheHeapHoldsIsIndexedInPartAndTheNextDocumentToo() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int line = 0; line < 330; line++) {
            lines.append("BT /F 2 Tf 1 ").append(5 + 4 * line).append(" Td (");
            lines.append("a b c d e f g h i j ".repeat(25)).append(") Tj ET\n");
        }
        RawPdf file = RawPdf.document()
                .object(2, "<</Type/Pages/Count 60/Kids[" + "3 0 R ".repeat(60) + "]>>")
                .object(
                        3,
                        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 3000 3000]/Contents 4 0 R"
                                + "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>")
                .stream(4, "/Filter/FlateDecode", deflate(lines.toString()));
        Files.write(documents().resolve("a.pdf"), file.file());
        Files.write(documents().resolve("b.pdf"), PdfFiles.pages(List.of(List.of("Order Z79"))));

        List<String> result = index();

        assertThat(result).contains("errors of other work: 0", "page b.pdf 1");
        assertThat(result).anyMatch(line -> line.startsWith("page a.pdf"));
        assertThat(result)
                .filteredOn(line -> line.startsWith("error "))
                .singleElement()
                .asString()
                .contains("to 60 of 'a.pdf' are not indexed", "raise -Xmx");
    }

    @Test
    void aLargePdfFileIsNotHeldInTheHeap() throws Exception {
        writeLarge(documents().resolve("large.pdf"));

        assertThat(index()).containsExactly("page large.pdf 1", "errors of other work: 0");
    }

    @Test
    void aLargeFileThatIsReadInTheHeapIsARowWithAnError() throws Exception {
        try (RandomAccessFile image =
                new RandomAccessFile(documents().resolve("a.png").toFile(), "rw")) {
            image.setLength(LARGE_BYTES);
        }
        Files.write(documents().resolve("b.pdf"), PdfFiles.pages(List.of(List.of("Order Z79"))));

        List<String> result = index();

        assertThat(result).contains("page b.pdf 1", "errors of other work: 0");
        assertThat(result)
                .filteredOn(line -> line.startsWith("error "))
                .singleElement()
                .asString()
                .contains("'a.png' has 99000000 bytes", "raise -Xmx");
    }

    /** A good file with a stream of zeros and a table of the places of its objects. */
    private static void writeLarge(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            List<Long> places = new ArrayList<>();
            write(file, "%PDF-1.4\n");
            for (String object : List.of(
                    "<</Type/Catalog/Pages 2 0 R>>",
                    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>")) {
                places.add(file.getFilePointer());
                write(file, places.size() + " 0 obj" + object + "endobj\n");
            }
            places.add(file.getFilePointer());
            write(file, "4 0 obj<</Length " + LARGE_BYTES + ">>stream\n");
            file.seek(file.getFilePointer() + LARGE_BYTES);
            write(file, "\nendstream endobj\n");
            long table = file.getFilePointer();
            write(file, "xref\n0 5\n0000000000 65535 f \n");
            for (long place : places) {
                write(file, String.format(Locale.ROOT, "%010d 00000 n \n", place));
            }
            write(file, "trailer<</Size 5/Root 1 0 R>>\nstartxref\n" + table + "\n%%EOF\n");
        }
    }

    private static void write(RandomAccessFile file, String text) throws IOException {
        file.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] deflate(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Main class of the application: a second thread takes and leaves 10 MB all the time. */
    static final class Indexer {

        private Indexer() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            AtomicInteger errors = new AtomicInteger();
            Thread other = new Thread(() -> work(errors));
            other.setDaemon(true);
            other.start();
            Path folder = Path.of(arguments[0]);
            DocumentIndex index = DocumentIndexer.builder()
                    .build()
                    .index(new DocumentFolder(folder.resolve("documents")), folder.resolve("documents.index"));
            other.interrupt();
            other.join();
            index.pages().forEach(page -> System.out.println("page " + page.document() + " " + page.page()));
            index.errors().forEach(page -> System.out.println("error " + page.error()));
            System.out.println("errors of other work: " + errors);
            System.exit(0);
        }

        private static void work(AtomicInteger errors) {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    byte[][] blocks = new byte[10][];
                    for (int block = 0; block < blocks.length; block++) {
                        blocks[block] = new byte[1 << 20];
                    }
                    Thread.sleep(20);
                } catch (OutOfMemoryError e) {
                    errors.incrementAndGet();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
