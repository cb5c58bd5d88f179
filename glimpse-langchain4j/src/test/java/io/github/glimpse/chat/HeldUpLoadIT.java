package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.request.PictureServer;
import io.github.glimpse.testing.RandomModelFolder;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 64 callers, some of whose listeners and readers block, whose pictures come from slow servers, or whose model gives numbers that
 * are none: every good request is answered or refused in its time all the while. {@code -Dglimpse.load.minutes=10} for the long
 * run.
 */
@Thorough
@TestCategory.Soak(minutes = 3, property = "glimpse.load.minutes")
class HeldUpLoadIT {

    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("glimpse.load.minutes", 3));
    private static final int CALLERS = 64;
    // A slow machine goes on until as many are answered.
    private static final Duration AT_MOST = LENGTH.plusSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration IN_TIME = LIMIT.plusSeconds(1);
    // Each keeps its thread and its memory until the end, whatever is done.
    private static final int MOST_DEAF = 40;
    private static final ImageContent PICTURE = TinyModels.image(TinyModels.QWEN, "017/a.png");

    @TempDir
    private static Path folder;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger deaf = new AtomicInteger();
    private final Map<String, Map<String, Integer>> told = new TreeMap<>();
    private final List<String> late = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Duration> longest = new TreeMap<>();

    @Test
    void goodRequestsAreAnsweredOrRefusedInTimeWhateverOthersDo() throws Exception {
        RandomModelFolder.ofShape("qwen2.5-vl-tiny").deviation(1e20).write(folder);
        LoadedModel engine =
                LoadedModel.load(limited(TinyModels.options(TinyModels.QWEN)).build());
        LoadedModel damaged = LoadedModel.load(
                limited(EngineOptions.builder(folder).name("damaged")).build());
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try (PictureServer slow = server(60_000);
                PictureServer quick = server(100)) {
            int live = engine.liveResources();
            int others = damaged.liveResources();
            Callers callers = new Callers(engine, damaged, slow.port(), quick.port());
            long start = System.nanoTime();
            long end = start + LENGTH.toNanos();
            long last = start + AT_MOST.toNanos();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                Random random = new Random(i);
                all.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0
                            || ((answered() <= CALLERS || deaf.get() == 0) && System.nanoTime() - last < 0)) {
                        callers.send(random);
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(AT_MOST.toSeconds() + 60, TimeUnit.SECONDS);
            }
            System.out.println(LENGTH + " with " + deaf + " that heard no interrupt: " + told + ", longest " + longest);

            assertThat(late).as("answered or refused too late").isEmpty();
            // Those that hear no interrupt are still inside.
            assertThat(deaf).hasValueGreaterThan(0);
            // The caller of a blocked one hears of it first, then its place is freed.
            await(() -> engine.activeRequests() == 0);
            assertThat(engine.queuedRequests()).isZero();
            assertThat(engine.liveResources()).isGreaterThan(live);
            assertThat(answered()).isGreaterThan(CALLERS);

            engine.close();
            damaged.close();
            // Nothing was freed under them.
            assertThat(engine.liveResources()).isGreaterThan(live);
            goOn.countDown();
            await(() -> engine.liveResources() == 0);
            await(() -> damaged.liveResources() == 0);
            assertThat(others).isPositive();
        } finally {
            goOn.countDown();
            threads.shutdownNow();
            engine.close();
            damaged.close();
        }
    }

    /** How many good requests have been answered. */
    private int answered() {
        synchronized (told) {
            return told.getOrDefault("good", Map.of()).getOrDefault("answered", 0);
        }
    }

    private static EngineOptions.Builder limited(EngineOptions.Builder options) {
        return options.runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .maxRunning(4)
                .maxQueued(24)
                .timeout(LIMIT);
    }

    private static PictureServer server(int millis) throws Exception {
        byte[] bytes = Base64.getDecoder().decode(PICTURE.image().base64Data());
        return new PictureServer((head, out) -> {
            Thread.sleep(millis);
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(bytes);
        });
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean() && System.nanoTime() - patience < 0) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** Blocks until the end or an interrupt, and some of them until the end whatever comes. */
    private void block(Random random) {
        // The first never hears, so that there is one whatever chance says.
        boolean hears = (deaf.get() > 0 && random.nextInt(4) > 0) || deaf.incrementAndGet() > MOST_DEAF;
        while (goOn.getCount() > 0) {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                if (hears) {
                    return;
                }
            }
        }
    }

    /** Sends requests, and looks how long they take. */
    private final class Callers {

        private final LoadedModel engine;
        private final GlimpseChatModel blocking;
        private final GlimpseStreamingChatModel streaming;
        private final GlimpseChatModel damaged;
        private final ImageContent slow;
        private final ImageContent quick;

        Callers(LoadedModel engine, LoadedModel damaged, int slow, int quick) {
            this.engine = engine;
            // The servers are part of this process: on a busy machine they are late to accept.
            ImageUrlOptions urls = new ImageUrlOptions(
                    ImageUrlOptions.Access.ALLOW_LIST,
                    List.of("127.0.0.1:" + slow, "127.0.0.1:" + quick),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    1_000_000);
            this.slow = ImageContent.from("http://127.0.0.1:" + slow + "/");
            this.quick = ImageContent.from("http://127.0.0.1:" + quick + "/");
            this.blocking =
                    GlimpseChatModel.builder().model(engine).imageUrls(urls).build();
            this.streaming = GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .imageUrls(urls)
                    .build();
            this.damaged = GlimpseChatModel.builder().model(damaged).build();
        }

        void send(Random random) throws Exception {
            switch (random.nextInt(100)) {
                case 0 -> heard("blocked listener", () -> withBlockedListener(random));
                case 1 -> heard("blocked reader", () -> withBlockedReader(random));
                case 2, 3, 4 -> heard("slow URLs", () -> blocking.chat(request(slow, slow, slow, quick)));
                case 5, 6, 7, 8 -> heard("damaged model", () -> damaged.chat(request(PICTURE)));
                case 9, 10 -> heard("good", () -> blocking.chat(request(quick)));
                default -> {
                    ChatRequest request = random.nextBoolean() ? request(PICTURE) : request();
                    heard("good", random.nextBoolean() ? () -> blocking.chat(request) : () -> streamed(request));
                }
            }
        }

        private ChatResponse withBlockedListener(Random random) {
            RequestTrace trace = new RequestTrace() {
                @Override
                public void onStage(Stage stage) {
                    if (stage == Stage.DECODING) {
                        block(random);
                    }
                }
            };
            return GlimpseChatModel.builder()
                    .model(engine)
                    .tracer(() -> trace)
                    .build()
                    .chat(request(PICTURE));
        }

        private ChatResponse withBlockedReader(Random random) throws Exception {
            CompletableFuture<ChatResponse> ended = new CompletableFuture<>();
            streaming.chat(request(PICTURE), new RecordingHandler() {
                @Override
                public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                    block(random);
                }

                @Override
                public void onCompleteResponse(ChatResponse complete) {
                    ended.complete(complete);
                }

                @Override
                public void onError(Throwable failure) {
                    ended.completeExceptionally(failure);
                }
            });
            try {
                return ended.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                // The reader is at fault, and hears when it comes back.
                throw new TimeoutException(e);
            } catch (ExecutionException e) {
                throw (Exception) e.getCause();
            }
        }

        private ChatResponse streamed(ChatRequest request) throws Exception {
            CompletableFuture<ChatResponse> ended = new CompletableFuture<>();
            streaming.chat(request, new RecordingHandler() {
                @Override
                public void onCompleteResponse(ChatResponse complete) {
                    ended.complete(complete);
                }

                @Override
                public void onError(Throwable failure) {
                    ended.completeExceptionally(failure);
                }
            });
            try {
                return ended.get();
            } catch (ExecutionException e) {
                throw (Exception) e.getCause();
            }
        }

        private void heard(String kind, java.util.concurrent.Callable<ChatResponse> work) throws Exception {
            long start = System.nanoTime();
            String outcome;
            try {
                assertThat(work.call().aiMessage()).isNotNull();
                outcome = "answered";
            } catch (RateLimitException e) {
                outcome = "busy";
            } catch (TimeoutException e) {
                outcome = "timed out";
            } catch (LangChain4jException e) {
                assertThat(kind).as(String.valueOf(e)).isEqualTo("damaged model");
                outcome = "failed";
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            synchronized (told) {
                told.computeIfAbsent(kind, ignored -> new TreeMap<>()).merge(outcome, 1, Integer::sum);
                longest.merge(kind, took, (one, other) -> one.compareTo(other) > 0 ? one : other);
            }
            if (took.compareTo(IN_TIME) >= 0) {
                late.add(kind + ", " + outcome + " after " + took);
            }
            if (outcome.equals("busy")) {
                Thread.sleep(15);
            }
        }
    }

    private static ChatRequest request(ImageContent... pictures) {
        List<Content> contents = new ArrayList<>(List.of(pictures));
        contents.add(TextContent.from("What colour is the car?"));
        return ChatRequest.builder()
                .messages(UserMessage.from(contents))
                .parameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(4)
                        .build())
                .build();
    }
}
