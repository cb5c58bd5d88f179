package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.PrintableText;
import io.github.glimpse.documents.OpenPdf.Bitmap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.jspecify.annotations.Nullable;

/**
 * Server of one PDF file after the other inside a process of {@link PdfProcess}. Answers each command by one frame.
 * Ends after {@value #IDLE_SECONDS} s without a file. What PDFBox logs is dropped here, since its lines have text of
 * documents in them; operators that fail are counted ({@link FailedOperators}).
 */
final class PdfWorker {

    static final int IDLE_SECONDS = 30;

    /** Heap above which a process is not used for another file, so that an idle one is small. */
    private static final long MAX_IDLE_HEAP_BYTES = 256_000_000;

    private static final String READERS = "META-INF/services/javax.imageio.spi.ImageReaderSpi";

    /** Loads what most pages need, before the time of a document begins. */
    private static final String WARM_UP = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
            + "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
            + "/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
            + "4 0 obj<</Length 33>>stream\nBT /F 9 Tf (A) Tj ET 0 0 9 9 re f\nendstream endobj\n"
            + "trailer<</Root 1 0 R>>\n%%EOF";

    private final BlockingQueue<Map.Entry<Integer, byte[]>> commands;
    private final DataOutputStream out;
    private @Nullable OpenPdf document;
    private DocumentLimits limits = DocumentLimits.defaults();
    private String name = "";
    private boolean reusable = true;

    private PdfWorker(BlockingQueue<Map.Entry<Integer, byte[]>> commands, DataOutputStream out) {
        this.commands = commands;
        this.out = out;
    }

    /** Called by {@link PdfChild}, by reflection: this class has another loader. */
    static void serve(
            BlockingQueue<Map.Entry<Integer, byte[]>> commands,
            DataOutputStream out,
            Function<String, byte @Nullable []> resources)
            throws IOException, InterruptedException {
        LogManager.getLogManager().reset();
        Logger.getLogger("").setLevel(Level.OFF);
        PdfWorker worker = new PdfWorker(commands, out);
        worker.warmUp(resources);
        worker.serve();
    }

    private void warmUp(Function<String, byte @Nullable []> resources) throws IOException {
        try {
            register(resources.apply(READERS));
            byte[] file = WARM_UP.getBytes(StandardCharsets.US_ASCII);
            try (OpenPdf pdf = OpenPdf.parse(file, "", DocumentLimits.defaults())) {
                pdf.count();
                pdf.render(1, 72);
                pdf.words(1);
            }
            value(frame -> {});
        } catch (IOException | RuntimeException | LinkageError e) {
            error(DocumentFailure.of("the test page", "PDFBox", e));
        }
    }

    /** Registers the readers of images that the application has: JBIG2 and JPEG 2000 are none of the JDK's. */
    private static void register(byte @Nullable [] services) {
        if (services == null) {
            return;
        }
        new String(services, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(type -> !type.isEmpty())
                .forEach(PdfWorker::registerReader);
    }

    private static void registerReader(String type) {
        try {
            ImageReaderSpi reader = Class.forName(type, true, PdfWorker.class.getClassLoader())
                    .asSubclass(ImageReaderSpi.class)
                    .getDeclaredConstructor()
                    .newInstance();
            IIORegistry.getDefaultInstance().registerServiceProvider(reader, ImageReaderSpi.class);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // as ImageIO does: a reader that cannot be loaded is no reader
        }
    }

    private void serve() throws IOException, InterruptedException {
        while (true) {
            Map.Entry<Integer, byte[]> command =
                    document == null ? commands.poll(IDLE_SECONDS, TimeUnit.SECONDS) : commands.take();
            if (command == null) {
                return;
            }
            try {
                answer(command.getKey(), command.getValue());
            } catch (IOException | RuntimeException e) {
                error(DocumentFailure.of(work(command), name, e));
            } catch (Error e) {
                reusable = false;
                error(DocumentFailure.of(work(command), name, e));
            }
        }
    }

    private static String work(Map.Entry<Integer, byte[]> command) {
        return switch (command.getKey()) {
            case PdfFrames.GEOMETRY, PdfFrames.RENDER -> "page " + number(command.getValue());
            case PdfFrames.WORDS -> "the text of page " + number(command.getValue());
            default -> "the file";
        };
    }

    private static int number(byte[] content) {
        return ByteBuffer.wrap(content).getInt();
    }

    private void answer(int type, byte[] content) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
        switch (type) {
            case PdfFrames.LIMITS -> {
                name = PdfFrames.readText(in);
                limits = PdfFrames.readLimits(in);
            }
            case PdfFrames.PING -> value(frame -> {});
            case PdfFrames.OPEN -> open(content);
            case PdfFrames.GEOMETRY -> {
                PageGeometry page = open().geometry(in.readInt());
                value(frame -> PdfFrames.writeGeometry(frame, page));
            }
            case PdfFrames.RENDER -> render(open().render(in.readInt(), in.readDouble()));
            case PdfFrames.WORDS -> {
                List<PageWord> words = open().words(in.readInt());
                value(frame -> write(frame, words));
            }
            case PdfFrames.CLOSE -> close();
            default -> throw new IllegalStateException("No command " + type);
        }
    }

    private void open(byte[] file) throws IOException {
        OpenPdf opened = OpenPdf.parse(file, name, limits);
        document = opened;
        int count = opened.count();
        value(frame -> frame.writeInt(count));
    }

    private OpenPdf open() {
        if (document == null) {
            throw new IllegalStateException("No file is open");
        }
        return document;
    }

    private void close() throws IOException {
        if (document != null) {
            document.close();
            document = null;
        }
        boolean goesOn = reusable && Runtime.getRuntime().totalMemory() <= MAX_IDLE_HEAP_BYTES;
        value(frame -> frame.writeBoolean(goesOn));
    }

    private static void write(DataOutputStream frame, List<PageWord> words) throws IOException {
        frame.writeInt(words.size());
        for (PageWord word : words) {
            PdfFrames.writeWord(frame, word);
        }
    }

    /** Writes rows as they are copied: a page of 50 megapixels has 150 MB of them. */
    private void render(Bitmap page) throws IOException {
        int width = page.image().getWidth();
        int height = page.image().getHeight();
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream frame = new DataOutputStream(header);
        frame.writeInt(failedOperators());
        PdfFrames.writeGeometry(frame, page.mapping().page());
        frame.writeDouble(page.mapping().pixelsPerPoint());
        frame.writeInt(width);
        frame.writeInt(height);
        out.writeByte(PdfFrames.VALUE);
        out.writeInt(Math.addExact(header.size(), Math.multiplyExact(3 * width, height)));
        header.writeTo(out);
        byte[] row = new byte[3 * width];
        for (int y = 0; y < height; y++) {
            page.copyRow(y, row, 0);
            out.write(row);
        }
        out.flush();
    }

    private int failedOperators() {
        return document == null ? 0 : document.failedOperators();
    }

    private void value(PdfFrames.Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream frame = new DataOutputStream(bytes);
        frame.writeInt(failedOperators());
        content.write(frame);
        send(PdfFrames.VALUE, bytes);
    }

    private void error(InvalidDocumentException error) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream frame = new DataOutputStream(bytes);
        PdfFrames.writeText(frame, error.reason().name());
        PdfFrames.writeText(frame, PrintableText.of(String.valueOf(error.getMessage())));
        send(PdfFrames.ERROR, bytes);
    }

    private void send(int type, ByteArrayOutputStream content) throws IOException {
        out.writeByte(type);
        out.writeInt(content.size());
        content.writeTo(out);
        out.flush();
    }
}
