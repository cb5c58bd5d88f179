package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
import io.github.glimpse.spring.openai.BodylessHandler;
import io.github.glimpse.spring.openai.FormFilter;
import io.github.glimpse.spring.openai.OpenAiController;
import io.github.glimpse.spring.openai.OpenAiOptions;
import io.github.glimpse.spring.openai.Refusal;
import io.github.glimpse.spring.openai.TomcatConnections;
import io.github.glimpse.spring.openai.UnknownPath;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/**
 * The endpoint for clients of OpenAI's API, in an application with Spring MVC; off by default. It asks the beans
 * {@code glimpseChatModel}, {@code glimpseStreamingChatModel} and {@code glimpseEmbeddingModel}, as far as there are some.
 */
@AutoConfiguration(after = {GlimpseAutoConfiguration.class, GlimpseEmbeddingAutoConfiguration.class})
@ConditionalOnClass({LoadedModel.class, DispatcherServlet.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnSwitch(GlimpseAutoConfiguration.SWITCH)
public final class GlimpseOpenAiAutoConfiguration {

    static final String SWITCH = "glimpse.openai.enabled";

    private static final Logger LOG = LoggerFactory.getLogger(GlimpseOpenAiAutoConfiguration.class);
    static final String UNKNOWN_PATHS = "glimpseOpenAiUnknownPaths";
    static final String TOMCAT = "glimpseOpenAiTomcat";
    static final String CONNECTOR = "org.apache.catalina.connector.Connector";
    static final String BOOT3_CUSTOMIZER = "org.springframework.boot.web.embedded.tomcat.TomcatConnectorCustomizer";
    static final String BOOT4_CUSTOMIZER = "org.springframework.boot.tomcat.TomcatConnectorCustomizer";

    /** OpenAI's code for a conversation that is longer than the context of the model. */
    private static final String CONTEXT_LENGTH = "context_length_exceeded";

    private static final String ADDRESS = "server.address";
    private static final String KEYS = "glimpse.openai.api-keys";
    private static final String PATHS = "/v1/**";
    /** Behind the application's own handlers, before its files. */
    private static final int AFTER_CONTROLLERS = 10;

    private static final DataSize LEAST_BODY = DataSize.ofKilobytes(1);

    GlimpseOpenAiAutoConfiguration() {}

    /** The endpoint. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = SWITCH, byDefault = false)
    @EnableConfigurationProperties(GlimpseProperties.class)
    static class Endpoint {

        @Bean(destroyMethod = "close")
        OpenAiController glimpseOpenAi(GlimpseProperties properties, BeanFactory beans, Environment environment) {
            OpenAiController.Models models = new OpenAiController.Models(
                    bean(beans, GlimpseAutoConfiguration.CHAT_MODEL, ChatModel.class),
                    bean(beans, GlimpseAutoConfiguration.STREAMING_CHAT_MODEL, StreamingChatModel.class),
                    bean(beans, GlimpseEmbeddingAutoConfiguration.MODEL, EmbeddingModel.class));
            if (models.chat() == null && models.streaming() == null && models.embedding() == null) {
                throw new InvalidPropertyException(
                        SWITCH,
                        "There is no model that the endpoint could ask: neither glimpseChatModel nor"
                                + " glimpseStreamingChatModel nor glimpseEmbeddingModel; let Glimpse make one",
                        null);
            }
            OpenAiOptions options = options(properties);
            checkReach(options, properties.openai().externalSecurity(), environment);
            Duration retryAfter = options.retryAfter();
            return new OpenAiController(models, options, error -> HttpProblem.of(error)
                    .map(problem -> new Refusal(
                            problem.status().value(),
                            problem.detail(error),
                            HttpProblem.isTooLong(error) ? CONTEXT_LENGTH : null,
                            problem.mayTryAgain() ? HttpProblem.retrySeconds(error, retryAfter) : 0)));
        }

        private static <T> @Nullable T bean(BeanFactory beans, String name, Class<T> type) {
            return beans.containsBean(name) ? beans.getBean(name, type) : null;
        }

        private static OpenAiOptions options(GlimpseProperties properties) {
            GlimpseProperties.OpenAi openai = properties.openai();
            checkSize("glimpse.openai.max-body", openai.maxBody());
            return new OpenAiOptions(
                    // A variable that is empty is no key.
                    openai.apiKeys().stream()
                            .filter(StringUtils::hasText)
                            .map(String::strip)
                            .toList(),
                    openai.allowedHosts(),
                    openai.allowedOrigins(),
                    new OpenAiOptions.Bodies(
                            openai.maxBody().toBytes(),
                            bodyMemory(openai.maxBodyMemory()),
                            openai.bodyTimeout(),
                            openai.minBodyRate().toBytes(),
                            openai.maxConcurrentBodies(),
                            openai.maxConcurrentBodiesPerClient()),
                    new PropertiesMapper(properties).imageLimits().maxBytes(),
                    openai.maxRequestsPerKey(),
                    outputTokens(properties),
                    openai.keepAlive(),
                    Objects.requireNonNullElse(properties.limits().timeout(), EngineOptions.DEFAULT_TIMEOUT),
                    properties.web().problemDetails().retryAfter(),
                    openai.history());
        }

        private static int outputTokens(GlimpseProperties properties) {
            Integer limit = properties.openai().maxOutputTokens();
            int usual = Objects.requireNonNullElse(
                    properties.generation().maxOutputTokens(), GenerationOptions.DEFAULT_MAX_OUTPUT_TOKENS);
            if (limit != null && usual > limit) {
                throw new InvalidPropertyException(
                        "glimpse.openai.max-output-tokens",
                        "It is " + limit + ", and an answer to a request that names no limit has up to " + usual
                                + " tokens; set glimpse.generation.max-output-tokens to " + limit + " or less",
                        null);
            }
            return limit == null ? Integer.MAX_VALUE : limit;
        }

        private static void checkSize(String property, DataSize size) {
            if (size.compareTo(LEAST_BODY) < 0) {
                throw new InvalidPropertyException(
                        property,
                        "It is " + size.toBytes() + " bytes, and a question has more; set at least 1KB",
                        null);
            }
        }

        /** Several times as many bytes are needed while a body is parsed, decoded and answered. */
        private static long bodyMemory(@Nullable DataSize memory) {
            if (memory == null) {
                return Runtime.getRuntime().maxMemory() / 8;
            }
            checkSize("glimpse.openai.max-body-memory", memory);
            return memory.toBytes();
        }

        /** Whoever reaches the port could use the model. */
        private static void checkReach(OpenAiOptions options, boolean guarded, Environment environment) {
            String address = environment.getProperty(ADDRESS, "");
            if (!options.apiKeys().isEmpty() || isLoopback(address)) {
                return;
            }
            if (guarded) {
                LOG.info("The OpenAI endpoint asks for no key: glimpse.openai.external-security says that the"
                        + " application does");
                return;
            }
            throw new InvalidPropertyException(
                    KEYS,
                    "The OpenAI endpoint is on, asks for no key, and others than this machine can reach it ("
                            + (address.isBlank() ? ADDRESS + " is not set" : ADDRESS + " is " + address)
                            + "). Name a key, or set " + ADDRESS + "=127.0.0.1, or"
                            + " glimpse.openai.external-security=true where the application itself lets in only whom it"
                            + " knows",
                    null);
        }

        private static boolean isLoopback(String address) {
            try {
                return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
            } catch (UnknownHostException e) {
                return false;
            }
        }

        @Bean
        FormFilter glimpseOpenAiForms(ObjectProvider<HandlerMapping> mappings) {
            return new FormFilter(() -> mappings.orderedStream().toList());
        }

        /** After the application's own handlers, before its files. */
        @Bean
        @ConditionalOnMissingBean(name = UNKNOWN_PATHS)
        SimpleUrlHandlerMapping glimpseOpenAiUnknownPaths() {
            return new SimpleUrlHandlerMapping(Map.of(PATHS, new UnknownPath()), AFTER_CONTROLLERS);
        }

        /** Lets pages of the named origins read the answers. */
        @Bean
        WebMvcConfigurer glimpseOpenAiOrigins(GlimpseProperties properties) {
            List<String> origins = properties.openai().allowedOrigins();
            return new WebMvcConfigurer() {
                @Override
                public void addCorsMappings(CorsRegistry registry) {
                    if (!origins.isEmpty()) {
                        registry.addMapping(PATHS)
                                .allowedOrigins(origins.toArray(String[]::new))
                                .allowedMethods("GET", "POST");
                    }
                }
            };
        }

        /** Without a key: it tells nothing but whether requests are taken. A handler of the application on this path wins. */
        @Bean
        SimpleUrlHandlerMapping glimpseOpenAiHealth(
                @Qualifier(GlimpseAutoConfiguration.ENGINE) ObjectProvider<LoadedModel> engine,
                @Qualifier(GlimpseEmbeddingAutoConfiguration.ENGINE) ObjectProvider<EmbeddingEngine> embedding) {
            BodylessHandler health = (request, response) -> {
                Health state = Stream.concat(
                                engine.stream().map(LoadedModel::state),
                                embedding.stream().map(EmbeddingEngine::state))
                        .map(Health::of)
                        .max(Comparator.naturalOrder())
                        .orElse(Health.OK);
                response.setStatus(state.status);
                response.setContentType(MediaType.APPLICATION_JSON_VALUE);
                response.getOutputStream().write(state.body());
            };
            return new SimpleUrlHandlerMapping(Map.of("/health", health), AFTER_CONTROLLERS);
        }
    }

    /** Protection of the connectors of Spring Boot 3's Tomcat; a bean of this name replaces it. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = SWITCH, byDefault = false)
    @ConditionalOnClass(name = {CONNECTOR, BOOT3_CUSTOMIZER})
    static class Boot3Tomcat {

        @Bean
        @ConditionalOnMissingBean(name = TOMCAT)
        org.springframework.boot.web.embedded.tomcat.TomcatConnectorCustomizer glimpseOpenAiTomcat() {
            return TomcatConnections::protect;
        }
    }

    /** The same for Spring Boot 4. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = SWITCH, byDefault = false)
    @ConditionalOnClass(name = {CONNECTOR, BOOT4_CUSTOMIZER})
    @ConditionalOnMissingClass(BOOT3_CUSTOMIZER)
    static class Boot4Tomcat {

        @Bean
        @ConditionalOnMissingBean(name = TOMCAT)
        org.springframework.boot.tomcat.TomcatConnectorCustomizer glimpseOpenAiTomcat() {
            return TomcatConnections::protect;
        }
    }

    /** What a balancer reads, the worst last. */
    private enum Health {
        OK(200, "ok"),
        LOADING(503, "loading"),
        UNAVAILABLE(503, "unavailable");

        private final int status;
        private final String text;

        Health(int status, String text) {
            this.status = status;
            this.text = text;
        }

        byte[] body() {
            return ("{\"status\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
        }

        static Health of(EngineState state) {
            return switch (state) {
                case READY, UNLOADED, FAILING -> OK;
                case LOADING -> LOADING;
                case FAILED, LOAD_FAILED, DRAINING, CLOSED -> UNAVAILABLE;
            };
        }
    }
}
