package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.spring.AiService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an operator reads when the application does not start. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTest {

    /** What begins Spring Boot's text for a failure that was understood. */
    private static final String UNDERSTOOD = "APPLICATION FAILED TO START";

    @ParameterizedTest
    @CsvSource(
            delimiter = '=',
            quoteCharacter = '"',
            value = {
                "glimpse.enabled=perhaps",
                "glimpse.chat-model.enabled=perhaps",
                "glimpse.streaming-chat-model.enabled=perhaps",
                "glimpse.device=gpu",
                "glimpse.dtype=float64",
                "glimpse.weights=zipped",
                "glimpse.native.download=perhaps",
                "glimpse.threads=0",
                "glimpse.threads=1025",
                "glimpse.pruning.enabled=perhaps",
                "glimpse.pruning.max-retention-ratio=0",
                "glimpse.pruning.max-retention-ratio=1.5",
                "glimpse.pruning.min-tokens=-1",
                "glimpse.pruning.threshold=1.01",
                "glimpse.pruning.threshold=-0.1",
                "glimpse.pruning.anchors=middle",
                "glimpse.pruning.schedule[0].strategy=\" \"",
                "glimpse.pruning.schedule[0].at=layer nine",
                "glimpse.pruning.schedule[0].threshold=2",
                "glimpse.pruning.schedule[0].retention-ratio=0",
                "glimpse.pruning.schedule[0].min-tokens=-1",
                "glimpse.generation.temperature=-1",
                "glimpse.generation.top-p=0",
                "glimpse.generation.top-p=1.1",
                "glimpse.generation.top-k=-1",
                "glimpse.generation.min-p=2",
                "glimpse.generation.seed=first",
                "glimpse.generation.repetition-penalty=0",
                "glimpse.generation.presence-penalty=3",
                "glimpse.generation.frequency-penalty=-3",
                "glimpse.generation.max-output-tokens=0",
                "glimpse.generation.min-output-tokens=-1",
                "glimpse.generation.beams=0",
                "glimpse.generation.beams=65",
                "glimpse.generation.length-penalty=101",
                "glimpse.generation.first-token=sep",
                "glimpse.generation.stop[0]=\"\"",
                "glimpse.generation.system-message=classpath:",
                "glimpse.generation.system-message=file:/",
                "glimpse.serving.max-running=0",
                "glimpse.serving.memory-budget=-1MB",
                "glimpse.serving.memory-budget=0",
                "glimpse.serving.prefill-share=1",
                "glimpse.serving.slice-rows=513",
                "glimpse.concurrency.max-queued=-1",
                "glimpse.limits.timeout=0s",
                "glimpse.limits.timeout=soon",
                "glimpse.limits.timeout=366d",
                "glimpse.limits.max-images=0",
                "glimpse.limits.max-image-size=0B",
                "glimpse.limits.max-image-pixels=0",
                "glimpse.limits.min-pixels=0",
                "glimpse.limits.max-pixels=0",
                "glimpse.limits.max-input-tokens=0",
                "glimpse.cache.prefix.enabled=perhaps",
                "glimpse.cache.prefix.max-size=-1B",
                "glimpse.cache.prefix.scope=family",
                "glimpse.cache.prefix.ttl=0s",
                "glimpse.cache.vision-features.enabled=perhaps",
                "glimpse.cache.vision-features.max-size=-1B",
                "glimpse.cache.vision-features.max-size=huge",
                "glimpse.cache.vision-features.ttl=0s",
                "glimpse.cache.vision-features.ttl=1000000d",
                "glimpse.images.transparency=black",
                "glimpse.images.aspect=stretch",
                "glimpse.model.location=/no/such/folder",
                "glimpse.model.location=classpath:no/such/folder",
                "glimpse.model.pruning-module=/no/such/folder",
                "glimpse.model.family=gpt",
                "glimpse.pruning.strategy=guess",
                "glimpse.pruning.profile=brave",
                "glimpse.pruning.guard.widen-below=1.5",
                "glimpse.pruning.guard.skip-below=-1",
                "glimpse.pruning.canary-ratio=2",
                "glimpse.profiles.mine.max-retention-ratio=7",
            })
    void namesTheKeyOfAWrongValue(String key, String value, CapturedOutput output) {
        startFails(key + "=" + value);

        assertThat(output).contains(UNDERSTOOD).contains(key);
    }

    @Test
    void theNextStepAfterAnOldNameIsTheNewOne(CapturedOutput output) {
        startFails("glimpse.concurrency.max-active=4");

        assertThat(output)
                .contains(
                        "Set glimpse.serving.max-running instead, and remove glimpse.concurrency.max-active. It is '4' now.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "glimpse.load=lazy,glimpse.pruning.strategy=guess | glimpse.pruning.strategy: The pruning strategy 'guess'",
                "glimpse.load=background,glimpse.pruning.schedule[1].strategy=guess,glimpse.pruning.schedule[0].strategy=none"
                        + " | glimpse.pruning.schedule[1].strategy: The pruning strategy 'guess' is not known",
                "glimpse.profiles.mine.strategy=guess | glimpse.profiles.mine.strategy: The pruning strategy 'guess'",
                "glimpse.profiles.mine.schedule[0].strategy=guess | glimpse.profiles.mine.schedule[0].strategy: The pruning",
                "glimpse.pruning.strategy=random,glimpse.pruning.schedule[0].strategy=glimpse"
                        + " | glimpse.pruning.strategy: There is both a strategy, which is a single cut, and a schedule",
                "glimpse.pruning.options.seed=7,glimpse.pruning.schedule[0].strategy=glimpse"
                        + " | glimpse.pruning.options.seed: The steps of a schedule have options of their own"
            })
    void stopsTheStartForStrategiesThatNoModelCanHave(String properties, String words, CapturedOutput output) {
        startFails(properties.split(","));

        assertThat(output).contains(UNDERSTOOD).contains(words);
    }

    @Test
    void saysWhichFolderIsMissing(CapturedOutput output) {
        startFails("glimpse.model.location=/no/such/folder");

        assertThat(output).contains("glimpse.model.location: There is no directory '/no/such/folder'");
    }

    @Test
    void saysWhichFilesAreMissing(@TempDir Path empty, CapturedOutput output) {
        startFails("glimpse.model.location=" + empty);

        assertThat(output).contains(UNDERSTOOD).contains("config.json").contains("glimpse.model.location = " + empty);
    }

    @Test
    void saysThatTheModuleIsOfAnotherModel(CapturedOutput output) {
        startFails("glimpse.model.pruning-module=" + TinyModel.LLAVA.resolve("glimpse"));

        assertThat(output)
                .contains(UNDERSTOOD)
                .contains("Use a pruning module that was made for this model")
                .contains("glimpse.model.pruning-module = " + TinyModel.LLAVA.resolve("glimpse"));
    }

    @Test
    void saysThatTheModelIsOfNoKnownFamily(@TempDir Path folder, CapturedOutput output) throws IOException {
        for (String name : List.of("tokenizer.json", "preprocessor_config.json", "model.safetensors")) {
            Files.copy(TinyModel.QWEN.resolve("model").resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"unheard_of\"}");

        startFails("glimpse.model.location=" + folder, "glimpse.model.pruning-module=");

        assertThat(output).contains(UNDERSTOOD).contains("unheard_of").contains("glimpse.model.family is not set");
    }

    @Test
    void saysThatTheScheduleDoesNotFitTheModel(CapturedOutput output) {
        startFails("glimpse.pruning.schedule[0].at=layer 99", "glimpse.pruning.schedule[0].strategy=glimpse");

        assertThat(output)
                .contains(UNDERSTOOD)
                .contains("glimpse.pruning: The point 'layer 99' is layer 99, the model allows 1 to 5");
    }

    @ParameterizedTest
    @CsvSource({
        "glimpse.generation.beams=3, beams 3",
        "glimpse.generation.length-penalty=0.5, length-penalty 0.5",
        "glimpse.generation.first-token=enc, first token enc"
    })
    void saysThatTheModelWritesNoBeams(String property, String what, CapturedOutput output) {
        startFails(property);

        assertThat(output)
                .contains(UNDERSTOOD)
                .contains("glimpse.generation: ")
                .contains(what)
                .contains("is for models with cross-attention, such as BLIP; leave it out");
    }

    @Test
    void saysWhatTheProfileAutoNeedsWithoutAModule(CapturedOutput output) {
        startFails("glimpse.model.pruning-module=", "glimpse.pruning.profile=auto");

        assertThat(output).contains(UNDERSTOOD).contains("glimpse.pruning.options.stop-distance");
    }

    @ParameterizedTest
    @CsvSource({"glimpse.limits.max-pixels, 1", "glimpse.limits.min-pixels, 2147483647"})
    void namesThePropertyThatLeavesNoPixelBudget(String key, String value, CapturedOutput output) {
        startFails(key + "=" + value);

        assertThat(output).contains(UNDERSTOOD).contains("The pixel budget is").contains(key + " = " + value);
    }

    @Test
    void saysThatThereIsNoSuchDevice(CapturedOutput output) {
        startFails("glimpse.device=cuda:99");

        assertThat(output).contains(UNDERSTOOD).contains("glimpse.device = cuda:99");
    }

    @Test
    void saysHowToSettleTwoModelsForOneAiService(CapturedOutput output) {
        assertThatThrownBy(() -> start(TwoModels.class)).isInstanceOf(RuntimeException.class);

        assertThat(output)
                .contains(UNDERSTOOD)
                .contains("[another, glimpseChatModel]")
                .contains("glimpse.chat-model.enabled=false");
    }

    /** Starts with the tiny model, unless the values name another. */
    private static void startFails(String... values) {
        assertThatThrownBy(() -> start(Application.class, values)).isInstanceOf(RuntimeException.class);
    }

    private static void start(Class<?> application, String... values) {
        new SpringApplicationBuilder(application)
                .properties("spring.main.banner-mode=off", "spring.main.web-application-type=none")
                .properties(TinyModel.properties(TinyModel.QWEN))
                .run(Stream.of(values).map(value -> "--" + value).toArray(String[]::new))
                .close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoModels {

        @Bean
        ChatModel another() {
            return new ChatModel() {};
        }

        @AiService
        interface Assistant {

            String answer(String question);
        }
    }
}
