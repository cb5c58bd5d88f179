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
import org.jspecify.annotations.Nullable;

/**
 * Time limit for work on one document: each piece runs on a daemon thread while the caller waits no longer than the
 * limit. Work that exceeds the limit is abandoned: its thread is interrupted, the document's {@code abandon} action
 * runs, and the document is refused from then on. Threads that do not end by that are counted; at {@value
 * #MAX_ABANDONED} of them no document is opened. Safe for concurrent use.
 */
final class DocumentThread {

    static final int MAX_ABANDONED = 8;

    private static final int GRACE_MILLIS = 500;
    private static final AtomicInteger ABANDONED = new AtomicInteger();

    private final String name;
    private final Duration time;
    private final Runnable abandon;
    private @Nullable InvalidDocumentException dead;

    /** A limit for work that ends when its thread is interrupted. */
    DocumentThread(String name, Duration time) {
        this(name, time, () -> {});
    }

    /**
     * A limit for work that an action ends.
     *
     * @param name of the document, for messages
     * @param abandon ends the work, whatever it does
     */
    DocumentThread(String name, Duration time, Runnable abandon) {
        this.name = name;
        this.time = time;
        this.abandon = abandon;
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
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(null, task, "glimpse-document", 0, false);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            dead = tooSlow(what);
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
        }
    }

    private InvalidDocumentException tooSlow(String what) {
        return new InvalidDocumentException(
                Reason.TOO_SLOW,
                capital(what) + " of '" + name + "' took longer than the limit of " + time
                        + "; leave the file out, or raise timePerPage");
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
