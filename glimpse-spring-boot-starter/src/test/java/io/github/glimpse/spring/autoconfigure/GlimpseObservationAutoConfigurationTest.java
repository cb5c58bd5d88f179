package io.github.glimpse.spring.autoconfigure;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.chat.RequestTrace;
import io.github.glimpse.chat.RequestTracer;
import io.micrometer.common.KeyValues;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@Timeout(60)
class GlimpseObservationAutoConfigurationTest {

    private static final String CHAT = "glimpse.chat";
    private static final String STAGE = "glimpse.chat.stage";

    // Its own validator is on: a scope that outlives its observation, or a second stop, fails a test.
    private final TestObservationRegistry registry = TestObservationRegistry.create();
    // Started and not yet stopped.
    private final AtomicInteger open = new AtomicInteger();
    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseObservationAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.model.name=tiny", "glimpse.generation.max-output-tokens=3");
    private final ApplicationContextRunner runner = bare.withBean(ObservationRegistry.class, () -> registry);

    @BeforeEach
    void countWhatIsOpen() {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context context) {
                open.incrementAndGet();
            }

            @Override
            public void onStop(Observation.Context context) {
                open.decrementAndGet();
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
    }

    @Test
    void observesARequestAsAChildOfItsCallers() {
        runner.run(context -> {
            Observation caller = Observation.start("caller", registry);
            caller.scoped(() -> context.getBean(ChatModel.class).chat(TestPicture.question()));
            caller.stop();

            assertThat(registry)
                    .hasObservationWithNameEqualTo(CHAT)
                    .that()
                    .hasBeenStarted()
                    .hasBeenStopped()
                    .hasParentObservationEqualTo(caller)
                    .doesNotHaveError()
                    .hasLowCardinalityKeyValue("model", "tiny")
                    .hasLowCardinalityKeyValue("strategy", "glimpse")
                    .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", "3")
                    .hasHighCardinalityKeyValueWithKey("gen_ai.usage.input_tokens")
                    .hasHighCardinalityKeyValueWithKey("glimpse.image.tokens")
                    .hasHighCardinalityKeyValueWithKey("glimpse.kept.tokens");
        });
    }

