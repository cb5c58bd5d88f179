package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.serve.EngineState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The end of an application while an answer is being made. */
@Timeout(120)
class GlimpseLifecycleTest {

    @Test
    void letsARunningAnswerFinishAndRefusesNewOnes() throws Exception {
        ConfigurableApplicationContext context = start("glimpse.generation.max-output-tokens=20");
        LoadedModel engine = context.getBean(LoadedModel.class);
        ChatModel model = context.getBean(ChatModel.class);
        HeldAnswer answer = new HeldAnswer(Duration.ZERO);
        context.getBean(StreamingChatModel.class).chat("Tell me a story", answer);
        answer.started.await();
        Thread closing = new Thread(context::close);
        closing.start();
        while (engine.state() == EngineState.READY) {
            Thread.sleep(2);
        }

        assertThat(engine.state()).isEqualTo(EngineState.DRAINING);
        assertThatThrownBy(() -> model.chat("Hello"))
                .isExactlyInstanceOf(NonRetriableException.class)
                .hasCauseInstanceOf(EngineClosedException.class);
        answer.released.countDown();

        ChatResponse response = answer.done.get(60, TimeUnit.SECONDS);
        assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(20);
        closing.join();
        assertThat(engine.isClosed()).isTrue();
        assertThat(model).satisfies(view -> assertThatThrownBy(() -> view.chat("Hello"))
                .isExactlyInstanceOf(NonRetriableException.class)
                .hasCauseInstanceOf(EngineClosedException.class));
    }

    @Test
    void cancelsAnAnswerThatDoesNotEndInTheTimeOfThePhase() throws Exception {
        ConfigurableApplicationContext context = start(
                "glimpse.generation.max-output-tokens=100000", "spring.lifecycle.timeout-per-shutdown-phase=500ms");
        LoadedModel engine = context.getBean(LoadedModel.class);
        // However fast the machine is, the thousand pieces of this answer take longer than the phase.
        HeldAnswer answer = new HeldAnswer(Duration.ofMillis(10));
        answer.released.countDown();
        context.getBean(StreamingChatModel.class).chat("Tell me a story", answer);
        answer.started.await();

        context.close();

        assertThat(engine.isClosed()).isTrue();
        assertThat(engine.activeRequests()).isZero();
        assertThatThrownBy(() -> answer.done.get(60, TimeUnit.SECONDS))
                .hasCauseExactlyInstanceOf(NonRetriableException.class)
                .hasRootCauseInstanceOf(EngineClosedException.class);
    }

    @Test
    void drainsAfterTheWebServerRefusesAndBeforeItIsGone() {
        ConfigurableApplicationContext context = start();
        Witnesses witnesses = context.getBean(Witnesses.class);

        context.close();

        assertThat(witnesses.seen)
                .containsExactly("READY as the web server stops to accept", "DRAINING as the web server is taken down");
        assertThat(GlimpseLifecycle.WEB_SERVER_GRACEFUL_SHUTDOWN)
                .isEqualTo(WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE);
    }

    @Test
    void saysThatItRefusesTraffic() {
        ConfigurableApplicationContext context = start();
        List<ReadinessState> told = context.getBean(Witnesses.class).readiness;
        assertThat(told).containsExactly(ReadinessState.ACCEPTING_TRAFFIC);

        context.close();

        assertThat(told).containsExactly(ReadinessState.ACCEPTING_TRAFFIC, ReadinessState.REFUSING_TRAFFIC);
    }

    @Test
    void aContextThatIsStoppedAndStartedAgainAnswersAgain() {
        try (ConfigurableApplicationContext context = start("glimpse.generation.max-output-tokens=2")) {
            ChatModel model = context.getBean(ChatModel.class);

            context.stop();
            assertThatThrownBy(() -> model.chat("Hello")).isInstanceOf(NonRetriableException.class);
            context.start();

            assertThat(model.chat("Hello")).isNotNull();
            assertThat(context.getBean(Witnesses.class).readiness)
                    .endsWith(ReadinessState.REFUSING_TRAFFIC, ReadinessState.ACCEPTING_TRAFFIC);
        }
    }

    @Test
    void makesNoEngineThatNobodyAskedFor() {
        ConfigurableApplicationContext context = start("spring.main.lazy-initialization=true");

        context.close();

        assertThat(context.getBeanFactory().containsSingleton(GlimpseAutoConfiguration.ENGINE))
                .isFalse();
    }

    private static ConfigurableApplicationContext start(String... values) {
        return new SpringApplicationBuilder(Application.class)
                .properties("spring.main.banner-mode=off", "spring.main.web-application-type=none")
                .properties(TinyModel.properties(TinyModel.QWEN))
                .run(Stream.of(values).map(value -> "--" + value).toArray(String[]::new));
    }

    /** An answer whose handler holds it at its first piece, and for a while at each. */
    private static final class HeldAnswer implements StreamingChatResponseHandler {

        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final CompletableFuture<ChatResponse> done = new CompletableFuture<>();
        private final Duration pause;

        HeldAnswer(Duration pause) {
            this.pause = pause;
        }

        @Override
        public void onPartialResponse(String text) {
            started.countDown();
            try {
                released.await();
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            done.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            done.completeExceptionally(error);
        }
    }

    /** Looks at the engine in the phases in which a web server stops. */
    private static final class Witnesses implements ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

        private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
        private final List<ReadinessState> readiness = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
            readiness.add(event.getState());
        }
    }

    private record Witness(int phase, String what, Witnesses all, ConfigurableApplicationContext context)
            implements SmartLifecycle {

        @Override
        public void start() {}

        @Override
        public void stop() {
            if (context.getBeanFactory().getSingleton(GlimpseAutoConfiguration.ENGINE) instanceof LoadedModel engine) {
                all.seen.add(engine.state() + " as the web server " + what);
            }
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public int getPhase() {
            return phase;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Witnesses witnesses() {
            return new Witnesses();
        }

        @Bean
        Witness refusing(Witnesses all, ConfigurableApplicationContext context) {
            return new Witness(
                    WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE, "stops to accept", all, context);
        }

        @Bean
        Witness gone(Witnesses all, ConfigurableApplicationContext context) {
            return new Witness(
                    WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE - 1024, "is taken down", all, context);
        }
    }
}
