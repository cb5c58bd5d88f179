package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.documents.PdfProcesses.Lease;
import io.github.glimpse.image.RasterImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a PDF file that a process reads ({@link PdfIsolation#PROCESS}). The process is killed when a piece of
 * work exceeds its time, when its answer cannot be read, and when a document that was not closed is garbage collected.
 * Safe for concurrent use.
 */
final class ProcessPdf implements DocumentPages {

    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final DocumentLimits limits;
    private final Lease lease;
    private final DocumentThread thread;
    private final Cleaner.Cleanable killing;
    private volatile int count;
    private volatile int failedOperators;
    private volatile boolean closed;
    private volatile @Nullable InvalidDocumentException failure;

    private ProcessPdf(String name, DocumentLimits limits, Lease lease) {
        this.name = name;
        this.limits = limits;
        this.lease = lease;
        thread = new DocumentThread(name, limits, lease::kill);
        killing = CLEANER.register(this, lease::kill);
    }

    /**
     * Opens a file.
     *
     * @throws InvalidDocumentException if it is damaged, encrypted or over a limit, or no process can be had
     */
    static ProcessPdf open(DocumentContent file, DocumentLimits limits) {
        String name = file.name();
        ProcessPdf pdf = new ProcessPdf(name, limits, PdfProcesses.acquire(name, limits));
        boolean open = false;
        try {
            pdf.open(file);
            open = true;
            return pdf;
        } finally {
            if (!open) {
                pdf.close();
            }
        }
    }

    private void open(DocumentContent file) {
        count = run("the file", process -> {
            process.tell(PdfFrames.LIMITS, content(frame -> {
                PdfFrames.writeText(frame, name);
                PdfFrames.writeLimits(frame, limits);
            }));
            send(process, file);
            return answer(process.answer()).readInt();
        });
    }

    /** Sends the file; a process that has only a part of it is killed. */
    private void send(PdfProcess process, DocumentContent file) throws IOException {
        try {
            process.send(file);
        } catch (InvalidDocumentException e) {
            lease.kill();
            throw e;
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public PageGeometry geometry(int page) {
        return run(
                "page " + page,
                process -> PdfFrames.readGeometry(
                        answer(process.ask(PdfFrames.GEOMETRY, content(frame -> frame.writeInt(page))))));
    }

    @Override
    public RenderedPage render(int page, double dotsPerInch) {
        return run("page " + page, process -> {
            DataInputStream in = answer(process.ask(PdfFrames.RENDER, content(frame -> {
                frame.writeInt(page);
                frame.writeDouble(dotsPerInch);
            })));
            PageMapping mapping = new PageMapping(PdfFrames.readGeometry(in), in.readDouble());
            int width = in.readInt();
            int height = in.readInt();
            byte[] rgb = PdfFrames.readBytes(in, Math.multiplyExact(Math.multiplyExact(3, width), height));
            return new RenderedPage(new RasterImage(width, height, rgb), mapping);
        });
    }

    @Override
    public List<PageWord> words(int page) {
        return run("the text of page " + page, process -> {
            DataInputStream in = answer(process.ask(PdfFrames.WORDS, content(frame -> frame.writeInt(page))));
            int size = in.readInt();
            List<PageWord> words = new ArrayList<>();
            for (int word = 0; word < size; word++) {
                words.add(PdfFrames.readWord(in));
            }
            return List.copyOf(words);
        });
    }

    private DataInputStream answer(DataInputStream in) throws IOException {
        failedOperators = in.readInt();
        return in;
    }

    private static byte[] content(PdfFrames.Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private <T> T run(String work, Request<T> request) {
        return thread.run(work, () -> {
            if (closed) {
                throw new InvalidDocumentException(Reason.NOT_NOW, "'" + name + "' is closed; open it again");
            }
            InvalidDocumentException earlier = failure;
            if (earlier != null) {
                throw earlier;
            }
            boolean answered = false;
            try {
                T value = request.send(lease.process());
                answered = true;
                return value;
            } catch (InvalidDocumentException e) {
                answered = true;
                throw e;
            } catch (IOException e) {
                throw failed(lease.process().ended(work, name, limits));
            } catch (Error e) {
                throw failed(DocumentFailure.of(work, name, e));
            } finally {
                if (!answered) {
                    lease.kill();
                }
            }
        });
    }

    /** Keeps the reason why the process is killed: pages that are read afterwards fail for the same reason. */
    private InvalidDocumentException failed(InvalidDocumentException reason) {
        failure = reason;
        return reason;
    }

    /** Gives the process back where it can read another file, else kills it. */
    @Override
    public void close() {
        PdfPages.logFailedOperators(name, failedOperators);
        failedOperators = 0;
        try {
            boolean reusable = !lease.isReturned()
                    && run("the file", process -> {
                        closed = true;
                        return answer(process.ask(PdfFrames.CLOSE, new byte[0])).readBoolean();
                    });
            if (reusable) {
                lease.release();
            }
        } catch (InvalidDocumentException e) {
            // the process is killed, which closes the file too
        } finally {
            killing.clean();
        }
    }

    /** A command and the reading of its answer. */
    @FunctionalInterface
    private interface Request<T> {
        T send(PdfProcess process) throws IOException;
    }
}