    @Test
    void namesTheToolsThatAnAnswerCalls() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("When?"))
                .toolSpecifications(ToolSpecification.builder().name("now").build())
                .toolChoice(ToolChoice.REQUIRED)
                .maxOutputTokens(120)
                .build();
        runner.withPropertyValues("glimpse.tools.parallel=false").run(context -> {
            ChatResponse response = context.getBean(ChatModel.class).chat(request);

            assertThat(registry)
                    .hasObservationWithNameEqualTo(CHAT)
                    .that()
                    .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "tool_calls")
                    .hasHighCardinalityKeyValue("gen_ai.tool.name", "now")
                    .hasHighCardinalityKeyValue(
                            "gen_ai.tool.call.id",
                            response.aiMessage().toolExecutionRequests().get(0).id());
        });
    }

    @Test
    void observesTheStagesInTheirOrderAsItsChildren() {
        runner.run(context -> {
            context.getBean(ChatModel.class).chat(TestPicture.question());

            assertThat(stages()).containsExactly("wait", "decode", "vision", "prefill", "prune", "prefill", "generate");
            assertThat(contexts(STAGE)).allSatisfy(stage -> {
                ObservationView parent = Objects.requireNonNull(stage.getParentObservation());
                assertThat(parent.getContextView().getName()).isEqualTo(CHAT);
                assertThat(stage.getLowCardinalityKeyValue("model").getValue()).isEqualTo("tiny");
            });
            assertThat(open).hasValue(0);
        });
    }

    @Test
    void hasTheKeysThatTheGuideNamesAndNoOthersOfFewValues() {
        runner.run(context -> {
            context.getBean(ChatModel.class).chat(TestPicture.question());

            for (GlimpseObservation kind : List.of(GlimpseObservation.CHAT, GlimpseObservation.STAGE)) {
                assertThat(contexts(kind.observationName())).isNotEmpty().allSatisfy(observed -> assertThat(
                                keys(observed.getLowCardinalityKeyValues()))
                        .containsExactlyInAnyOrderElementsOf(
                                kind.keys().stream().map(GlimpseMeter.Tag::key).toList()));
            }
        });
    }

    @Test
    void recordsTheErrorOfARefusedRequest() {
        ChatRequest request = ChatRequest.builder()
                .messages(TestPicture.question())
                .modelName("another")
                .build();
        runner.run(context -> {
            assertThatThrownBy(() -> context.getBean(ChatModel.class).chat(request))
                    .isInstanceOf(UnsupportedFeatureException.class);

            assertThat(registry)
                    .hasSingleObservationThat()
                    .hasNameEqualTo(CHAT)
                    .hasBeenStopped()
                    .hasLowCardinalityKeyValue("strategy", "none")
                    .thenError()
                    .isInstanceOf(UnsupportedFeatureException.class);
        });
    }

    @Test
    void recordsTheErrorOfARequestThatFailsInAStage() {
        runner.withPropertyValues("glimpse.limits.max-input-tokens=5").run(context -> {
            assertThatThrownBy(() -> context.getBean(ChatModel.class).chat(TestPicture.question()))
                    .isInstanceOf(InvalidRequestException.class);

            assertThat(registry)
                    .hasObservationWithNameEqualTo(CHAT)
                    .that()
                    .hasBeenStopped()
                    .hasError();
            assertThat(stages()).containsExactly("wait", "decode");
            assertThat(open).hasValue(0);
        });
    }

    @Test
    void aStreamIsAChildOfItsCallersToo() {
        for (ApplicationContextRunner each : List.of(runner, withoutPropagation())) {
            registry.clear();
            each.run(context -> {
                Handler handler = new Handler();
                Observation caller = Observation.start("caller", registry);
                caller.scoped(
                        () -> context.getBean(StreamingChatModel.class).chat(List.of(TestPicture.question()), handler));

                handler.ended.get(30, TimeUnit.SECONDS);

                assertThat(registry)
                        .hasObservationWithNameEqualTo(CHAT)
                        .that()
                        .hasBeenStopped()
                        .hasParentObservationEqualTo(caller);
                // The handler works for the request while its answer comes, and for its caller afterwards.
                assertThat(handler.whilePartial).isEqualTo(CHAT);
                assertThat(handler.whileComplete).isNotEqualTo(CHAT);
                caller.stop();
            });
        }
    }

    @Test
    void handsTheCallersContextToAStreamsHandler() {
        ThreadLocal<String> tenant = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", tenant);
        try {
            runner.run(context -> {
                tenant.set("blue");
                CompletableFuture<String> seen = new CompletableFuture<>();
                context.getBean(StreamingChatModel.class).chat(List.of(TestPicture.question()), new Handler() {
                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        seen.complete(String.valueOf(tenant.get()));
                    }
                });

                assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo("blue");
            });
        } finally {
            tenant.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
        }
    }

    @Test
    void aStreamThatIsCancelledEndsWithoutAnError() {
        runner.withPropertyValues("glimpse.generation.max-output-tokens=500").run(context -> {
            context.getBean(StreamingChatModel.class).chat(List.of(TestPicture.question()), new Handler() {
                @Override
                public void onPartialResponse(PartialResponse partial, PartialResponseContext stream) {
                    stream.streamingHandle().cancel();
                }
            });

            awaitStopped();

            assertThat(registry).hasObservationWithNameEqualTo(CHAT).that().doesNotHaveError();
            assertThat(registry)
                    .hasObservationWithNameEqualTo(CHAT)
                    .that()
                    .hasEvent(Observation.Event.of("glimpse.cancelled", "cancelled")
                            .getName());
        });
    }

    @Test
    void aRequestWhoseCallerIsInterruptedEndsOnce() {
        runner.withPropertyValues("glimpse.generation.max-output-tokens=500").run(context -> {
            AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    context.getBean(ChatModel.class).chat(TestPicture.question());
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
            });
            caller.start();
            Thread.sleep(20);
            caller.interrupt();
            caller.join();

            awaitStopped();

            assertThat(contexts(CHAT)).hasSize(1);
            assertThat(registry).hasObservationWithNameEqualTo(CHAT).that().hasBeenStopped();
        });
    }

    @Test
    void leavesStagesOutByProperty() {
        runner.withPropertyValues("glimpse.observability.stages=false").run(context -> {
            context.getBean(ChatModel.class).chat(TestPicture.question());

            assertThat(registry).hasSingleObservationThat().hasNameEqualTo(CHAT);
        });
    }

    @Test
    void isTurnedOffByProperty() {
        runner.withPropertyValues("glimpse.observability.observations=false").run(context -> {
            context.getBean(ChatModel.class).chat("Hello");

            assertThat(context).doesNotHaveBean(RequestTracer.class);
            assertThat(registry).doesNotHaveAnyObservation();
        });
    }

    @Test
    void worksWithTheRegistryOfSpringBoot() {
        bare.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(GlimpseTracer.class));
    }

    @Test
    void isNotThereWithoutARegistry() {
        bare.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestTracer.class));
    }

    @Test
    void isNotThereWithoutMicrometer() {
        bare.withClassLoader(new FilteredClassLoader(
                        ObservationRegistry.class,
                        ContextSnapshotFactory.class,
                        io.micrometer.context.ContextSnapshot.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ChatModel.class));
    }

    @Test
    void backsOffForATracerOfTheApplications() {
        List<String> heard = new ArrayList<>();
        RequestTracer own = () -> {
            heard.add("begun");
            return RequestTrace.NONE;
        };
        runner.withBean(RequestTracer.class, () -> own).run(context -> {
            context.getBean(ChatModel.class).chat("Hello");

            assertThat(heard).containsExactly("begun");
            assertThat(registry).doesNotHaveAnyObservation();
        });
    }

    private ApplicationContextRunner withoutPropagation() {
        return runner.withClassLoader(new FilteredClassLoader(ContextSnapshotFactory.class));
    }

    private void awaitStopped() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < end) {
            try {
                assertThat(registry).hasObservationWithNameEqualTo(CHAT).that().hasBeenStopped();
                return;
            } catch (AssertionError e) {
                Thread.sleep(5);
            }
        }
    }

    private List<String> stages() {
        return contexts(STAGE).stream()
                .map(stage -> stage.getLowCardinalityKeyValue("stage").getValue())
                .toList();
    }

    private List<Observation.Context> contexts(String name) {
        List<Observation.Context> found = new ArrayList<>();
        assertThat(registry).hasHandledContextsThatSatisfy(contexts -> contexts.stream()
                .filter(context -> name.equals(context.getName()))
                .forEach(found::add));
        return found;
    }

    private static List<String> keys(KeyValues values) {
        return values.stream().map(io.micrometer.common.KeyValue::getKey).toList();
    }

    private class Handler implements StreamingChatResponseHandler {

        final CompletableFuture<ChatResponse> ended = new CompletableFuture<>();
        volatile @Nullable String whilePartial;
        volatile @Nullable String whileComplete;

        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            whilePartial = current();
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whileComplete = current();
            ended.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            ended.completeExceptionally(error);
        }

        private @Nullable String current() {
            Observation current = registry.getCurrentObservation();
            return current == null ? null : current.getContextView().getName();
        }
    }
}
