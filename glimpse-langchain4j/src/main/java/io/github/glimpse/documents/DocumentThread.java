package io.github.glimpse.documents;

import io.github.glimpse.InvalidDocumentException;
import io.github.glimpse.InvalidDocumentException.Reason;
import io.github.glimpse.image.ImageDecoder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Works on one document while the caller waits no longer than it may. Files come from strangers: what a parser dies of is told as an error
 * of that file, and one that does not end is left behind, on a thread that keeps no process alive. Of those there are a few at most.
 */
final class DocumentThread {

    static final int MOST_LEFT_BEHIND = 8;

    private static final int GRACE_MILLIS = 500;
    private static final AtomicInteger LEFT_BEHIND = new AtomicInteger();

    private final String name;
    private final Duration time;
    private @Nullable InvalidDocumentException dead;

    DocumentThread(String name, Duration time) {
        this.name = name;
        this.time = time;
    }

    /** Ends work from within, between two of its steps. */
    static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Overdue();
        }
    }

    /**
     * Does a piece of work.
     *
     * @param what for messages, such as {@code page 3}
     * @throws InvalidDocumentException if it fails, takes too long, or did so before
     */
    synchronized <T> T run(String what, Callable<T> work) {
        if (dead != null) {
            throw dead;
        }
        if (LEFT_BEHIND.get() >= MOST_LEFT_BEHIND) {
            throw new InvalidDocumentException(
                    Reason.NOT_NOW,
                    LEFT_BEHIND.get() + " documents have not ended in their time and still compute, so '" + name
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
            throw failure(what, e.getCause());
        }
    }

    private InvalidDocumentException tooSlow(String what) {
        return new InvalidDocumentException(
                Reason.TOO_SLOW,
                capital(what) + " of '" + name + "' took longer than the limit of " + time
                        + "; leave the file out, or raise timePerPage");
    }

    private static void leave(Thread thread) {
        thread.interrupt();
        try {
            thread.join(GRACE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LEFT_BEHIND.incrementAndGet();
            Thread watcher = new Thread(null, () -> count(thread), "glimpse-document-watcher", 0, false);
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    private static void count(Thread thread) {
        try {
            thread.join();
            LEFT_BEHIND.decrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private InvalidDocumentException failure(String what, @Nullable Throwable cause) {
        if (cause instanceof InvalidDocumentException known) {
            return known;
        }
        if (ImageDecoder.isOutOfMemory(cause)) {
            return new InvalidDocumentException(
                    Reason.NOT_NOW,
                    capital(what) + " of '" + name + "' needs more memory than there is; leave it out, or raise -Xmx",
                    cause);
        }
        if (cause instanceof LinkageError) {
            return new InvalidDocumentException(
                    Reason.UNKNOWN_FORMAT,
                    capital(what) + " of '" + name + "' needs a library that is missing (" + cause
                            + "); add it to the class path",
                    cause);
        }
        return new InvalidDocumentException(
                Reason.BROKEN,
                capital(what) + " of '" + name + "' cannot be read: it is damaged, or no PDF file ("
                        + (cause instanceof IOException ? cause.getMessage() : cause) + "); send another file",
                cause);
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** Says that nobody waits any more. */
    private static final class Overdue extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Overdue() {
            super("Nobody waits for the page any more", null, false, false);
        }
    }
}
