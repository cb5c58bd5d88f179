package com.example.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.prune.PruningReport;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

/** An application that has the jar on its class path needs a property and no bean. */
@SpringBootTest(
        properties = {
            "glimpse.pruning.strategy=text-density",
            "glimpse.pruning.retention-ratio=0.25",
            "glimpse.pruning.options.flat=0.01",
            "glimpse.generation.max-output-tokens=2"
        })
class TextDensityApplicationTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Autowired
    private ChatModel model;

    @Test
    void prunesByThePropertyAlone() throws IOException {
        ChatResponse response = model.chat(UserMessage.from(
                TextContent.from("What is the total?"),
                ImageContent.from(Base64.getEncoder().encodeToString(Page.png()), "image/png")));

        PruningReport report = ((GlimpseChatResponseMetadata) response.metadata()).pruning();
        assertThat(report).isNotNull();
        assertThat(report.strategy()).isEqualTo("text-density");
        assertThat(report.keptTokens()).isEqualTo(report.imageTokens() / 4);
        assertThat(response.tokenUsage().outputTokenCount()).isBetween(1, 2);
    }
}
