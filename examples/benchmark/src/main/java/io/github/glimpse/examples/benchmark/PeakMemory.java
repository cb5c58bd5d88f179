package io.github.glimpse.examples.benchmark;

import java.io.IOException;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/**
 * The highest anonymous memory of this process while something goes on, read every few milliseconds by a thread of its own: what is
 * taken and given back in between is seen, where a look at the end would not see it.
 */
final class PeakMemory implements AutoCloseable {

    private static final long PAUSE_MILLIS = 5;

    private final DoubleSupplier bytes;
    private final Thread reader;
    private volatile boolean ended;
    private double highest = Double.NaN;
    private int readings;

    /** Starts to read. */
    PeakMemory() {
        this(PeakMemory::anonymous);
    }

    /** Starts to read something else. */
    PeakMemory(DoubleSupplier bytes) {
        this.bytes = bytes;
        this.reader = new Thread(this::read, "peak-memory");
        reader.setDaemon(true);
        reader.start();
    }

    private static double anonymous() {
        try {
            return Resident.anonymousBytes();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private void read() {
        try {
            while (!ended) {
                look();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private synchronized void look() {
        double now = bytes.getAsDouble();
        if (!Double.isNaN(now)) {
            readings++;
            highest = readings == 1 ? now : Math.max(highest, now);
        }
    }

    /** Bytes at the highest so far, this moment included; empty where the system does not tell. */
    synchronized OptionalDouble highest() {
        look();
        return readings == 0 ? OptionalDouble.empty() : OptionalDouble.of(highest);
    }

    /** How often it was read. */
    synchronized int readings() {
        return readings;
    }

    @Override
    public void close() {
        ended = true;
        reader.interrupt();
    }
}
