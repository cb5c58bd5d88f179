package com.example.tests.missing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.tests.Folders;
import com.example.tests.byname.NamedServiceApplication;
import com.example.tests.service.ServiceApplication;
import com.example.tests.streams.StreamingApplication;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an operator reads when somebody asks for a model that Glimpse did not make. */
@ExtendWith(OutputCaptureExtension.class)
class MissingModelTest {

    private static final String UNDERSTOOD = "APPLICATION FAILED TO START";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "glimpse.embedding-model.enabled=true,glimpse.embedding-model.location=CLIP |"
                        + " glimpse.embedding-model.enabled is true and glimpse.model.location is not set, so Glimpse"
                        + " loads no chat model. | Set glimpse.model.location=embedded for the embedded model",
                "glimpse.chat-model.enabled=off,glimpse.streaming-chat-model.enabled=off | glimpse.chat-model.enabled"
                        + " is false, so Glimpse makes none. | Leave glimpse.chat-model.enabled out",
                "glimpse.enabled=off | glimpse.enabled is false, so Glimpse makes none. | Leave glimpse.enabled out"
            })
    void saysWhyThereIsNoChatModelAndHowToGetOne(String properties, String why, String how, CapturedOutput output) {
        String[] values = properties.replace("CLIP", Folders.CLIP.toString()).split(",");

        startFails(AsksForAChatModel.class, values);
        assertThat(output)
                .contains(UNDERSTOOD)
                .contains("required a bean of type '" + ChatModel.class.getName() + "' that could not be found: " + why)
                .containsOnlyOnce(how);

        startFails(ServiceApplication.class, values);
        assertThat(output).contains("An @AiService found no chat model: " + why);
    }

    @Test
    void saysHowToGetAModelForVectorsOrScores(CapturedOutput output) {
        startFails(AsksForVectors.class, "glimpse.load=lazy");
        startFails(AsksForScores.class, "glimpse.load=lazy");

        assertThat(output)
                .contains("glimpse.embedding-model.enabled is not true, so Glimpse makes none")
                .contains("Set glimpse.embedding-model.enabled=true and glimpse.embedding-model.location")
                .contains("Set glimpse.scoring-model.enabled=true and glimpse.scoring-model.location");
    }

    @Test
    void saysHowToGetAModelThatIsAskedForByItsName(CapturedOutput output) {
        startFails(NamedServiceApplication.class, "glimpse.chat-model.enabled=no", "glimpse.load=lazy");

        assertThat(output)
                .contains(UNDERSTOOD)
                .contains(
                        "required a bean named 'glimpseChatModel' that could not be found: glimpse.chat-model.enabled");
    }

    @Test
    void aServiceThatDoesNotStreamFailsAtTheStartWithoutAChatModel(CapturedOutput output) {
        startFails(ServiceApplication.class, "glimpse.chat-model.enabled=false", "glimpse.load=lazy");

        assertThat(output)
                .contains(UNDERSTOOD)
                .contains("The method answer of the AI service " + ServiceApplication.Assistant.class.getName()
                        + " needs a ChatModel, and there is only a StreamingChatModel: glimpse.chat-model.enabled is"
                        + " false, so Glimpse makes none.")
                .contains("Leave glimpse.chat-model.enabled out.");
    }

    @Test
    void aServiceThatStreamsStartsWithoutAChatModel() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(StreamingApplication.class)
                .properties("spring.main.banner-mode=off", "spring.main.web-application-type=none")
                .run("--glimpse.chat-model.enabled=false", "--glimpse.load=lazy")) {
            assertThat(context.getBeansOfType(StreamingApplication.Assistant.class))
                    .hasSize(1);
        }
    }

    @Test
    void leavesBeansThatAreNotGlimpsesToSpringBoot(CapturedOutput output) {
        startFails(AsksForAnother.class, "glimpse.enabled=off");

        assertThat(output).contains(UNDERSTOOD).doesNotContain("glimpse.enabled is false");
    }

    private static void startFails(Class<?> application, String... values) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(application)
                        .properties("spring.main.banner-mode=off", "spring.main.web-application-type=none")
                        .run(Stream.of(values).map(value -> "--" + value).toArray(String[]::new))
                        .close())
                .isInstanceOf(RuntimeException.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class AsksForAChatModel {

        @Bean
        String asking(ChatModel model) {
            return model.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class AsksForVectors {

        @Bean
        String asking(EmbeddingModel model) {
            return model.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class AsksForScores {

        @Bean
        String asking(ScoringModel model) {
            return model.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class AsksForAnother {

        @Bean
        String asking(ModerationModel model) {
            return model.toString();
        }
    }
}
