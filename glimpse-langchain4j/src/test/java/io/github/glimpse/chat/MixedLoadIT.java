package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.FaultyStrategy;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Many callers of one engine, good, bad and impatient ones: each hears exactly one outcome, the engine counts the same, and
 * nothing is left behind. {@code -Dglimpse.load.minutes=30 -Dglimpse.load.callers=64} for the long run.
 */
class MixedLoadIT {

    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("glimpse.load.minutes", 3));
    private static final int CALLERS = Integer.getInteger("glimpse.load.callers", 16);
    private static final int ENDLESS = 100_000;
    private static final Set<RequestOutcome> OUTCOMES = EnumSet.of(
            RequestOutcome.ANSWERED,
            RequestOutcome.INVALID,
            RequestOutcome.UNSUPPORTED,
            RequestOutcome.QUEUE_FULL,
            RequestOutcome.TIMED_OUT,
            RequestOutcome.CANCELLED,
            RequestOutcome.FAILED);
    private static final ImageContent PICTURE = TinyModels.image(TinyModels.QWEN, "017/a.png");

    private final Tally counted = new Tally();
    private final Tally heard = new Tally();
    private final AtomicInteger surplus = new AtomicInteger();

    @Test
    void sixtyFourCallersOnAQueueOfEightGetAnAnswerOrTheRefusal() throws Exception {
        try (LoadedModel engine = LoadedModel.load(options()
                .maxRunning(1)
                .maxQueued(8)
                .timeout(Duration.ofMinutes(5))
                .strategies(List.of(new FaultyStrategy(evidence -> waitForARefusal())))
                .pruning(PruningOptions.builder().strategy(FaultyStrategy.NAME).build())
                .build())) {
            Callers callers = new Callers(engine);
            int live = engine.liveResources();
            callers.run(64, caller -> callers.good(new Random(caller)));

            callers.assertNothingIsLost(live);
            assertThat(heard.all().keySet()).containsOnly(RequestOutcome.ANSWERED, RequestOutcome.QUEUE_FULL);
            assertThat(heard.of(RequestOutcome.ANSWERED)).isGreaterThanOrEqualTo(9);
            assertThat(heard.sum()).isEqualTo(64);
        }
    }

    /** Who has a slot and a picture keeps it until the queue has been full, however fast the machine and late the callers. */
    private void waitForARefusal() {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (heard.of(RequestOutcome.QUEUE_FULL) == 0 && System.nanoTime() - patience < 0) {
            Thread.onSpinWait();
        }
    }

    @Thorough
    @TestCategory.Soak(minutes = 3, property = "glimpse.load.minutes")
    @Test
    void aMixedLoadLosesNothing() throws Exception {
        try (LoadedModel engine = LoadedModel.load(options().build())) {
            Callers callers = new Callers(engine);
            int live = engine.liveResources();
            long end = System.nanoTime() + LENGTH.toNanos();
            long patience = end + TimeUnit.MINUTES.toNanos(1);
            callers.run(CALLERS, caller -> {
                Random random = new Random(caller);
                // On a busy machine it takes longer until each outcome was there once.
                while (System.nanoTime() - end < 0
                        || (heard.all().size() < OUTCOMES.size() && System.nanoTime() - patience < 0)) {
                    callers.anything(random);
                }
            });

            callers.assertNothingIsLost(live);
            assertThat(heard.all()).containsOnlyKeys(OUTCOMES);
            System.out.println("mixed load of " + LENGTH + ": " + heard.all());
        }
    }

    @Test
    void closingInTheMiddleEndsEveryRequest() throws Exception {
        // Long enough for answers on a busy machine: the first of them is what closing waits for.
        LoadedModel engine =
                LoadedModel.load(options().timeout(Duration.ofSeconds(30)).build());
        Callers callers = new Callers(engine);
        AtomicBoolean closed = new AtomicBoolean();
        Thread closing = new Thread(() -> {
            while (heard.of(RequestOutcome.ANSWERED) == 0) {
                Thread.onSpinWait();
            }
            engine.close();
            closed.set(true);
        });
        closing.start();
        callers.run(CALLERS, caller -> {
            Random random = new Random(caller);
            while (!closed.get()) {
                callers.anything(random);
            }
            callers.good(random);
        });
        closing.join();

        callers.assertNothingIsLost(0);
        assertThat(heard.of(RequestOutcome.CLOSED)).isGreaterThanOrEqualTo(CALLERS);
        assertThat(heard.of(RequestOutcome.ANSWERED)).isPositive();
    }

    private static EngineOptions.Builder options() {
        return TinyModels.options(TinyModels.QWEN)
                .maxRunning(2)
                .maxQueued(8)
                .maxInputTokens(2_000)
                .timeout(Duration.ofMillis(500))
                .strategies(List.of(new FaultyStrategy(FaultyStrategy::fillNativeMemory)));
    }

    /** What one of many does, by number. */
    @FunctionalInterface
    private interface Caller {

        void run(int number) throws Exception;
    }

    /** Sends requests and writes down what came of each. */
    private final class Callers {

        private final LoadedModel engine;
        private final GlimpseChatModel blocking;
        private final GlimpseStreamingChatModel streaming;

        Callers(LoadedModel engine) {
            this.engine = engine;
            List<dev.langchain4j.model.chat.listener.ChatModelListener> listeners =
                    List.of((RequestOutcomeListener) counted::add);
            blocking = GlimpseChatModel.builder()
                    .model(engine)
                    .listeners(listeners)
                    .build();
            streaming = GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .listeners(listeners)
                    .build();
        }

        void run(int count, Caller caller) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(count);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    int number = i;
                    all.add(threads.submit(() -> {
                        caller.run(number);
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get(LENGTH.toSeconds() + 120, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
        }

        void anything(Random random) throws InterruptedException {
            switch (random.nextInt(20)) {
                case 0 -> send(random, parameters(1), damaged());
                case 1 -> send(random, parameters(1), UserMessage.from("word ".repeat(3_000)));
                case 2 -> send(random, parameters(1), pictures(9));
                case 3 -> send(random, random.nextBoolean() ? tool() : refused(), UserMessage.from("Hello"));
                case 4 -> cancelled(1 + random.nextInt(5));
                case 5 -> send(random, parameters(ENDLESS), UserMessage.from("Tell me everything"));
                case 6 ->
                    send(
                            random,
                            GlimpseChatRequestParameters.builder()
                                    .pruningStrategy(FaultyStrategy.NAME)
                                    .build(),
                            pictures(1));
                default -> good(random);
            }
        }

        void good(Random random) throws InterruptedException {
            send(random, parameters(1 + random.nextInt(12)), pictures(random.nextInt(3)));
        }

        private void send(Random random, GlimpseChatRequestParameters parameters, UserMessage message)
                throws InterruptedException {
            ChatRequest request = ChatRequest.builder()
                    .messages(message)
                    .parameters(parameters)
                    .build();
            RequestOutcome outcome = random.nextBoolean() ? blocking(request) : streamed(request);
            heard.add(outcome);
            if (outcome == RequestOutcome.QUEUE_FULL) {
                Thread.sleep(15);
            }
        }

        private RequestOutcome blocking(ChatRequest request) {
            try {
                AiMessage answer = blocking.chat(request).aiMessage();
                assertThat(answer.text() != null || answer.hasToolExecutionRequests())
                        .as("something is answered")
                        .isTrue();
                return RequestOutcome.ANSWERED;
            } catch (RuntimeException e) {
                return told(e);
            }
        }

        private RequestOutcome streamed(ChatRequest request) throws InterruptedException {
            Ending ending = new Ending(Integer.MAX_VALUE);
            try {
                streaming.chat(request, ending);
            } catch (RuntimeException e) {
                assertThat(ending.outcomes).isEmpty();
                return told(e);
            }
            assertThat(ending.over.await(60, TimeUnit.SECONDS)).as("heard of").isTrue();
            assertThat(ending.outcomes).hasSize(1);
            return ending.outcomes.get(0);
        }

        private void cancelled(int pieces) throws InterruptedException {
            Ending ending = new Ending(pieces);
            streaming.chat(
                    ChatRequest.builder()
                            .messages(pictures(1))
                            .parameters(parameters(ENDLESS))
                            .build(),
                    ending);
            assertThat(ending.over.await(60, TimeUnit.SECONDS)).as("heard of").isTrue();
            assertThat(ending.outcomes).hasSize(1);
            heard.add(ending.outcomes.get(0));
        }

        void assertNothingIsLost(int live) throws InterruptedException {
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (System.nanoTime() - patience < 0
                    && (counted.sum() < heard.sum() || engine.activeRequests() + engine.queuedRequests() > 0)) {
                Thread.sleep(5);
            }
            assertThat(counted.all()).isEqualTo(heard.all());
            assertThat(surplus).as("callbacks after the end").hasValue(0);
            assertThat(engine.activeRequests()).isZero();
            assertThat(engine.queuedRequests()).isZero();
            if (!engine.isClosed()) {
                assertThat(engine.liveResources()).isEqualTo(live);
                assertThat(blocking(ChatRequest.builder()
                                .messages(UserMessage.from("Hello"))
                                .parameters(parameters(1))
                                .build()))
                        .isEqualTo(RequestOutcome.ANSWERED);
            }
        }
    }

    /** The test's own view of what an exception means, as the guide has it. */
    private static RequestOutcome told(Throwable error) {
        if (error instanceof RateLimitException) {
            return RequestOutcome.QUEUE_FULL;
        }
        if (error instanceof TimeoutException) {
            return RequestOutcome.TIMED_OUT;
        }
        if (error instanceof UnsupportedFeatureException) {
            return RequestOutcome.UNSUPPORTED;
        }
        if (error instanceof InvalidRequestException) {
            return RequestOutcome.INVALID;
        }
        if (error instanceof InternalServerException) {
            return RequestOutcome.FAILED;
        }
        assertThat(error).isExactlyInstanceOf(NonRetriableException.class).hasMessageContaining("closed");
        return RequestOutcome.CLOSED;
    }

    private static GlimpseChatRequestParameters parameters(int tokens) {
        return GlimpseChatRequestParameters.builder().maxOutputTokens(tokens).build();
    }

    private static GlimpseChatRequestParameters tool() {
        return GlimpseChatRequestParameters.builder()
                .toolSpecifications(ToolSpecification.builder().name("weather").build())
                .maxOutputTokens(12)
                .build();
    }

    private static GlimpseChatRequestParameters refused() {
        return GlimpseChatRequestParameters.builder()
                .responseFormat(JsonSchema.builder()
                        .name("refused")
                        .rootElement(JsonRawSchema.from("{\"not\": {}}"))
                        .build())
                .build();
    }

    private static UserMessage pictures(int count) {
        List<dev.langchain4j.data.message.Content> contents = new ArrayList<>(Collections.nCopies(count, PICTURE));
        contents.add(TextContent.from("What colour is the car?"));
        return UserMessage.from(contents);
    }

    private static UserMessage damaged() {
        return UserMessage.from(TextContent.from("What is it?"), ImageContent.from("AAAAAAAA", "image/png"));
    }

    /** The end of one stream: an answer, an error, or silence after it was cancelled. */
    private final class Ending extends RecordingHandler {

        private final int cancelAfter;
        private final List<RequestOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch over = new CountDownLatch(1);
        private int pieces;

        Ending(int cancelAfter) {
            this.cancelAfter = cancelAfter;
        }

        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            if (++pieces == cancelAfter) {
                context.streamingHandle().cancel();
                end(RequestOutcome.CANCELLED);
            }
        }

        @Override
        public void onCompleteResponse(dev.langchain4j.model.chat.response.ChatResponse complete) {
            end(RequestOutcome.ANSWERED);
        }

        @Override
        public void onError(Throwable failure) {
            end(told(failure));
        }

        private void end(RequestOutcome outcome) {
            if (over.getCount() == 0) {
                surplus.incrementAndGet();
            }
            outcomes.add(outcome);
            over.countDown();
        }
    }

    /** How often each outcome came. */
    private static final class Tally {

        private final Map<RequestOutcome, Long> counts = new EnumMap<>(RequestOutcome.class);

        synchronized void add(RequestOutcome outcome) {
            counts.merge(outcome, 1L, Long::sum);
        }

        synchronized Map<RequestOutcome, Long> all() {
            return new EnumMap<>(counts);
        }

        synchronized long of(RequestOutcome outcome) {
            return counts.getOrDefault(outcome, 0L);
        }

        synchronized long sum() {
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
