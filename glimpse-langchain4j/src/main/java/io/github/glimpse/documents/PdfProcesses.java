package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.files.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Pool of the processes that read PDF files: at most {@value #MAX_PROCESSES} at a time, each leased for one document. A
 * process whose document was closed in order waits for the next one, at most {@value #MAX_IDLE} of them and {@link
 * PdfWorker#IDLE_SECONDS} s; every other one is killed. A place is free again when its process has ended. Safe for
 * concurrent use.
 */
final class PdfProcesses {

    static final int MAX_PROCESSES = 4;

    private static final int MAX_IDLE = 2;
    private static final Duration START_TIME = Duration.ofSeconds(60);
    private static final Duration MAX_WAIT = Duration.ofDays(1);
    private static final Duration PING_TIME = Duration.ofSeconds(5);

    /** Less than {@link PdfWorker#IDLE_SECONDS}: after that the process may be about to end. */
    private static final Duration REUSE_TIME = Duration.ofSeconds(20);

    private static final Semaphore PLACES = new Semaphore(MAX_PROCESSES, true);
    private static final Deque<Idle> IDLE = new ArrayDeque<>();
    private static @Nullable TemporaryFolder classes;

    private PdfProcesses() {}

    /**
     * Leases a process, which is started if none is idle.
     *
     * @param name of the document, for messages
     * @throws InvalidDocumentException if no place becomes free in the time that the documents before it in the queue
     *     may take, or no process can be started
     */
    static Lease acquire(String name, DocumentLimits limits) {
        try {
            Duration wait = waitingTime(limits, PLACES.getQueueLength());
            if (!PLACES.tryAcquire(TimeUnit.NANOSECONDS.convert(wait), TimeUnit.NANOSECONDS)) {
                throw new InvalidDocumentException(
                        Reason.NOT_NOW,
                        "'" + name + "' is not opened, as " + MAX_PROCESSES
                                + " PDF files were open, which is the limit, and none was closed within " + wait
                                + "; close them, or try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidDocumentException(
                    Reason.NOT_NOW, "The calling thread was interrupted before '" + name + "' was opened", e);
        }
        boolean leased = false;
        try {
            PdfProcess idle = answeringIdle(name, limits.maxMemoryBytes());
            Lease lease = new Lease(idle == null ? start(name, limits) : idle, limits.maxMemoryBytes());
            leased = true;
            return lease;
        } finally {
            if (!leased) {
                PLACES.release();
            }
        }
    }

    /**
     * Longest time in which a place must become free, if each document before this one takes all of its time: the
     * places are given in order.
     */
    static Duration waitingTime(DocumentLimits limits, int waitingBefore) {
        int rounds = 1 + waitingBefore / MAX_PROCESSES;
        double seconds = (double) limits.timePerDocument().toSeconds()
                + limits.timePerPage().toSeconds();
        return seconds * rounds > MAX_WAIT.toSeconds()
                ? MAX_WAIT
                : limits.timePerDocument().plus(limits.timePerPage()).multipliedBy(rounds);
    }

    /** An idle process that answers; one that was killed or stopped meanwhile does not. */
    private static @Nullable PdfProcess answeringIdle(String name, long heapBytes) {
        for (PdfProcess idle = idle(heapBytes); idle != null; idle = idle(heapBytes)) {
            PdfProcess asked = idle;
            try {
                new DocumentThread(name, PING_TIME, asked::kill).run("the start", asked::ping);
                return asked;
            } catch (InvalidDocumentException e) {
                asked.kill();
            }
        }
        return null;
    }

    private static @Nullable PdfProcess idle(long heapBytes) {
        synchronized (IDLE) {
            IDLE.removeIf(each -> {
                boolean old = System.nanoTime() - each.since() > REUSE_TIME.toNanos()
                        || !each.process().isAlive();
                if (old) {
                    each.process().kill();
                }
                return old;
            });
            for (Idle each : IDLE) {
                if (each.heapBytes() == heapBytes) {
                    IDLE.remove(each);
                    return each.process();
                }
            }
            return null;
        }
    }

    private static PdfProcess start(String name, DocumentLimits limits) {
        Starting starting = new Starting();
        DocumentThread thread = new DocumentThread(name, START_TIME, starting::abandon);
        try {
            return thread.run("the start", () -> starting.start(limits.maxMemoryBytes()));
        } catch (InvalidDocumentException e) {
            if (e.reason() == Reason.UNKNOWN_FORMAT) {
                throw new InvalidDocumentException(
                        Reason.UNKNOWN_FORMAT, "'" + name + "' is not opened: " + e.getMessage());
            }
            throw notStarted(name, String.valueOf(starting.failure(e)));
        }
    }

    private static InvalidDocumentException notStarted(String name, String reason) {
        return new InvalidDocumentException(
                Reason.NOT_NOW,
                "'" + name + "' is not opened, as no process for PDF files can be started (" + reason
                        + "); permit processes and a temporary folder, or, for files that you trust, read them by"
                        + " PdfIsolation.THREAD");
    }

    /** Folder of the class that processes read, one for all starts: it is deleted when this JVM ends. */
    private static Path classes() throws IOException {
        synchronized (IDLE) {
            if (classes == null || !PdfProcess.hasClasses(classes)) {
                TemporaryFolder folder = TemporaryFolder.create("pdf");
                PdfProcess.writeClasses(folder);
                classes = folder;
            }
            return classes.path();
        }
    }

    /** One start, which may be abandoned before there is a process. */
    private static final class Starting {

        private @Nullable PdfProcess process;
        private @Nullable IOException failure;
        private boolean abandoned;

        PdfProcess start(long heapBytes) throws IOException {
            boolean ready = false;
            try {
                PdfProcess started = PdfProcess.start(heapBytes, classes());
                keep(started);
                started.awaitReady();
                ready = true;
                return started;
            } catch (IOException e) {
                fail(e);
                throw e;
            } finally {
                if (!ready) {
                    abandon();
                }
            }
        }

        private synchronized void keep(PdfProcess started) {
            process = started;
            if (abandoned) {
                started.kill();
            }
        }

        private synchronized void fail(IOException e) {
            failure = e;
        }

        synchronized void abandon() {
            abandoned = true;
            if (process != null) {
                process.kill();
            }
        }

        /** Reason for the message: what the system said, or else the time. */
        synchronized @Nullable String failure(InvalidDocumentException e) {
            return failure == null ? e.getMessage() : failure.getMessage();
        }
    }

    /** A process without a document. */
    private record Idle(PdfProcess process, long heapBytes, long since) {}

    /** Lease of a process for one document. It ends once: by {@link #release()} or by {@link #kill()}. */
    static final class Lease {

        private final PdfProcess process;
        private final long heapBytes;
        private final AtomicBoolean done = new AtomicBoolean();

        private Lease(PdfProcess process, long heapBytes) {
            this.process = process;
            this.heapBytes = heapBytes;
        }

        PdfProcess process() {
            return process;
        }

        /** Gives the process back, for another document. */
        void release() {
            if (!done.compareAndSet(false, true)) {
                return;
            }
            synchronized (IDLE) {
                IDLE.addFirst(new Idle(process, heapBytes, System.nanoTime()));
                if (IDLE.size() > MAX_IDLE) {
                    IDLE.removeLast().process().kill();
                }
            }
            PLACES.release();
        }

        boolean isReturned() {
            return done.get();
        }

        /** Kills the process; without effect once it was given back. */
        void kill() {
            if (done.compareAndSet(false, true)) {
                process.kill();
                process.onExit(PLACES::release);
            }
        }
    }
}
