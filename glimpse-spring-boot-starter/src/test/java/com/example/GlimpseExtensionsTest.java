package com.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.spring.autoconfigure.GlimpseAutoConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The example of the guide in an application: it prunes, and the answer says so. */
class GlimpseExtensionsTest {

    private static final Path QWEN = Path.of(System.getProperty("glimpse.basedir", ".."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures/qwen2_5_vl-tiny");

    @Test
    void prunesByTheStrategyOfTheGuideWithoutAModule() throws IOException {
        String picture = Base64.getEncoder()
                .encodeToString(Files.readAllBytes(QWEN.resolve("cases").resolve("017/a.png")));

        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
                .withUserConfiguration(GlimpseExtensions.class)
                .withPropertyValues(
                        "glimpse.model.location=" + QWEN.resolve("model"),
                        "glimpse.pruning.strategy=last-row",
                        "glimpse.generation.max-output-tokens=2")
                .run(context -> {
                    GlimpseChatResponseMetadata metadata =
                            (GlimpseChatResponseMetadata) context.getBean(ChatModel.class)
                                    .chat(UserMessage.from(
                                            TextContent.from("What is it?"), ImageContent.from(picture, "image/png")))
                                    .metadata();
                    PruningReport report = metadata.pruning();
                    assertThat(report.strategy()).isEqualTo("last-row");
                    assertThat(report.keptTokens()).isBetween(1, report.imageTokens() - 1);
                    assertThat(report.images().get(0).probabilities())
                            .hasSize(report.images().get(0).imageTokens());
                });
    }
}
