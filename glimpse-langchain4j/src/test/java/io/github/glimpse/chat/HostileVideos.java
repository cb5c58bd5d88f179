package io.github.glimpse.chat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.image.FrameArchive;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoDecoder;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.HostileInputs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What {@link VideoHostileInputsIT} runs in a process of its own: a line for each request. */
final class HostileVideos {

    /** What comes of each decoder, in this order. */
    static final List<String> EXPECTED = Stream.concat(
                    Arrays.stream(Fault.values()).map(fault -> fault.name() + " " + fault.outcome),
                    Stream.of(
                            "WAITS TimeoutException",
                            "IGNORES TimeoutException",
                            "GOOD answer",
                            "GOOD RateLimitException"))
            .toList();

    private static final String FILM = "film";
    private static final int HEAD_BYTES = 40_000_000;
    private static final List<String> HEADS = List.of(
            head("[3, 2, 1, 0]", "24", "10"),
            head("[0, 0, 0, 0]", "24", "10"),
            head("[-1, 0, 1, 2]", "24", "10"),
            head("[0, 1, 2, 2147483647]", "24", "2147483647"),
            head("[0, 1, 2, 99999999999]", "24", "10"),
            head("[0, 1, 2, 2.5]", "24", "10"),
            head("[0, 1, 2, \"3\"]", "24", "10"),
            head("[]", "24", "10"),
            head("{}", "24", "10"),
            head("[0, 1, 2, 3]", "NaN", "10"),
            head("[0, 1, 2, 3]", "1e999", "10"),
            head("[0, 1, 2, 3]", "0", "10"),
            head("[0, 1, 2, 3]", "-24", "10"),
            head("[0, 1, 2, 3]", "1e-300", "10"),
            head("[0, 1, 2, 3]", "null", "10"),
            head("[0, 1, 2, 3]", "24", "3"),
            head("[0, 1, 2, 3]", "24", "-1"),
            head("[0, 1, 2, 3]", "24", "1e30"),
            head("[0" + ",1".repeat(70_000) + "]", "24", "100000"),
            head("[".repeat(5_000), "24", "10"),
            "");

    private HostileVideos() {}

    /** What a decoder does that it should not; the file's text behind the fourth byte says which. */
    enum Fault {
        GOOD("answer"),
        THROWS_AT_OPENING("InvalidRequestException"),
        THROWS_IO("InvalidRequestException"),
        THROWS_AT_A_FRAME("InvalidRequestException"),
        OVERFLOWS_THE_STACK("InvalidRequestException"),
        ASSERTS("InvalidRequestException"),
        HAS_NO_LIBRARY("NonRetriableException"),
        HEAP_IS_FULL("InternalServerException"),
        NO_FILE("InvalidRequestException"),
        NO_SIZE("InvalidRequestException"),
        NO_FRAME("InvalidRequestException"),
        NO_FRAMES("InvalidRequestException"),
        LESS_THAN_NO_FRAMES("InvalidRequestException"),
        ENDLESS_FRAMES("answer"),
        NO_RATE("InvalidRequestException"),
        NEGATIVE_RATE("InvalidRequestException"),
        ENDLESS_RATE("InvalidRequestException"),
        LARGE_FRAMES("InvalidRequestException"),
        OTHER_FRAMES("InvalidRequestException"),
        MANY_BYTES("InvalidRequestException"),
        FAILS_TO_CLOSE("answer");

        private final String outcome;

        Fault(String outcome) {
            this.outcome = outcome;
        }
    }

    /** Found by its service file. */
    public static final class FaultyDecoder implements VideoDecoder {

        private static final String WAITS = "WAITS";
        private static final String IGNORES = "IGNORES";

        /** For the service loader. */
        public FaultyDecoder() {}

