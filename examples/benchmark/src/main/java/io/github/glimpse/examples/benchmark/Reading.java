package io.github.glimpse.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Pace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What nobody can beat: reading the bytes and doing nothing with them. */
final class Reading {

    private static final int CHUNK = 8 << 20;
    static final long GIB = 1L << 30;

    private static final int PASSES = 5;

    private Reading() {}

    /** Seconds to read all weight files of a folder, one after the other, into one buffer. */
    static double fileSeconds(Path model) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(model)) {
            files = all.filter(file -> file.toString().endsWith(".safetensors")).toList();
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        long start = System.nanoTime();
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                while (channel.read(buffer) >= 0) {
                    buffer.clear();
                }
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Bytes per second of adding up one GiB of float32 with the native library's threads: the middle of some passes. */
    static double memoryRate() {
        try (Memory memory = new Memory()) {
            return Sorted.of(Stream.generate(memory::rate).limit(PASSES).toList())
                    .middle();
        }
    }

    /** Takes how many seconds a token took, and at how many bytes per second memory was read right after it. */
    @FunctionalInterface
    interface TokenTaker {

        void take(double seconds, double rate);
    }

    /** Answers with a read of one GiB after each token, since the speed of memory changes with what else the machine does. */
    static void afterEachToken(LoadedModel model, GenerationRequest request, TokenTaker taker) {
        try (Memory memory = new Memory()) {
            long[] began = {0};
            Pace.answerFreely(model, request, () -> {
                double seconds = (System.nanoTime() - began[0]) / 1e9;
                double rate = memory.rate();
                if (began[0] > 0) {
                    taker.take(seconds, rate);
                }
                began[0] = System.nanoTime();
            });
        }
    }

    /** One GiB of float32 that can be read again and again. */
    private static final class Memory implements AutoCloseable {

        private final NDManager manager = NDManager.newBaseManager();
        private final NDArray values = manager.ones(new Shape(GIB / Float.BYTES));

        /** Bytes per second of adding it up once with the native library's threads. */
        double rate() {
            long start = System.nanoTime();
            values.sum().close();
            return GIB / ((System.nanoTime() - start) / 1e9);
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
