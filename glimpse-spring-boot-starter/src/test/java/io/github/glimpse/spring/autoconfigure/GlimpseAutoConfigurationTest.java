package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseStreamingChatModel;
import io.github.glimpse.chat.GlimpseTokenCountEstimator;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

class GlimpseAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN));

    @Test
    void makesEveryBeanUnderItsName() {
        runner.run(context -> {
            assertThat(context).getBean("glimpseEngine").isInstanceOf(LoadedModel.class);
            assertThat(context).getBean("glimpseChatModel").isInstanceOf(GlimpseChatModel.class);
            assertThat(context).getBean("glimpseStreamingChatModel").isInstanceOf(GlimpseStreamingChatModel.class);
            assertThat(context).getBean("glimpseTokenCountEstimator").isInstanceOf(GlimpseTokenCountEstimator.class);
        });
    }

    @Test
    void loadsLlavaByTheSameProperties() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.LLAVA))
                .run(context ->
                        assertThat(context.getBean(LoadedModel.class).family()).isEqualTo("llava"));
    }

    @Test
    void answersAQuestion() {
        runner.withPropertyValues("glimpse.generation.max-output-tokens=4")
                .run(context -> assertThat(context.getBean(ChatModel.class).chat("Hello"))
                        .isNotNull());
    }

    @Test
    void fetchesImagesByUrlOnlyWhenToldTo() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        String host = "127.0.0.1:" + server.getAddress().getPort();
        UserMessage message = UserMessage.from(ImageContent.from("http://" + host + "/cat.png"));
        try {
            runner.withPropertyValues("glimpse.images.history=refuse").run(context -> {
                assertThatThrownBy(() -> context.getBean(ChatModel.class).chat(message))
                        .hasMessageContaining("glimpse.images.url-access");
                assertThatThrownBy(
                                () -> context.getBean(TokenCountEstimator.class).estimateTokenCountInMessage(message))
                        .hasMessageContaining("glimpse.images.url-access");
            });
            runner.withPropertyValues(
                            "glimpse.images.history=refuse",
                            "glimpse.images.url-access=allow-list",
                            "glimpse.images.allowed-hosts[0]=" + host)
                    .run(context -> {
                        assertThatThrownBy(
                                        () -> context.getBean(ChatModel.class).chat(message))
                                .hasMessageContaining("status 404");
                        assertThatThrownBy(() -> context.getBean(TokenCountEstimator.class)
                                        .estimateTokenCountInMessage(message))
                                .hasMessageContaining("status 404");
                        RecordingErrors errors = new RecordingErrors();
                        context.getBean(StreamingChatModel.class).chat(List.of(message), errors);
                        assertThat(errors.first.get(30, TimeUnit.SECONDS)).hasMessageContaining("status 404");
                    });
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesSenselessTimesForImagesByUrl() {
        runner.withPropertyValues("glimpse.images.read-timeout=2h").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContainingAll("glimpse.images", "at most 1 hour"));
        runner.withPropertyValues("glimpse.images.connect-timeout=0s").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContainingAll("glimpse.images", "positive"));
    }

    private static final class RecordingErrors implements StreamingChatResponseHandler {

        private final CompletableFuture<Throwable> first = new CompletableFuture<>();

        @Override
        public void onCompleteResponse(ChatResponse response) {
            first.completeExceptionally(new AssertionError("an answer without a picture"));
        }

        @Override
        public void onError(Throwable error) {
            first.complete(error);
        }
    }

    @Test
    void closesTheEngineWithTheContext() {
        List<LoadedModel> engines = new ArrayList<>();

        runner.run(context -> engines.add(context.getBean(LoadedModel.class)));

        assertThat(engines).singleElement().matches(LoadedModel::isClosed);
    }

    @Test
    void turnsEverythingOff() {
        runner.withPropertyValues("glimpse.enabled=false").run(context -> assertThat(context)
                .doesNotHaveBean(LoadedModel.class)
                .doesNotHaveBean(ChatModel.class)
                .doesNotHaveBean(StreamingChatModel.class)
                .doesNotHaveBean(GlimpseTokenCountEstimator.class));
    }

    @Test
    void needsNoModelWhenItIsOff() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .withPropertyValues("glimpse.enabled=off")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LoadedModel.class));
    }

    @Test
    void turnsTheChatModelOff() {
        runner.withPropertyValues("glimpse.chat-model.enabled=false")
                .run(context ->
                        assertThat(context).doesNotHaveBean(ChatModel.class).hasSingleBean(StreamingChatModel.class));
    }

    @Test
    void turnsTheStreamingChatModelOff() {
        runner.withPropertyValues("glimpse.streaming-chat-model.enabled=no")
                .run(context ->
                        assertThat(context).hasSingleBean(ChatModel.class).doesNotHaveBean(StreamingChatModel.class));
    }

    @Test
    void isSilentWithoutTheLibrary() {
        runner.withClassLoader(new FilteredClassLoader(LoadedModel.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("glimpseEngine"));
    }

    @Test
    void isSilentWithoutLangChain4j() {
        runner.withClassLoader(new FilteredClassLoader(ChatModel.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("glimpseEngine"));
    }

    @Test
    void leavesTheChatModelOfItsNameToTheUser() {
        runner.withUserConfiguration(OwnChatModel.class).run(context -> assertThat(context)
                .hasSingleBean(ChatModel.class)
                .doesNotHaveBean(GlimpseChatModel.class)
                .hasSingleBean(GlimpseStreamingChatModel.class));
    }

    @Test
    void staysBesideAChatModelOfAnotherName() {
        runner.withUserConfiguration(OtherChatModel.class)
                .run(context -> assertThat(context.getBeanNamesForType(ChatModel.class))
                        .containsExactlyInAnyOrder("otherChatModel", "glimpseChatModel"));
    }

    @Test
    void leavesTheStreamingChatModelOfItsNameToTheUser() {
        runner.withUserConfiguration(OwnStreamingChatModel.class)
                .run(context -> assertThat(context).doesNotHaveBean(GlimpseStreamingChatModel.class));
    }

    @Test
    void leavesTheTokenCountEstimatorOfItsNameToTheUser() {
        runner.withUserConfiguration(OwnTokenCountEstimator.class).run(context -> assertThat(context)
                .hasSingleBean(TokenCountEstimator.class)
                .doesNotHaveBean(GlimpseTokenCountEstimator.class));
    }

    @Test
    void takesAnEngineOfTheUserAndAsksForNoProperty() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .withUserConfiguration(OwnEngine.class)
                .run(context -> assertThat(context.getBean(GlimpseChatModel.class)
                                .defaultRequestParameters()
                                .modelName())
                        .isEqualTo("own"));
    }

    @Test
    void takesTheEngineOfItsNameAmongSeveral() {
        runner.withUserConfiguration(OtherEngine.class)
                .run(context -> assertThat(context.getBean(GlimpseChatModel.class)
                                .defaultRequestParameters()
                                .modelName())
                        .isEqualTo("qwen2_5_vl-tiny"));
    }

    @Test
    void handsListenersToTheChatModelInTheirOrder() {
        runner.withUserConfiguration(Listeners.class).run(context -> {
            Listeners listeners = context.getBean(Listeners.class);

            context.getBean(ChatModel.class).chat("Hello");

            assertThat(listeners.heard)
                    .startsWith("first asked", "second asked")
                    .contains("first answered");
        });
    }

    @Test
    void handsListenersToTheStreamingChatModel() {
        runner.withUserConfiguration(Listeners.class).run(context -> assertThat(
                        context.getBean(StreamingChatModel.class).listeners())
                .hasSize(2));
    }

    /** A chat model that stands where ours would. */
    private static final class Echo implements ChatModel {

        @Override
        public ChatResponse doChat(ChatRequest request) {
            throw new UnsupportedOperationException("not asked in these tests");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChatModel {

        @Bean
        ChatModel glimpseChatModel() {
            return new Echo();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherChatModel {

        @Bean
        ChatModel otherChatModel() {
            return new Echo();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStreamingChatModel {

        @Bean
        StreamingChatModel glimpseStreamingChatModel() {
            return new StreamingChatModel() {};
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTokenCountEstimator {

        @Bean
        TokenCountEstimator glimpseTokenCountEstimator() {
            return new Letters();
        }
    }

    /** Takes letters for tokens. */
    private static final class Letters implements TokenCountEstimator {

        @Override
        public int estimateTokenCountInText(String text) {
            return text.length();
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            return message.toString().length();
        }

        @Override
        public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
            return messages.toString().length();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEngine {

        @Bean
        LoadedModel glimpseEngine() {
            return load("own");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherEngine {

        @Bean
        LoadedModel otherEngine() {
            return load("other");
        }
    }

    private static LoadedModel load(String name) {
        return LoadedModel.load(EngineOptions.builder(TinyModel.QWEN.resolve("model"))
                .name(name)
                .build());
    }

    @Configuration(proxyBeanMethods = false)
    static class Listeners {

        private final List<String> heard = new ArrayList<>();

        @Bean
        @Order(2)
        ChatModelListener second() {
            return new Listener("second", heard);
        }

        @Bean
        @Order(1)
        ChatModelListener first() {
            return new Listener("first", heard);
        }
    }

    private record Listener(String name, List<String> heard) implements ChatModelListener {

        @Override
        public void onRequest(ChatModelRequestContext context) {
            heard.add(name + " asked");
        }

        @Override
        public void onResponse(ChatModelResponseContext context) {
            heard.add(name + " answered");
        }
    }
}
