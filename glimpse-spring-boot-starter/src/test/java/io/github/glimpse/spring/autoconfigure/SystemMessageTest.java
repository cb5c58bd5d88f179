package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.chat.GlimpseTokenCountEstimator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** {@code glimpse.generation.system-message}. */
class SystemMessageTest {

    private static final String TEXT = "Answer in one word.\nSay unknown if you cannot tell.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
            .withPropertyValues("glimpse.generation.max-output-tokens=1");

    @TempDir
    private Path folder;

    @Test
    void takesATextOrAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("system.txt"), TEXT + "\n");

        assertThat(text(TEXT)).isEqualTo(TEXT);
        assertThat(text(file.toUri().toString())).isEqualTo(TEXT);
        assertThat(text("file:" + file)).isEqualTo(TEXT);
        assertThat(text("classpath:system-message.txt")).isEqualTo("Answer in one word.");
        assertThat(text("")).isNull();
    }

    @Test
    void bothTheModelAndTheCountHaveIt() {
        List<ChatMessage> question = List.of(UserMessage.from("What is it?"));
        int[] plain = new int[1];
        runner.run(context -> plain[0] =
                context.getBean(ChatModel.class).chat(question).tokenUsage().inputTokenCount());

        runner.withPropertyValues("glimpse.generation.system-message=" + "Be brief. ".repeat(20))
                .run(context -> {
                    int count = context.getBean(ChatModel.class)
                            .chat(question)
                            .tokenUsage()
                            .inputTokenCount();
                    assertThat(count)
                            .isGreaterThan(plain[0])
                            .isEqualTo(context.getBean(GlimpseTokenCountEstimator.class)
                                    .estimateTokenCountInMessages(question));
                });
    }

    @Test
    void aFileThatIsNotThereStopsTheStart() {
        runner.withPropertyValues("glimpse.generation.system-message=classpath:missing.txt")
                .run(context -> assertThat(context).getFailure().rootCause().satisfies(cause -> assertThat(
                                context.getStartupFailure())
                        .hasStackTraceContaining("glimpse.generation.system-message: class path resource")
                        .hasStackTraceContaining("cannot be read")));
    }

    @Test
    void bytesThatAreNoTextStopTheStart() throws IOException {
        Path file = Files.write(folder.resolve("picture.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff});

        runner.withPropertyValues("glimpse.generation.system-message=file:" + file)
                .run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("is no text in UTF-8"));
    }

    private @Nullable String text(String value) {
        AtomicReference<@Nullable String> text = new AtomicReference<>();
        runner.withPropertyValues("glimpse.generation.system-message=" + value)
                .run(context ->
                        text.set(context.getBean(SystemMessageText.class).text()));
        return text.get();
    }
}
