package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import io.github.glimpse.chat.GlimpseChatLogger;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class RequestLoggingTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.generation.max-output-tokens=2");

    @Test
    void logsNothingUnlessAsked(CapturedOutput output) {
        runner.run(context -> {
            context.getBean(ChatModel.class).chat(TestPicture.question());

            assertThat(context).doesNotHaveBean(GlimpseAutoConfiguration.LOGGER);
            assertThat(output).doesNotContain("Request: ", "Response glimpse-", "Pruning glimpse-");
        });
    }

    @Test
    void logsRequestsWithoutTheDataOfPictures(CapturedOutput output) {
        runner.withPropertyValues("glimpse.logging.requests=true").run(context -> {
            context.getBean(ChatModel.class).chat(TestPicture.question());

            assertThat(output)
                    .contains("Request: ", "What is it?", "image/png")
                    .doesNotContain("iVBORw0KGgo", "Response glimpse-", "Pruning glimpse-");
        });
    }

    @Test
    void logsResponsesAndErrors(CapturedOutput output) {
        runner.withPropertyValues("glimpse.logging.responses=on").run(context -> {
            ChatModel model = context.getBean(ChatModel.class);

            model.chat("Hello");
            assertThatThrownBy(() -> model.chat(TestPicture.damaged())).isInstanceOf(InvalidRequestException.class);

            assertThat(output)
                    .contains("Response glimpse-", "No response: ", InvalidRequestException.class.getSimpleName())
                    .doesNotContain("Request: ", "Pruning glimpse-");
        });
    }

    @Test
    void logsPruning(CapturedOutput output) {
        runner.withPropertyValues("glimpse.logging.pruning=true").run(context -> {
            context.getBean(ChatModel.class).chat(TestPicture.question());

            assertThat(output)
                    .containsPattern("Pruning glimpse-\\S+ glimpse at \\S+ ?\\S* kept \\d+ of \\d+ image tokens")
                    .doesNotContain("Request: ", "Response glimpse-");
        });
    }

    @Test
    void logsForBothModelsAndNoOthers() {
        runner.withPropertyValues("glimpse.logging.pruning=true").run(context -> {
            assertThat(context.getBean(ChatModel.class).listeners())
                    .hasSize(1)
                    .hasOnlyElementsOfType(GlimpseChatLogger.class);
            assertThat(context.getBean(StreamingChatModel.class).listeners())
                    .hasSize(1)
                    .hasOnlyElementsOfType(GlimpseChatLogger.class);
            assertThat(context).doesNotHaveBean(ChatModelListener.class);
        });
    }

    @Test
    void logsWithAnEngineOfTheUser() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .withUserConfiguration(OwnEngine.class)
                .withPropertyValues("glimpse.logging.requests=true")
                .run(context ->
                        assertThat(context.getBean(ChatModel.class).listeners()).hasSize(1));
    }

    @Test
    void mapsEveryTopic() {
        assertThat(new GlimpseProperties.Logging(true, true, true).topics())
                .isEqualTo(Set.of(GlimpseChatLogger.Topic.values()));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEngine {

        @Bean
        LoadedModel glimpseEngine() {
            return LoadedModel.load(
                    EngineOptions.builder(TinyModel.QWEN.resolve("model")).build());
        }
    }
}