        @Override
        @SuppressWarnings("NullAway") // returning nothing is one of the faults
        public OpenVideo open(byte[] file) throws IOException {
            String kind = new String(file, StandardCharsets.US_ASCII).substring(FILM.length());
            while (kind.equals(IGNORES)) {
                LockSupport.parkNanos(1_000_000);
                Thread.interrupted();
            }
            if (kind.equals(WAITS)) {
                try {
                    Thread.sleep(1_000_000);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            Fault fault = Fault.valueOf(kind);
            switch (fault) {
                case THROWS_AT_OPENING -> throw new ArrayIndexOutOfBoundsException(-1);
                case THROWS_IO -> throw new IOException("no film");
                case HAS_NO_LIBRARY -> throw new UnsatisfiedLinkError("no avcodec in java.library.path");
                case HEAP_IS_FULL -> throw new OutOfMemoryError("by the decoder");
                default -> {
                    return fault == Fault.NO_FILE ? null : new FaultyVideo(fault);
                }
            }
        }
    }

    private record FaultyVideo(Fault fault) implements VideoDecoder.OpenVideo {

        @Override
        @SuppressWarnings("NullAway") // as above
        public ImageSize size() {
            return switch (fault) {
                case NO_SIZE -> null;
                case LARGE_FRAMES -> new ImageSize(100_000, 100_000);
                case MANY_BYTES -> new ImageSize(300, 300);
                default -> new ImageSize(56, 56);
            };
        }

        @Override
        public int totalFrames() {
            return switch (fault) {
                case NO_FRAMES -> 0;
                case LESS_THAN_NO_FRAMES -> -7;
                case ENDLESS_FRAMES -> Integer.MAX_VALUE;
                default -> 72;
            };
        }

        @Override
        public double framesPerSecond() {
            return switch (fault) {
                case NO_RATE -> Double.NaN;
                case NEGATIVE_RATE -> -24;
                case ENDLESS_RATE -> Double.POSITIVE_INFINITY;
                default -> 24;
            };
        }

        @Override
        @SuppressWarnings({"NullAway", "InfiniteRecursion"}) // as above
        public RasterImage frame(int index) throws IOException {
            ImageSize size = fault == Fault.OTHER_FRAMES ? new ImageSize(57, 56) : size();
            byte[] rgb = new byte[3 * size.width() * size.height()];
            new Random(index).nextBytes(rgb);
            return switch (fault) {
                case THROWS_AT_A_FRAME -> throw new IllegalArgumentException("bad slice");
                case ASSERTS -> throw new AssertionError("slice");
                case OVERFLOWS_THE_STACK -> frame(index);
                case NO_FRAME -> null;
                default -> new RasterImage(size.width(), size.height(), rgb);
            };
        }

        @Override
        public void close() throws IOException {
            if (fault == Fault.FAILS_TO_CLOSE) {
                throw new IOException("closed before");
            }
        }
    }

    /** Arguments: a folder, {@code frames}, a model, a folder of frames and how many; or {@code decoders} and a model. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean frames = arguments[1].equals("frames");
        try (Asked asked = new Asked(Path.of(arguments[2]), frames ? 20 : 3)) {
            if (frames) {
                frames(asked, Path.of(arguments[3]), Integer.parseInt(arguments[4]));
            } else {
                decoders(asked, Path.of(arguments[0]));
            }
        }
    }

    /** A model, and what is left behind by requests to it. */
    private static final class Asked implements AutoCloseable {

        private final LoadedModel model;
        private final GlimpseChatModel chat;
        private final Duration limit;
        private int resources = -1;

        Asked(Path folder, int seconds) {
            limit = Duration.ofSeconds(seconds);
            model = LoadedModel.load(EngineOptions.builder(folder)
                    .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                    .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                    .visionCache(VisionCacheOptions.off())
                    .generation(GenerationOptions.builder().maxOutputTokens(2).build())
                    .timeout(limit)
                    .maxRunning(1)
                    .maxQueued(0)
                    .video(VideoOptions.builder()
                            .maxBytes(frames(seconds) ? 100_000_000 : 1_000_000)
                            .maxFrames(16)
                            .maxPixels(2_000_000)
                            .build())
                    .build());
            chat = GlimpseChatModel.builder().model(model).build();
        }

        private static boolean frames(int seconds) {
            return seconds > 3;
        }

        void ask(String kind, String text, VideoContent video) {
            long start = System.nanoTime();
            String outcome;
            String fault = "none";
            try {
                chat.chat(ChatRequest.builder()
                        .messages(UserMessage.from(video, TextContent.from("What? " + text)))
                        .build());
                outcome = "answer";
            } catch (LangChain4jException e) {
                outcome = e.getClass().getSimpleName();
                fault = e.getMessage() == null || e.getMessage().isBlank() ? "no message" : fault;
            } catch (Throwable e) {
                outcome = "!" + e;
                fault = "not of LangChain4j: " + Arrays.toString(e.getStackTrace());
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            if (model.activeRequests() != 0) {
                fault = "its place is taken";
            }
            // The first answer leaves what stays.
            if (resources >= 0 && model.liveResources() != resources) {
                fault = model.liveResources() + " live resources, before " + resources;
            }
            resources = model.liveResources();
            System.out.println(kind + " " + outcome + " " + millis + " " + limit.toMillis() + " " + fault);
        }

        /** Lets so many requests run into their time at once. */
        void hold(int count, VideoContent video) throws InterruptedException {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Thread caller = new Thread(() -> {
                    try {
                        chat.chat(UserMessage.from(video));
                    } catch (TimeoutException e) { // as it should
                    }
                });
                caller.start();
                callers.add(caller);
            }
            for (Thread caller : callers) {
                caller.join();
            }
        }

        @Override
        public void close() {
            model.close();
        }
    }

    private static VideoContent content(byte[] file, String type) {
        return VideoContent.from(Base64.getEncoder().encodeToString(file), type);
    }

    private static void frames(Asked asked, Path folder, int count) throws IOException {
        List<byte[]> good = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".png"))
                    .sorted()
                    .limit(4)
                    .toList()) {
                good.add(Files.readAllBytes(file));
            }
        }
        while (good.size() < 4) {
            good.add(good.get(0));
        }
        good.replaceAll(frame -> good.get(0));
        String times = head("[0, 6, 12, 18]", "24", "24");
        asked.ask("good", "", archive(times, good));
        for (String head : HEADS) {
            asked.ask("wrong", "", archive(head, good));
        }
        asked.ask("head", "", archive(head("[" + "[],".repeat(HEAD_BYTES / 3) + "0]", "24", "24"), good));
        asked.ask("head", "", archive(head("[" + " ".repeat(HEAD_BYTES) + "0]", "24", "24"), good));
        asked.ask("wrong", "", archive(times, good.subList(0, 2)));
        Random random = new Random(HostileInputs.SEED + 5);
        for (int[] other : new int[][] {{1, 1}, {28, 29}, {1, 700}, {3_000, 1}}) {
            List<byte[]> mixed = new ArrayList<>(good);
            mixed.set(1 + random.nextInt(3), picture(other[0], other[1]));
            asked.ask("mixed", "", archive(times, mixed));
            asked.ask("odd", "", archive(times, java.util.Collections.nCopies(4, picture(other[0], other[1]))));
        }
        for (int i = 0; i < count; i++) {
            List<byte[]> damaged = new ArrayList<>(good);
            int place = random.nextInt(4);
            damaged.set(place, HostileInputs.damaged(damaged.get(place), random));
            String text = HostileInputs.text(random);
            if (i % 3 == 0) {
                byte[] file = bytes(times, good);
                asked.ask("archive", text, content(HostileInputs.damaged(file, random), FrameArchive.MIME_TYPE));
            } else {
                asked.ask("frame", text, archive(times, damaged));
            }
        }
        asked.ask("good", "", archive(times, good));
    }

    private static String head(String indices, String rate, String total) {
        return "{\"indices\": " + indices + ", \"frames_per_second\": " + rate + ", \"total_frames\": " + total + "}";
    }

    private static byte[] picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) 90);
        return new RasterImage(width, height, rgb).toPng();
    }

    private static VideoContent archive(String head, List<byte[]> frames) {
        return content(bytes(head, frames), FrameArchive.MIME_TYPE);
    }

    /** As {@link FrameArchive} writes it, whatever the numbers are. */
    private static byte[] bytes(String head, List<byte[]> frames) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            // Not packed, so that a long one is a long file.
            zip.setLevel(0);
            zip.putNextEntry(new ZipEntry("video.json"));
            zip.write(head.getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < frames.size(); i++) {
                zip.putNextEntry(new ZipEntry(String.valueOf(i)));
                zip.write(frames.get(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static VideoContent film(String kind) {
        return content((FILM + kind).getBytes(StandardCharsets.US_ASCII), "video/mp4");
    }

    private static void decoders(Asked asked, Path folder) throws IOException, InterruptedException {
        Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
        Files.writeString(services.resolve(VideoDecoder.class.getName()), FaultyDecoder.class.getName());
        URL classes = folder.resolve("classes").toUri().toURL();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, HostileVideos.class.getClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            for (Fault fault : Fault.values()) {
                asked.ask(fault.name(), "", film(fault.name()));
            }
            asked.ask("WAITS", "", film(FaultyDecoder.WAITS));
            asked.ask("IGNORES", "", film(FaultyDecoder.IGNORES));
            asked.ask("GOOD", "", film(Fault.GOOD.name()));
            asked.hold(VideoFiles.MOST_AT_ONCE - 1, film(FaultyDecoder.IGNORES));
            asked.ask("GOOD", "", film(Fault.GOOD.name()));
        }
    }
}
