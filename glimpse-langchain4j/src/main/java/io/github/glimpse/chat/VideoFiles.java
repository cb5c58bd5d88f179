package io.github.glimpse.chat;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoDecoder;
import io.github.glimpse.image.VideoDecoder.OpenVideo;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.serve.Arrival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames of video files, by a {@link VideoDecoder} that somebody added. Decoders are somebody else's code, often native, and files come
 * from strangers: the work runs on threads of its own while the caller waits, so that the request ends in its time whatever a decoder
 * does, and every way in which one fails is told as such. Safe for concurrent use.
 */
final class VideoFiles {

    static final int MOST_AT_ONCE = 8;

    private static final Logger LOG = LoggerFactory.getLogger(VideoFiles.class);
    private static final int IDLE_SECONDS = 10;
    private static final int CHECK_MILLIS = 50;

    private final VideoOptions limits;
    private final Supplier<List<VideoDecoder>> decoders;
    private final Executor threads =
            new ThreadPoolExecutor(0, MOST_AT_ONCE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                Thread thread = new Thread(null, work, "glimpse-video", 0, false);
                thread.setDaemon(true);
                return thread;
            });

    /** Reads by these decoders, of which the first that can is taken. */
    VideoFiles(VideoOptions limits, Supplier<List<VideoDecoder>> decoders) {
        this.limits = limits;
        this.decoders = decoders;
    }

    /**
     * All decoders on the class path, in its order.
     *
     * @throws NonRetriableException if one cannot be made
     */
    static List<VideoDecoder> added() {
        Map<Class<?>, VideoDecoder> found = new LinkedHashMap<>();
        try {
            add(VideoDecoder.class.getClassLoader(), found);
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context != null) {
                add(context, found);
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new NonRetriableException(
                    "A decoder of video files cannot be made (" + e.getMessage()
                            + "); mend the class that META-INF/services/io.github.glimpse.image.VideoDecoder names, or"
                            + " take it away",
                    e);
        }
        return List.copyOf(found.values());
    }

    private static void add(@Nullable ClassLoader loader, Map<Class<?>, VideoDecoder> found) {
        ServiceLoader.load(VideoDecoder.class, loader).stream()
                .filter(each -> !found.containsKey(each.type()))
                .forEach(each -> found.put(each.type(), each.get()));
    }

    /**
     * Decodes those frames of a file that are looked at.
     *
     * @param name of the video, for messages
     * @param sampling which frames
     * @throws UnsupportedFeatureException if there is no decoder
     * @throws InvalidRequestException if no decoder can read the file
     * @throws NonRetriableException if one cannot work at all, or the calling thread was interrupted
     * @throws RateLimitException if too many files are being decoded
     * @throws GlimpseException if it is above the limits, or the request has to end
     */
    ChatTurn.Video read(byte[] file, String name, FrameSampling sampling, Arrival arrival) {
        List<VideoDecoder> found = decoders.get();
        if (found.isEmpty()) {
            throw new UnsupportedFeatureException("The " + name
                    + " is a file, and there is no decoder of video files on the class path; add one as"
                    + " docs/guide/video.md says, or send frames by GlimpseVideo");
        }
        AtomicBoolean over = new AtomicBoolean();
        Runnable check = () -> {
            arrival.check();
            if (over.get()) {
                throw new GenerationCancelledException("Nobody waits for the " + name + " any more");
            }
        };
        FutureTask<ChatTurn.Video> work = new FutureTask<>(() -> read(file, name, found, sampling, check));
        try {
            return arrival.decode(() -> await(work, name, arrival));
        } finally {
            over.set(true);
            work.cancel(true);
        }
    }

    private ChatTurn.Video await(FutureTask<ChatTurn.Video> work, String name, Arrival arrival) {
        try {
            threads.execute(work);
            while (true) {
                arrival.check();
                try {
                    return work.get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) { // not yet
                }
            }
        } catch (RejectedExecutionException e) {
            throw new RateLimitException(
                    "All " + MOST_AT_ONCE + " threads for decoding video files are taken; try again later, or send"
                            + " frames by GlimpseVideo. If that stays so, a decoder does not return",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NonRetriableException("The calling thread was interrupted; the " + name + " is not decoded", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof OutOfMemoryError full) {
                throw full;
            }
            throw new IllegalStateException("Decoding the " + name + " failed", e);
        }
    }

    private ChatTurn.Video read(
            byte[] file, String name, List<VideoDecoder> found, FrameSampling sampling, Runnable check) {
        Throwable failure = null;
        for (VideoDecoder decoder : found) {
            try {
                return read(file, decoder, sampling, check);
            } catch (GlimpseException | OutOfMemoryError e) {
                throw e;
            } catch (LinkageError e) {
                throw new NonRetriableException(
                        "The decoder of video files " + decoder.getClass().getName() + " cannot work here (" + e
                                + "); add what it needs to the class path, or take it away",
                        e);
            } catch (Exception | Error e) {
                // What a decoder throws at a damaged file is its own affair.
                failure = e;
            }
        }
        throw new InvalidRequestException(
                "The " + name + " cannot be read: it is damaged, or of a format that the decoder on the class path does"
                        + " not know (" + failure + "); send another file, or frames by GlimpseVideo",
                failure);
    }

    private ChatTurn.Video read(byte[] file, VideoDecoder decoder, FrameSampling sampling, Runnable check)
            throws IOException {
        OpenVideo video = given(decoder.open(file), decoder, "open file");
        try {
            return decoded(video, decoder, sampling, check);
        } finally {
            close(video, decoder);
        }
    }

    /** Frames that are there stay there. */
    private static void close(OpenVideo video, VideoDecoder decoder) {
        try {
            video.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "The decoder of video files {} failed to close a file",
                    decoder.getClass().getName(),
                    e);
        }
    }

    private ChatTurn.Video decoded(OpenVideo video, VideoDecoder decoder, FrameSampling sampling, Runnable check)
            throws IOException {
        VideoTimes times = sampling.of(video.totalFrames(), video.framesPerSecond());
        ImageSize size = given(video.size(), decoder, "size");
        limits.checkPixels(times.count(), size);
        List<byte[]> frames = new ArrayList<>();
        long bytes = 0;
        for (int index : times.indices()) {
            check.run();
            RasterImage frame = given(video.frame(index), decoder, "frame " + index + " of " + times.totalFrames());
            if (!frame.size().equals(size)) {
                throw new IOException("frame " + index + " has " + frame.width() + " x " + frame.height()
                        + " pixels, the file was said to have " + size.width() + " x " + size.height());
            }
            byte[] png = frame.toPng();
            bytes += png.length;
            if (bytes > limits.maxBytes()) {
                throw new ImageTooLargeException("The frames of the video that are looked at have over "
                        + limits.maxBytes() + " bytes as PNG; send a smaller video, take fewer frames of a second"
                        + " (glimpse.video.frames-per-second), or raise glimpse.video.max-size");
            }
            frames.add(png);
        }
        return new ChatTurn.Video(frames, times);
    }

    private static <T> T given(@Nullable T value, VideoDecoder decoder, String what) throws IOException {
        if (value == null) {
            throw new IOException(decoder.getClass().getName() + " gave no " + what);
        }
        return value;
    }
}
