package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.spring.openai.OpenAiController;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.embedded.tomcat.TomcatConnectorCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** When the endpoint is there, and what it needs to start. */
class GlimpseOpenAiAutoConfigurationTest {

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    GlimpseAutoConfiguration.class,
                    GlimpseEmbeddingAutoConfiguration.class,
                    GlimpseOpenAiAutoConfiguration.class))
            .withUserConfiguration(Web.class)
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.model.name=tiny");

    @EnableWebMvc
    static class Web {}

    @Test
    void itIsOffByDefault() {
        runner.run(context -> assertThat(context).doesNotHaveBean(OpenAiController.class));
    }

    @Test
    void itNeedsSpringMvc() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(GlimpseAutoConfiguration.class, GlimpseOpenAiAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .withPropertyValues("glimpse.openai.enabled=true")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(OpenAiController.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1023B"})
    void bodiesThatHoldNoQuestionAreNotAskedFor(String most) {
        runner.withPropertyValues("glimpse.openai.enabled=true", "glimpse.openai.max-body=" + most)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidPropertyException.class)
                        .hasMessageContainingAll("glimpse.openai.max-body", "at least 1KB"));
    }

    @Test
    void theMemoryOfBodiesIsAtLeastOneBody() {
        runner.withPropertyValues("glimpse.openai.enabled=true", "glimpse.openai.max-body-memory=1000B")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidPropertyException.class)
                        .hasMessageContainingAll("glimpse.openai.max-body-memory", "at least 1KB"));
    }

    @Test
    void theLimitOfOutputTokensIsNotBelowThatOfRequestsWithoutOne() {
        WebApplicationContextRunner limited = runner.withPropertyValues(
                "glimpse.openai.enabled=true", "server.address=127.0.0.1", "glimpse.openai.max-output-tokens=100");
        limited.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContainingAll(
                        "glimpse.openai.max-output-tokens", "100", "glimpse.generation.max-output-tokens", "512"));
        limited.withPropertyValues("glimpse.generation.max-output-tokens=100")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void connectorsOfTomcatAreProtectedUnlessTheApplicationDoesIt() {
        WebApplicationContextRunner own = runner.withPropertyValues("server.address=127.0.0.1");
        own.withPropertyValues("glimpse.openai.enabled=true").run(context -> assertThat(context)
                .hasSingleBean(TomcatConnectorCustomizer.class)
                .hasBean(GlimpseOpenAiAutoConfiguration.TOMCAT));
        own.run(context -> assertThat(context).doesNotHaveBean(TomcatConnectorCustomizer.class));
        own.withPropertyValues("glimpse.openai.enabled=true")
                .withClassLoader(new FilteredClassLoader(Connector.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TomcatConnectorCustomizer.class));
        TomcatConnectorCustomizer none = connector -> {};
        own.withPropertyValues("glimpse.openai.enabled=true")
                .withBean(GlimpseOpenAiAutoConfiguration.TOMCAT, TomcatConnectorCustomizer.class, () -> none)
                .run(context -> assertThat(context.getBean(TomcatConnectorCustomizer.class))
                        .isSameAs(none));
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.address=", "server.address=0.0.0.0", "server.address=10.1.2.3"})
    void withoutAKeyAndBeyondThisMachineItDoesNotStart(String address) {
        runner.withPropertyValues("glimpse.openai.enabled=true", "glimpse.openai.api-keys=", address)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidPropertyException.class)
                        .hasMessageContainingAll(
                                "glimpse.openai.api-keys", "server.address", "others than this machine"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server.address=127.0.0.1",
                "server.address=localhost",
                "server.address=::1",
                "glimpse.openai.api-keys=a-key",
                "glimpse.openai.external-security=true"
            })
    void aKeyOrThisMachineAloneOrTheApplicationsOwnSecurityIsEnough(String property) {
        runner.withPropertyValues("glimpse.openai.enabled=true", property)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(OpenAiController.class));
    }

    @Test
    void itAsksTheBeansOfTheApplication() {
        runner.withPropertyValues("glimpse.openai.enabled=true", "server.address=127.0.0.1")
                .run(context -> {
                    MockMvc mvc = MockMvcBuilders.webAppContextSetup(
                                    (WebApplicationContext) context.getSourceApplicationContext())
                            .build();
                    mvc.perform(get("/v1/models"))
                            .andExpect(status().isOk())
                            .andExpect(jsonPath("$.data[0].id").value("tiny"));
                    mvc.perform(post("/v1/chat/completions")
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"max_tokens\": 2, \"messages\": [{\"role\": \"user\", \"content\":"
                                            + " \"Hello\"}]}"))
                            .andExpect(status().isOk())
                            .andExpect(header().string("Cache-Control", "no-store"))
                            .andExpect(jsonPath("$.choices[0].message.role").value("assistant"))
                            .andExpect(jsonPath("$.usage.completion_tokens").value(2));
                    mvc.perform(post("/v1/embeddings")
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"input\": \"a\"}"))
                            .andExpect(status().isNotFound())
                            .andExpect(jsonPath("$.error.code").value("model_not_found"));
                });
    }

    @ParameterizedTest
    @CsvSource({"true, tiny", "false, glimpse"})
    void aModelOfTheApplicationThatHasNoNameIsServedUnderThatOfTheStreamingOneOrOurs(String streaming, String name) {
        runner.withUserConfiguration(OwnModel.class)
                .withPropertyValues(
                        "glimpse.openai.enabled=true",
                        "server.address=127.0.0.1",
                        "glimpse.streaming-chat-model.enabled=" + streaming)
                .run(context -> {
                    MockMvc mvc = MockMvcBuilders.webAppContextSetup(
                                    (WebApplicationContext) context.getSourceApplicationContext())
                            .build();
                    mvc.perform(get("/v1/models"))
                            .andExpect(status().isOk())
                            .andExpect(jsonPath("$.data[0].id").value(name));
                    mvc.perform(post("/v1/chat/completions")
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content("{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}"))
                            .andExpect(status().isOk())
                            .andExpect(jsonPath("$.choices[0].message.content").value("Hello"));
                });
    }

    /** Says again what was said. */
    @Configuration
    static class OwnModel {

        @Bean
        ChatModel glimpseChatModel() {
            return new ChatModel() {
                @Override
                public ChatResponse doChat(ChatRequest request) {
                    UserMessage said = (UserMessage)
                            request.messages().get(request.messages().size() - 1);
                    return ChatResponse.builder()
                            .aiMessage(AiMessage.from(said.singleText()))
                            .build();
                }
            };
        }
    }

    @Test
    void withoutAModelItDoesNotStart() {
        runner.withPropertyValues(
                        "glimpse.openai.enabled=true",
                        "server.address=127.0.0.1",
                        "glimpse.chat-model.enabled=false",
                        "glimpse.streaming-chat-model.enabled=false")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContainingAll("glimpse.openai.enabled", "no model"));
    }

    @Test
    void keysStandInNoText() {
        runner.withPropertyValues("glimpse.openai.enabled=true", "glimpse.openai.api-keys=very-secret")
                .run(context -> assertThat(
                                context.getBean(GlimpseProperties.class).toString())
                        .doesNotContain("very-secret"));
    }
}
