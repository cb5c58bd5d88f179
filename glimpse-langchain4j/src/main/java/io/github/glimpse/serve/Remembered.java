package io.github.glimpse.serve;

import io.github.glimpse.engine.TensorScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Values in native memory that are remembered while there is room and time: the longest unused goes first when room is short, and everything goes
 * after its time. Values are lent: a {@link Loan} keeps one alive, also when it is forgotten meanwhile.
 *
 * <p>Safe for concurrent use. Whoever does several things at once holds its monitor.
 *
 * @param <V> whose tensors belong to the scope that comes with it
 */
public final class Remembered<V> {

    private final long maxBytes;
    private final Duration timeToLive;
    private final LongSupplier nanos;
    private final MemoryBudget memory;
    private final Consumer<Entry<V>> forgotten;
    // From the longest unused to the last used.
    private final Set<Entry<V>> entries = new LinkedHashSet<>();
    private long bytes;

    /**
     * Nothing is remembered yet.
     *
     * @param maxBytes native memory for all values; 0 remembers nothing
     * @param timeToLive from the last use
     * @param nanos the clock
     * @param memory in which they lie, where they give way to requests that run
     * @param forgotten is told of each value that is not found any more, under the monitor; must not call this
     */
    public Remembered(
            long maxBytes, Duration timeToLive, LongSupplier nanos, MemoryBudget memory, Consumer<Entry<V>> forgotten) {
        this.maxBytes = maxBytes;
        this.timeToLive = timeToLive;
        this.nanos = nanos;
        this.memory = memory;
        this.forgotten = forgotten;
        memory.reclaimBy(this::reclaim);
    }

    /** A value, from when it is taken over until it is forgotten and nobody uses it. */
    public static final class Entry<V> {

        private final V value;
        private final TensorScope scope;
        private final long size;
        private final boolean hasRoom;
        private int users;
        private boolean listed;
        private long lastUse;

        private Entry(V value, TensorScope scope, long size, boolean hasRoom) {
            this.value = value;
            this.scope = scope;
            this.size = size;
            this.hasRoom = hasRoom;
        }

        /** What is remembered. Not to be changed. */
        public V value() {
            return value;
        }
    }

    /** A value on loan. Closing gives it back. Of one thread. */
    public static final class Loan<V> implements AutoCloseable {

        private final Remembered<V> owner;
        private final Entry<V> entry;
        private boolean returned;

        private Loan(Remembered<V> owner, Entry<V> entry) {
            this.owner = owner;
            this.entry = entry;
        }

        /** Valid until this loan is closed. Not to be changed. */
        public V value() {
            return entry.value;
        }

        @Override
        public void close() {
            if (!returned) {
                returned = true;
                owner.giveBack(entry);
            }
        }
    }

    /**
     * Takes room for a value, for which others may be forgotten: none for a value that is too large, or where the budget has no room for what this
     * would grow by.
     *
     * @return false if there is none
     */
    public synchronized boolean takeRoom(long size) {
        dropExpired();
        if (size > maxBytes || !memory.mayRemember(Math.min(size, maxBytes - bytes))) {
            return false;
        }
        Iterator<Entry<V>> oldest = entries.iterator();
        while (bytes + size > maxBytes && oldest.hasNext()) {
            Entry<V> last = oldest.next();
            oldest.remove();
            dropped(last);
        }
        if (bytes + size > maxBytes || !memory.remember(size)) {
            return false;
        }
        bytes += size;
        return true;
    }

    /** Room that was taken, and for which no value came. */
    public synchronized void giveRoomBack(long size) {
        bytes -= size;
        memory.forget(size);
    }

    /**
     * Takes a value over, for which room was taken.
     *
     * @param scope owns its tensors, and is closed when it is forgotten and nobody uses it
     */
    public synchronized Entry<V> add(V value, TensorScope scope, long size) {
        Entry<V> entry = new Entry<>(value, scope, size, true);
        entry.listed = true;
        entry.lastUse = nanos.getAsLong();
        entries.add(entry);
        return entry;
    }

    /** Lends what is still remembered, which is the last used then. */
    public synchronized Loan<V> lend(Entry<V> entry) {
        entries.remove(entry);
        entries.add(entry);
        entry.lastUse = nanos.getAsLong();
        return used(entry);
    }

    /** Takes a value over that is not remembered, and lends it once. */
    public synchronized Loan<V> lendOnce(V value, TensorScope scope) {
        return used(new Entry<>(value, scope, 0, false));
    }

    private Loan<V> used(Entry<V> entry) {
        entry.users++;
        return new Loan<>(this, entry);
    }

    private synchronized void giveBack(Entry<V> entry) {
        entry.users--;
        freeIfUnused(entry);
    }

    /** All values, from the longest unused to the last used. */
    public synchronized List<Entry<V>> entries() {
        dropExpired();
        return new ArrayList<>(entries);
    }

    /** Finds a value no more. */
    public synchronized void forget(Entry<V> entry) {
        if (entries.remove(entry)) {
            dropped(entry);
        }
    }

    /** Finds none any more. What is lent lives until it is given back. */
    public synchronized void forgetAll() {
        List<Entry<V>> all = List.copyOf(entries);
        entries.clear();
        all.forEach(this::dropped);
    }

    /** Finds no more what has had its time. */
    public synchronized void dropExpired() {
        long now = nanos.getAsLong();
        entries.removeIf(entry -> {
            boolean expired = now - entry.lastUse > timeToLive.toNanos();
            if (expired) {
                dropped(entry);
            }
            return expired;
        });
    }

    /** Frees what nobody uses, the longest unused first. */
    private synchronized long reclaim(long wanted) {
        long freed = 0;
        Iterator<Entry<V>> oldest = entries.iterator();
        while (freed < wanted && oldest.hasNext()) {
            Entry<V> entry = oldest.next();
            if (entry.users == 0) {
                oldest.remove();
                dropped(entry);
                freed += entry.size;
            }
        }
        return freed;
    }

    private void dropped(Entry<V> entry) {
        entry.listed = false;
        bytes -= entry.size;
        forgotten.accept(entry);
        freeIfUnused(entry);
    }

    private void freeIfUnused(Entry<V> entry) {
        if (entry.users == 0 && !entry.listed) {
            entry.scope.close();
            if (entry.hasRoom) {
                memory.forget(entry.size);
            }
        }
    }

    /** Values that would be found now. */
    public synchronized int size() {
        dropExpired();
        return entries.size();
    }

    /** Native memory that they hold, and that was taken for others. */
    public synchronized long bytes() {
        dropExpired();
        return bytes;
    }

    /** Scopes and tensors of what is remembered. */
    public synchronized int liveResources() {
        return entries.stream().mapToInt(entry -> entry.scope.liveResources()).sum();
    }
}
