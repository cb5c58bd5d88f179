package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.VisionCacheUse;
import io.github.glimpse.prefill.PrefixUse;
import io.github.glimpse.sampling.LookupReport;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

class GlimpseMetersAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseMetersAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.model.name=tiny", "glimpse.generation.max-output-tokens=4")
            .withUserConfiguration(Registry.class);

    @Test
    void addsUpGoodRefusedAndFailedRequests() {
        runner.withPropertyValues("glimpse.serving.max-running=1", "glimpse.concurrency.max-queued=0")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    ChatModel model = context.getBean(ChatModel.class);
                    StreamingChatModel streaming = context.getBean(StreamingChatModel.class);

                    model.chat("Hello");
                    model.chat(TestPicture.question());
                    stream(streaming, "Hello", new Answer()).get();
                    assertThatThrownBy(() -> model.chat(TestPicture.damaged()))
                            .isInstanceOf(InvalidRequestException.class);
                    assertThatThrownBy(() -> model.chat(UserMessage.from(
                                    TextContent.from("What happens?"), VideoContent.from("https://example.com/a.mp4"))))
                            .isInstanceOf(UnsupportedFeatureException.class);
                    whileBusy(streaming, () -> {
                        assertThat(gauge(registry, "glimpse.requests.active")).isOne();
                        assertThatThrownBy(() -> model.chat("Hello")).isInstanceOf(RateLimitException.class);
                        assertThatThrownBy(() ->
                                        stream(streaming, "Hello", new Answer()).get())
                                .hasCauseInstanceOf(RateLimitException.class);
                    });
                    context.getBean(LoadedModel.class).close();
                    assertThatThrownBy(() -> model.chat("Hello")).isInstanceOf(NonRetriableException.class);

                    // Four answers: two asked, two streamed.
                    assertThat(byTag(registry, "gen_ai.server.request.duration", "error.type"))
                            .containsExactlyInAnyOrderEntriesOf(Map.of(
                                    "none",
                                    4.0,
                                    InvalidRequestException.class.getName(),
                                    1.0,
                                    UnsupportedFeatureException.class.getName(),
                                    1.0,
                                    RateLimitException.class.getName(),
                                    2.0,
                                    NonRetriableException.class.getName(),
                                    1.0));
                    assertThat(byTag(registry, "glimpse.requests.rejected", "reason"))
                            .containsExactlyInAnyOrderEntriesOf(
                                    Map.of("invalid", 1.0, "unsupported", 1.0, "queue-full", 2.0, "closed", 1.0));
                    assertThat(byTag(registry, "glimpse.requests", "outcome"))
                            .containsExactlyInAnyOrderEntriesOf(Map.of(
                                    "answered",
                                    4.0,
                                    "invalid",
                                    1.0,
                                    "unsupported",
                                    1.0,
                                    "queue-full",
                                    2.0,
                                    "closed",
                                    1.0));
                    assertThat(registry.get("gen_ai.server.time_to_first_token")
                                    .timer()
                                    .count())
                            .isEqualTo(4);
                    assertThat(gauge(registry, "glimpse.requests.active")).isZero();
                    assertThat(gauge(registry, "glimpse.queue.depth")).isZero();
                });
    }

    @Test
    void measuresWhatTheAnswerSaysOfItself() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            ChatResponse response = context.getBean(ChatModel.class).chat(TestPicture.question());

            GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
            DistributionSummary in =
                    registry.get("glimpse.image.tokens").tag("stage", "in").summary();
            DistributionSummary kept =
                    registry.get("glimpse.image.tokens").tag("stage", "kept").summary();
            assertThat(in.totalAmount())
                    .isEqualTo(metadata.pruning().imageTokens())
                    .isPositive();
            assertThat(kept.totalAmount()).isEqualTo(metadata.pruning().keptTokens());
            assertThat(registry.get("glimpse.retention")
                            .tag("strategy", "glimpse")
                            .summary()
                            .totalAmount())
                    .isEqualTo(metadata.pruning().retention());
            assertThat(byTag(registry, "glimpse.stage.duration", "stage"))
                    .containsOnlyKeys("wait", "decode", "vision", "prefill", "prune", "generate");
            assertThat(total(registry.get("glimpse.stage.duration")
                            .tag("stage", "vision")
                            .timer()))
                    .isEqualTo(metadata.timings().vision());
            assertThat(total(registry.get("gen_ai.server.time_to_first_token").timer()))
                    .isEqualTo(
                            metadata.timings().waiting().plus(metadata.timings().toFirstToken()));
            int following = metadata.tokenUsage().outputTokenCount() - 1;
            assertThat(following).isPositive();
            assertThat(total(registry.get("gen_ai.server.time_per_output_token").timer()))
                    .isEqualTo(metadata.timings().decoding().dividedBy(following));
        });
    }

    @Test
    void countsCallsOfToolsByNameAndWhyNoneWasOffered() {
        ToolSpecification now = ToolSpecification.builder().name("now").build();
        ChatRequest.Builder request = ChatRequest.builder()
                .messages(UserMessage.from("When?"))
                .toolSpecifications(now)
                .maxOutputTokens(120);
        runner.withPropertyValues("glimpse.tools.parallel=false").run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            ChatModel model = context.getBean(ChatModel.class);

            model.chat(request.toolChoice(ToolChoice.REQUIRED).build());
            model.chat(request.toolChoice(ToolChoice.NONE).build());

            assertThat(byTag(registry, "glimpse.tool.calls", "tool"))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("now", 1.0, "none", 1.0));
            assertThat(byTag(registry, "glimpse.tool.calls", "outcome"))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("called", 1.0, "choice", 1.0));
        });
    }

    @Test
    void namesOfTagsAreBounded() {
        BoundedNames names = new BoundedNames();
        for (int tool = 0; tool < BoundedNames.MOST; tool++) {
            assertThat(names.bounded("tool" + tool)).isEqualTo("tool" + tool);
        }

        assertThat(names.bounded("one more")).isEqualTo(BoundedNames.OTHER);
        assertThat(names.bounded("tool7")).isEqualTo("tool7");
    }

    @Test
    void measuresConfidenceAndWhatTheGuardDid() {
        runner.withPropertyValues(
                        "glimpse.pruning.threshold=0.999",
                        "glimpse.pruning.guard.enabled=true",
                        "glimpse.pruning.guard.widen-below=1",
                        "glimpse.pruning.guard.skip-below=1")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);

                    ChatResponse response = context.getBean(ChatModel.class).chat(TestPicture.question());

                    GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
                    assertThat(registry.get("glimpse.confidence").summary().totalAmount())
                            .isEqualTo(metadata.confidence());
                    assertThat(registry.get("glimpse.answer.likelihood")
                                    .tag("strategy", "glimpse")
                                    .summary()
                                    .totalAmount())
                            .isEqualTo(Objects.requireNonNull(metadata.likelihood())
                                    .leastProbability());
                    assertThat(byTag(registry, "glimpse.guard", "action"))
                            .containsExactlyEntriesOf(Map.of("skipped", 1.0));
                });
    }

    @Test
    @Timeout(60)
    void countsWhatTheCanaryFinds() {
        runner.withPropertyValues("glimpse.pruning.canary-ratio=1", "glimpse.pruning.max-retention-ratio=0.2")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    LoadedModel engine = context.getBean(LoadedModel.class);

                    context.getBean(ChatModel.class).chat(TestPicture.question());
                    while (engine.canaryUse().answered() == 0) {
                        Thread.sleep(5);
                    }

                    double agreed = engine.canaryUse().agreed();
                    double equalFirst = engine.canaryUse().firstTokenAgreed();
                    assertThat(byTag(registry, "glimpse.canary", "comparison"))
                            .containsExactlyInAnyOrderEntriesOf(Map.of(
                                    "agreed",
                                    agreed,
                                    "differed",
                                    1 - agreed,
                                    "skipped",
                                    0.0,
                                    "abandoned",
                                    0.0,
                                    "failed",
                                    0.0));
                    assertThat(byTag(registry, "glimpse.canary.first.token", "agreement"))
                            .containsExactlyInAnyOrderEntriesOf(
                                    Map.of("agreed", equalFirst, "differed", 1 - equalFirst));
                });
    }

    @Test
    void countsASecondQuestionAboutOnePictureAsAHit() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            ChatModel model = context.getBean(ChatModel.class);
            assertThat(byTag(registry, "glimpse.cache.requests", "result")).isEqualTo(Map.of("hit", 0.0, "miss", 0.0));
            assertThat(gauge(registry, "glimpse.cache.size")).isZero();
            assertThat(gauge(registry, "glimpse.memory.budget")).isPositive();
            assertThat(gauge(registry, "glimpse.memory.reserved")).isZero();

            model.chat(TestPicture.question("What is it?"));
            double size = gauge(registry, "glimpse.cache.size");
            model.chat(TestPicture.question("Which colour has it?"));

            assertThat(byTag(registry, "glimpse.cache.requests", "result")).isEqualTo(Map.of("hit", 1.0, "miss", 1.0));
            VisionCacheUse use = context.getBean(LoadedModel.class).visionCacheUse();
            assertThat(size).isEqualTo((double) use.bytes()).isPositive();
            assertThat(gauge(registry, "glimpse.cache.size")).isEqualTo(size);
            assertThat(registry.get("glimpse.cache.size").gauge().getId().getBaseUnit())
                    .isEqualTo("bytes");
        });
    }

    @Test
    void countsRowsThatWereTakenOver() {
        runner.withPropertyValues("glimpse.cache.prefix.scope=application").run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            ChatModel model = context.getBean(ChatModel.class);
            model.chat(TestPicture.question("What is it?"));
            model.chat(TestPicture.question("Which colour has it?"));

            PrefixUse use = context.getBean(LoadedModel.class).prefixUse();
            assertThat(byTag(registry, "glimpse.cache.prefix.requests", "result"))
                    .isEqualTo(Map.of("hit", (double) use.hits(), "miss", (double) use.misses()));
            assertThat(byTag(registry, "glimpse.cache.prefix.rows", "rows"))
                    .isEqualTo(Map.of("reused", (double) use.rowsReused(), "computed", (double) use.rowsComputed()));
            assertThat(use.rowsReused()).isPositive();
            assertThat(gauge(registry, "glimpse.cache.prefix.size"))
                    .isEqualTo((double) use.bytes())
                    .isPositive();
        });
    }

    @Test
    void countsNoHitWhenTheCacheIsOff() {
        runner.withPropertyValues("glimpse.cache.vision-features.enabled=false").run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            ChatModel model = context.getBean(ChatModel.class);

            model.chat(TestPicture.question());
            model.chat(TestPicture.question());

            assertThat(byTag(registry, "glimpse.cache.requests", "result")).isEqualTo(Map.of("hit", 0.0, "miss", 2.0));
            assertThat(gauge(registry, "glimpse.cache.size")).isZero();
        });
    }

    @Test
    void leavesOutTheStagesThatTextAloneDoesNotGoThrough() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            context.getBean(ChatModel.class).chat("Hello");

            assertThat(byTag(registry, "glimpse.stage.duration", "stage"))
                    .containsOnlyKeys("wait", "prefill", "generate");
            assertThat(registry.find("glimpse.image.tokens").meters()).isEmpty();
            assertThat(registry.find("glimpse.retention").meters()).isEmpty();
        });
    }

    @Test
    void countsARequestThatRanOutOfTimeAsFailedAndNotAsRefused() {
        runner.withPropertyValues("glimpse.limits.timeout=1ns").run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            assertThatThrownBy(() -> context.getBean(ChatModel.class).chat("Hello"))
                    .isInstanceOf(TimeoutException.class);

            assertThat(byTag(registry, "glimpse.requests", "outcome")).isEqualTo(Map.of("timed-out", 1.0));
            assertThat(byTag(registry, "gen_ai.server.request.duration", "error.type"))
                    .isEqualTo(Map.of(TimeoutException.class.getName(), 1.0));
            assertThat(registry.find("glimpse.requests.rejected").meters()).isEmpty();
        });
    }

    @Test
    void countsAStreamThatItsHandlerCancels() {
        runner.withPropertyValues("glimpse.generation.max-output-tokens=10000").run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            context.getBean(StreamingChatModel.class).chat("Tell me a story", new Answer() {
                @Override
                public void onPartialResponse(PartialResponse partial, PartialResponseContext stream) {
                    stream.streamingHandle().cancel();
                }
            });
            while (registry.find("glimpse.requests").counters().stream().allMatch(counter -> counter.count() == 0)) {
                Thread.sleep(2);
            }

            assertThat(byTag(registry, "glimpse.requests", "outcome")).isEqualTo(Map.of("cancelled", 1.0));
            assertThat(registry.find("gen_ai.server.request.duration").meters()).isEmpty();
        });
    }

    @Test
    void countsAFailureOfTheEngineAsNoRefusal() {
        assertThat(Rejection.of(new InternalServerException("out of memory"))).isEmpty();
    }

    @Test
    @RequiresHardware(HardwareFeature.ROWS_AT_ONCE)
    void guessedTokensAreCountedByWhatBecameOfThem() {
        runner.withPropertyValues("glimpse.dtype=bfloat16", "glimpse.generation.lookup=8", "glimpse.warm-up=false")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    ChatModel model = context.getBean(ChatModel.class);

                    ChatResponse answer = model.chat(matching("(one two three ){9}", 130));

                    LookupReport lookup = ((GlimpseChatResponseMetadata) answer.metadata()).lookup();
                    assertThat(lookup.off()).isNull();
                    assertThat(lookup.taken()).isPositive();
                    assertThat(byTag(registry, "glimpse.lookup.tokens", "guess"))
                            .containsExactlyInAnyOrderEntriesOf(Map.of(
                                    "taken",
                                    (double) lookup.taken(),
                                    "dropped",
                                    (double) lookup.proposed() - lookup.taken()));
                    assertThat(registry.get("glimpse.decode.tokens")
                                    .functionCounter()
                                    .count())
                            .as("all tokens but the last one's row, which nothing follows")
                            .isEqualTo(answer.tokenUsage().outputTokenCount() - 1.0);
                    assertThat(registry.get("glimpse.decode.sequences")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(answer.tokenUsage().outputTokenCount() - 1.0 - lookup.taken());
                });
    }

    /** Only products that have the same bits among other rows let prompts share slices. */
    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void slicesAreCountedWithThePromptsInThem() {
        runner.withPropertyValues("glimpse.dtype=bfloat16", "glimpse.warm-up=false")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);

                    context.getBean(ChatModel.class).chat(matching("[a-z]{3}", 8));

                    assertThat(registry.get("glimpse.prefill.prompts")
                                    .functionCounter()
                                    .count())
                            .as("the only prompt took part in each of its slices")
                            .isPositive()
                            .isEqualTo(registry.get("glimpse.prefill.slices")
                                    .functionCounter()
                                    .count());
                });
    }

    private static ChatRequest matching(String pattern, int tokens) {
        return ChatRequest.builder()
                .messages(UserMessage.from("Which letters?"))
                .parameters(GlimpseChatRequestParameters.builder()
                        .regex(pattern)
                        .maxOutputTokens(tokens)
                        .build())
                .build();
    }

    @Test
    void everyMeterHasTheNameTagsAndSentenceOfTheEnum(@TempDir Path folder) {
        ApplicationContextRunner both = runner.withConfiguration(
                        AutoConfigurations.of(GlimpseEmbeddingAutoConfiguration.class))
                .withPropertyValues(
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.location=" + TinyModel.CLIP.resolve("model"));
        both.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            ChatModel model = context.getBean(ChatModel.class);
            model.chat(TestPicture.question());
            model.chat(UserMessage.from(TestVideo.clip(folder), TextContent.from("What happens?")));
            context.getBean(EmbeddingModel.class).embed("a red car");
            assertThatThrownBy(() -> model.chat(TestPicture.damaged())).isInstanceOf(InvalidRequestException.class);
            model.chat(matching("[a-z]{3}", 8));
            assertThatThrownBy(() -> model.chat(matching("(?=a)", 8))).isInstanceOf(UnsupportedFeatureException.class);
            model.chat(ChatRequest.builder()
                    .messages(UserMessage.from("When?"))
                    .toolSpecifications(ToolSpecification.builder().name("now").build())
                    .toolChoice(ToolChoice.NONE)
                    .build());

            for (GlimpseMeter meter : GlimpseMeter.values()) {
                Set<String> keys =
                        meter.tags().stream().map(GlimpseMeter.Tag::key).collect(Collectors.toSet());
                assertThat(registry.get(meter.meterName()).meters()).allSatisfy(series -> {
                    assertThat(series.getId().getTags().stream().map(io.micrometer.core.instrument.Tag::getKey))
                            .as(meter.meterName())
                            .containsExactlyInAnyOrderElementsOf(keys);
                    assertThat(series.getId().getDescription()).isEqualTo(meter.sentence());
                    assertThat(series.getId().getType()).isEqualTo(type(meter.kind()));
                });
            }
            assertThat(registry.getMeters().stream()
                            .map(series -> series.getId().getName())
                            .distinct())
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(GlimpseMeter.values())
                            .map(GlimpseMeter::meterName)
                            .toList());
        });
    }

    @Test
    void takesTheModelsNameAndNotTheOneThatIsAskedFor() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            assertThatThrownBy(() -> context.getBean(ChatModel.class)
                            .chat(ChatRequest.builder()
                                    .messages(UserMessage.from("Hello"))
                                    .modelName("made-up")
                                    .build()))
                    .isInstanceOf(UnsupportedFeatureException.class);

            assertThat(byTag(registry, "gen_ai.server.request.duration", "gen_ai.request.model"))
                    .containsOnlyKeys("tiny");
        });
    }

    @Test
    void isTurnedOffByItsProperty() {
        runner.withPropertyValues("glimpse.observability.meters=false").run(context -> {
            context.getBean(ChatModel.class).chat("Hello");

            assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty();
        });
    }

    @Test
    void isSilentWithoutARegistryBean() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseMetersAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .run(context -> assertThat(context)
                        .hasSingleBean(ChatModel.class)
                        .doesNotHaveBean(GlimpseMetersAutoConfiguration.METERS));
    }

    @Test
    void isSilentWithoutMicrometer() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseMetersAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context)
                        .hasSingleBean(ChatModel.class)
                        .doesNotHaveBean(GlimpseMetersAutoConfiguration.METERS));
    }

    @Test
    void takesThePrimaryOfSeveralRegistries() {
        runner.withUserConfiguration(PrimaryRegistry.class).run(context -> {
            context.getBean(ChatModel.class).chat("Hello");

            assertThat(context.getBean("primaryRegistry", MeterRegistry.class).getMeters())
                    .isNotEmpty();
            assertThat(context.getBean("registry", MeterRegistry.class).getMeters())
                    .isEmpty();
        });
    }

    @Test
    void isNoListenerOfOtherProvidersModels() {
        runner.run(context -> assertThat(context).doesNotHaveBean(ChatModelListener.class));
    }

    @Test
    void survivesARequestThatItDidNotSeeStart() {
        runner.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            GlimpseMeters meters = new GlimpseMeters(registry, context.getBean(LoadedModel.class));

            meters.onError(new ChatModelErrorContext(
                    new RateLimitException("full"),
                    ChatRequest.builder().messages(UserMessage.from("Hello")).build(),
                    ModelProvider.OTHER,
                    Map.of()));

            assertThat(registry.find("gen_ai.server.request.duration").meters()).isEmpty();
            assertThat(byTag(registry, "glimpse.requests.rejected", "reason")).isEqualTo(Map.of("queue-full", 1.0));
        });
    }

    /** Does something while one stream holds the only place, then lets that end. */
    private static void whileBusy(StreamingChatModel model, Runnable work) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        CompletableFuture<ChatResponse> answer = stream(model, "Tell me a story", new Answer() {
            @Override
            public void onPartialResponse(String text) {
                started.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        try {
            assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
            work.run();
        } finally {
            released.countDown();
        }
        answer.get(60, TimeUnit.SECONDS);
    }

    private static CompletableFuture<ChatResponse> stream(StreamingChatModel model, String question, Answer answer) {
        model.chat(question, answer);
        return answer.done;
    }

    private static double gauge(MeterRegistry registry, String name) {
        return registry.get(name).gauge().value();
    }

    private static Duration total(Timer timer) {
        return Duration.ofNanos((long) timer.totalTime(TimeUnit.NANOSECONDS));
    }

    /** How often, by the value of a tag. */
    private static Map<String, Double> byTag(MeterRegistry registry, String name, String key) {
        return registry.get(name).meters().stream()
                .collect(Collectors.toMap(
                        series -> String.valueOf(series.getId().getTag(key)),
                        series -> series.measure().iterator().next().getValue(),
                        Double::sum));
    }

    private static Meter.Type type(GlimpseMeter.Kind kind) {
        return switch (kind) {
            case TIMER -> Meter.Type.TIMER;
            case SUMMARY -> Meter.Type.DISTRIBUTION_SUMMARY;
            case GAUGE -> Meter.Type.GAUGE;
            case COUNTER -> Meter.Type.COUNTER;
        };
    }

    /** Waits for the end of a stream. */
    private static class Answer implements StreamingChatResponseHandler {

        private final CompletableFuture<ChatResponse> done = new CompletableFuture<>();

        @Override
        public void onCompleteResponse(ChatResponse response) {
            done.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            done.completeExceptionally(error);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Registry {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrimaryRegistry {

        @Bean
        @Primary
        MeterRegistry primaryRegistry() {
            return new SimpleMeterRegistry();
        }
    }
}
