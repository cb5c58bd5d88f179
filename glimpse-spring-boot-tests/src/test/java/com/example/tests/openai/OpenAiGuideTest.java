package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The shell commands of the guide, as printed but for the port. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are for a POSIX shell")
class OpenAiGuideTest {

    private static final Pattern BLOCK = Pattern.compile("```\\R(curl .*?)```", Pattern.DOTALL);

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));

    @Test
    void theCommandsOfTheGuideAreAnswered() throws IOException, InterruptedException {
        String commands = BLOCK.matcher(Files.readString(ROOT.resolve("docs/guide/openai.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .findFirst()
                .orElseThrow();
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(OpenAiEndpointTest.Application.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "glimpse.model.location=" + Folders.QWEN.resolve("model"),
                        "glimpse.model.pruning-module=" + Folders.QWEN.resolve("glimpse"),
                        "glimpse.generation.max-output-tokens=4",
                        "glimpse.openai.enabled=true")
                .run()) {
            String port = context.getEnvironment().getRequiredProperty("local.server.port");
            Process shell = new ProcessBuilder("bash", "-ec", commands.replace("127.0.0.1:8080", "127.0.0.1:" + port))
                    .directory(ROOT.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(shell.waitFor()).as(output).isZero();
            assertThat(output)
                    .contains("\"object\":\"list\"")
                    .contains("\"object\":\"chat.completion\"")
                    .contains("kept_tokens");
        }
    }
}
