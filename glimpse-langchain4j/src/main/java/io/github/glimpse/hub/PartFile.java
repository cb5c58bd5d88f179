package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows at its end. All its failures are {@link ModelFilesException}s that name it: unlike those of the network,
 * they do not pass by trying again.
 */
final class PartFile implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;
    private long size;

    private PartFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /** Opens a file to go on at its end; makes it if it is not there. */
    static PartFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            long size = channel.size();
            channel.position(size);
            return new PartFile(path, channel, size);
        } catch (IOException e) {
            throw HubCache.problem(path, e);
        }
    }

    /** Bytes so far. */
    long size() {
        return size;
    }

    void append(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                size += channel.write(bytes);
            }
        } catch (IOException e) {
            throw HubCache.problem(path, e);
        }
    }

    /** Drops all bytes. */
    void clear() {
        try {
            channel.truncate(0);
            channel.position(0);
            size = 0;
        } catch (IOException e) {
            throw HubCache.problem(path, e);
        }
    }

    /** Brings the bytes to the disk, so that not even a power cut can leave a blob with holes. */
    void flush() {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw HubCache.problem(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw HubCache.problem(path, e);
        }
    }
}
