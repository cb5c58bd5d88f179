package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.testing.BlipFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A BLIP folder as the application's model. */
class BlipPropertiesTest {

    private static final String ADVICE = "Set glimpse.generation accordingly.";
    private static final Path CASE = TinyModel.BLIP_CAPTION.resolve("cases/001");

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class));

    private final ApplicationContextRunner captions =
            runner.withPropertyValues("glimpse.model.location=" + TinyModel.BLIP_CAPTION.resolve("model"));

    @Test
    void beamSearchByPropertiesIsTheReferences() throws IOException {
        String expected = new ObjectMapper()
                .readTree(CASE.resolve("expected.json").toFile())
                .path("unpruned_beam")
                .path("text")
                .asText();
        byte[] picture = Files.readAllBytes(CASE.resolve("a.png"));

        captions.withPropertyValues(
                        "glimpse.generation.beams=3",
                        "glimpse.generation.max-output-tokens=19",
                        "glimpse.generation.min-output-tokens=4",
                        "glimpse.generation.length-penalty=1")
                .run(context -> assertThat(context.getBean(ChatModel.class)
                                .chat(UserMessage.from(
                                        ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/png")))
                                .aiMessage()
                                .text())
                        .isEqualTo(expected));
    }

    @Test
    void beamsWithATemperatureStopTheStart() {
        captions.withPropertyValues("glimpse.generation.beams=3", "glimpse.generation.temperature=0.5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("temperature and penalties do not go with it"));
    }

    @Test
    void aModelForAnswersTakesTheFirstTokenOfTheOriginalTraining(@TempDir Path folder) {
        Path model = BlipFolder.answers().write(folder.resolve("answers"), TinyModel.BLIP_CAPTION.resolve("model"));
        runner.withPropertyValues("glimpse.model.location=" + model, "glimpse.generation.first-token=enc")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBean(LoadedModel.class)
                        .satisfies(engine ->
                                assertThat(engine.options().load().firstToken()).isEqualTo(FirstToken.ENC)));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void whatTheModelCannotDoIsLoggedWithItsPropertyWhereItIsLoadedInTheBackground(CapturedOutput output) {
        runner.withPropertyValues(TinyModel.properties(TinyModel.LLAVA))
                .withPropertyValues("glimpse.load=background", "glimpse.generation.beams=3")
                .run(context -> {
                    assertThat(context.getBean(LoadedModel.class).whenLoaded().toCompletableFuture())
                            .failsWithin(Duration.ofSeconds(60));
                    // The log is written by a callback of its own.
                    for (int i = 0; i < 1000 && !output.getAll().contains(ADVICE); i++) {
                        Thread.sleep(10);
                    }
                    assertThat(output).contains(ADVICE);
                });
    }
}
