package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.ServingOptions;
import io.github.glimpse.testing.ResidentMemory;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * 64 callers who ask, stream, cancel, come too late, send what is no picture and ask again about the same pictures, with little room for
 * what is remembered and for what runs: each answer is the one that the same question gets alone. For some seconds, or
 * {@code -Dglimpse.load.minutes=30}. Resident memory is compared then; a heap that grows counts in it, so the long run wants one of fixed
 * size: {@code -Xms512m -Xmx512m -XX:+AlwaysPreTouch}.
 */
@Thorough
@TestCategory.Soak(minutes = 3, property = "glimpse.load.minutes")
class ReuseUnderLoadIT {

    private static final int CALLERS = 64;
    private static final int SECONDS = 60 * Integer.getInteger("glimpse.load.minutes", 3);
    /** From here on memory is compared: before, a process still warms up. */
    private static final int STEADY_SECONDS = 600;

    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final int MOST_TOKENS = 24;
    private static final int QUARTERS = 4;

    private static final List<byte[]> PICTURES = List.of(
            TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png"),
            TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png"));
    private static final List<String> QUESTIONS =
            List.of("What is it?", "What is the total?", "Which colour has the largest thing of all?");

    private enum Kind {
        WHOLE,
        STREAMED,
        AGAIN,
        CANCELLED,
        LATE,
        NO_PICTURE
    }

    private record Question(int picture, int question, boolean pruned) {

        private GenerationRequest request(int most) {
            return new GenerationRequest(
                    List.of(ChatTurn.user(QUESTIONS.get(question), PICTURES.get(picture))),
                    PruningOptions.builder().enabled(pruned).build(),
                    GenerationOptions.builder().maxOutputTokens(most).build());
        }
    }

    private final Map<Question, int[]> alone = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> endings = new ConcurrentHashMap<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final AtomicLong lastEnd = new AtomicLong(System.nanoTime());
    private final LongAdder asked = new LongAdder();

    @Test
    void nothingIsLostUnderMixedLoad() throws Exception {
        // Each place has room, some pictures are always forgotten, and prompts more often.
        EngineOptions.Builder options = TinyModels.qwen()
                .serving(ServingOptions.defaults().withMaxRunning(8).withMemoryBudget(12_000_000L))
                .maxQueued(40)
                .visionCache(new VisionCacheOptions(300_000, Duration.ofSeconds(2)))
                .prefixCache(new PrefixCacheOptions(400_000, Duration.ofSeconds(2), PrefixCacheOptions.Scope.SESSION));
        try (LoadedModel model = LoadedModel.load(options.build());
                LoadedModel impatient =
                        LoadedModel.load(options.timeout(Duration.ofMillis(1)).build())) {
            askAlone(model);
            int before = model.liveResources();
            long tokensBefore = model.stepUse().tokens();
            List<Long> memory = run(model, impatient);

            assertThat(faults).isEmpty();
            assertThat(model.activeRequests()).isZero();
            assertThat(model.queuedRequests()).isZero();
            assertThat(model.memoryUse().reserved()).isZero();
            assertThat(model.memoryUse().used()).isZero();
            assertThat(model.memoryUse().waiting()).isZero();
            assertThat(endings.values().stream().mapToLong(LongAdder::sum).sum())
                    .isEqualTo(asked.sum());
            assertThat(model.stepUse().tokens()).isGreaterThan(tokensBefore);
            // Some were forgotten and looked at anew.
            assertThat(model.visionCacheUse().misses()).isGreaterThan(PICTURES.size());
            Map<String, Long> counted = endings.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, ending -> ending.getValue().sum(), Long::sum, TreeMap::new));
            System.out.println(asked.sum() + " requests in " + SECONDS + " s: " + counted
                    + "; resident memory by quarters " + memory + " MB; " + model.prefixUse());
            assertThat(counted.keySet())
                    .contains(
                            "WHOLE answered",
                            "STREAMED answered",
                            "AGAIN answered",
                            "CANCELLED ended",
                            "NO_PICTURE ended");
            if (SECONDS >= STEADY_SECONDS) {
                assertThat((double) memory.get(QUARTERS - 1)).isLessThan(1.02 * memory.get(1));
            }
            // What is remembered lives on; the rest is given back.
            assertThat(model.liveResources() - before).isLessThan(200);
            alone.forEach((question, ids) -> assertThat(
                            model.generate(question.request(MOST_TOKENS)).tokenIds())
                    .isEqualTo(ids));
        }
    }

    private void askAlone(LoadedModel model) {
        for (int picture = 0; picture < PICTURES.size(); picture++) {
            for (int question = 0; question < QUESTIONS.size(); question++) {
                for (boolean pruned : new boolean[] {false, true}) {
                    Question asked = new Question(picture, question, pruned);
                    alone.put(asked, model.generate(asked.request(MOST_TOKENS)).tokenIds());
                }
            }
        }
    }

    /** Resident megabytes of each quarter, on average. */
    private List<Long> run(LoadedModel model, LoadedModel impatient) throws InterruptedException, IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        for (int caller = 0; caller < CALLERS; caller++) {
            Random random = new Random(2_200 + caller);
            String session = "caller " + caller % 7;
            callers.execute(() -> {
                while (System.nanoTime() < end && faults.isEmpty()) {
                    ask(model, impatient, random, session);
                    lastEnd.set(System.nanoTime());
                }
            });
        }
        callers.shutdown();
        List<Long> memory = new ArrayList<>();
        for (int quarter = 1; quarter <= QUARTERS; quarter++) {
            long until = end - TimeUnit.SECONDS.toNanos((long) SECONDS * (QUARTERS - quarter) / QUARTERS);
            LongSummaryStatistics kilobytes = new LongSummaryStatistics();
            while (System.nanoTime() < until) {
                watch();
                kilobytes.accept(ResidentMemory.kilobytes());
                TimeUnit.MILLISECONDS.sleep(100);
            }
            memory.add(Math.round(kilobytes.getAverage() / 1_024));
        }
        while (!callers.awaitTermination(1, TimeUnit.SECONDS)) {
            watch();
        }
        return memory;
    }

    /** Ends the test with what all threads do where nothing has ended for long. */
    private void watch() {
        if (System.nanoTime() - lastEnd.get() > STUCK_NANOS) {
            String threads = Arrays.stream(ManagementFactory.getThreadMXBean().dumpAllThreads(true, true))
                    .map(ThreadInfo::toString)
                    .collect(Collectors.joining("\n"));
            throw new AssertionError("Nothing has ended for two minutes:\n" + threads);
        }
    }

    private void ask(LoadedModel model, LoadedModel impatient, Random random, String session) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        Question question =
                new Question(random.nextInt(PICTURES.size()), random.nextInt(QUESTIONS.size()), random.nextBoolean());
        asked.increment();
        String ending;
        try {
            ending = ended(kind, question, kind == Kind.LATE ? impatient : model, random.nextInt(4), session);
        } catch (EngineBusyException e) {
            ending = "turned away";
            pause();
        } catch (RuntimeException | Error e) {
            faults.add(kind + ", " + question + ": " + e);
            ending = "failed";
        }
        endings.computeIfAbsent(kind + " " + ending, key -> new LongAdder()).increment();
    }

    private String ended(Kind kind, Question question, LoadedModel model, int after, String session) {
        CancellationSignal signal = new CancellationSignal();
        AtomicInteger pieces = new AtomicInteger();
        StringBuilder heard = new StringBuilder();
        GenerationListener listener = text -> {
            heard.append(text);
            if (kind == Kind.CANCELLED && pieces.getAndIncrement() == after) {
                signal.cancel();
            }
        };
        GenerationRequest request = question.request(MOST_TOKENS);
        if (kind == Kind.NO_PICTURE) {
            request = new GenerationRequest(
                    List.of(ChatTurn.user("What is it?", new byte[] {1, 2, 3})),
                    request.pruning(),
                    request.generation());
        }
        try {
            GenerationResult result =
                    model.generate(kind == Kind.AGAIN ? request.inSession(session) : request, listener, signal);
            check(kind, question, result, heard.toString());
            return kind == Kind.AGAIN && result.reuse().kind() == ReuseReport.Kind.PREFIX ? "reused" : "answered";
        } catch (EngineBusyException e) {
            throw e;
        } catch (GlimpseException e) {
            boolean fits =
                    switch (kind) {
                        case CANCELLED -> e instanceof GenerationCancelledException;
                        case LATE -> e instanceof DeadlineExceededException;
                        case NO_PICTURE -> e instanceof InvalidImageException;
                        case WHOLE, STREAMED, AGAIN -> false;
                    };
            if (!fits) {
                throw e;
            }
            return "ended";
        }
    }

    private void check(Kind kind, Question question, GenerationResult result, String heard) {
        if (kind == Kind.NO_PICTURE) {
            faults.add("an answer about what is no picture");
        } else if (!Arrays.equals(result.tokenIds(), alone.get(question))) {
            faults.add(kind + ", " + question + ": " + Arrays.toString(result.tokenIds()) + " and not "
                    + Arrays.toString(alone.get(question)) + ", " + result.reuse());
        } else if (kind == Kind.STREAMED && !heard.equals(result.text())) {
            faults.add("heard '" + heard + "' of '" + result.text() + "'");
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
