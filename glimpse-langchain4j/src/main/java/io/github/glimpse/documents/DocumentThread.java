package io.github.glimpse.documents;

import static io.github.glimpse.documents.DocumentFailure.capital;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time limits for work on one document: each piece runs on a daemon thread while the caller waits no longer than the
 * limit of a piece, nor than what is left of the limit of all pieces. Work that exceeds the limit is abandoned: its thread is interrupted, the document's {@code abandon} action
 * runs, and the document is refused from then on. Threads that do not end by that are counted; at {@value
 * #MAX_ABANDONED} of them no document is opened. Safe for concurrent use.
 */
final class DocumentThread {

    static final int MAX_ABANDONED = 8;

    private static final int GRACE_MILLIS = 500;
    private static final AtomicInteger ABANDONED = new AtomicInteger();

    private final String name;
    private final Duration timePerPiece;
    private final Duration timeInAll;
    private final Runnable abandon;
    private final LongSupplier nanoTime;
    private long workedNanos;
    private @Nullable InvalidDocumentException dead;

    /**
     * Limits of a document.
     *
     * @param name of the document, for messages
     * @param abandon ends the work, if an interrupt of its thread does not
     */
    DocumentThread(String name, DocumentLimits limits, Runnable abandon) {
        this(name, limits.timePerPage(), limits.timePerDocument(), abandon, System::nanoTime);
    }

    /** A limit for one piece of work that an action ends. */
    DocumentThread(String name, Duration time, Runnable abandon) {
        this(name, time, time, abandon, System::nanoTime);
    }

    /** Limits by a clock. */
    DocumentThread(String name, Duration timePerPiece, Duration timeInAll, Runnable abandon, LongSupplier nanoTime) {
        this.name = name;
        this.timePerPiece = timePerPiece;
        this.timeInAll = timeInAll;
        this.abandon = abandon;
        this.nanoTime = nanoTime;
    }

    /** Ends abandoned work from within, between two of its steps. */
    static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new AbandonedException();
        }
    }

    /**
     * Runs a piece of work.
     *
     * @param what for messages, such as {@code page 3}
     * @throws InvalidDocumentException if it fails or takes too long, or if earlier work on the document took too long
     */
    synchronized <T> T run(String what, Callable<T> work) {
        if (dead != null) {
            throw dead;
        }
        if (ABANDONED.get() >= MAX_ABANDONED) {
            throw new InvalidDocumentException(
                    Reason.NOT_NOW,
                    ABANDONED.get() + " documents have not ended in their time and still compute, so '" + name
                            + "' is not opened; wait for them or start the process anew");
        }
        long left = TimeUnit.NANOSECONDS.convert(timeInAll) - workedNanos;
        if (left <= 0) {
            dead = tooSlowInAll(what);
            abandon.run();
            throw dead;
        }
        long time = Math.min(left, TimeUnit.NANOSECONDS.convert(timePerPiece));
        long start = nanoTime.getAsLong();
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(null, task, "glimpse-document", 0, false);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(time, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            dead = time == left && timeInAll.compareTo(timePerPiece) > 0 ? tooSlowInAll(what) : tooSlow(what);
            leave(thread);
            throw dead;
        } catch (InterruptedException e) {
            dead = new InvalidDocumentException(
                    Reason.NOT_NOW, "The calling thread was interrupted at " + what + " of '" + name + "'", e);
            leave(thread);
            Thread.currentThread().interrupt();
            throw dead;
        } catch (ExecutionException e) {
            throw DocumentFailure.of(what, name, e.getCause());
        } finally {
            workedNanos += nanoTime.getAsLong() - start;
        }
    }

    private InvalidDocumentException tooSlow(String what) {
        return new InvalidDocumentException(
                Reason.TOO_SLOW,
                capital(what) + " of '" + name + "' took longer than the limit of " + timePerPiece
                        + "; leave the file out, or raise timePerPage");
    }

    private InvalidDocumentException tooSlowInAll(String what) {
        return new InvalidDocumentException(
                Reason.TOO_SLOW,
                capital(what) + " of '" + name + "' is not read, as work on the document took longer than the limit of "
                        + timeInAll + " in all; split the file, or raise timePerDocument");
    }

    private void leave(Thread thread) {
        abandon.run();
        thread.interrupt();
        try {
            thread.join(GRACE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            ABANDONED.incrementAndGet();
            Thread watcher = new Thread(null, () -> count(thread), "glimpse-document-watcher", 0, false);
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    private static void count(Thread thread) {
        try {
            thread.join();
            ABANDONED.decrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Signal that the caller of a piece of work has gone. */
    private static final class AbandonedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AbandonedException() {
            super("The time limit of the page has passed", null, false, false);
        }
    }
}
