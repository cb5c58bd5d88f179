package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.service.spring.AiServicesAutoConfig;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.spring.autoconfigure.GlimpseAutoConfiguration;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What docs/guide/conversations.md shows, with the embedded model. */
@ExtendWith(OutputCaptureExtension.class)
class ConversationsTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class, AiServicesAutoConfig.class))
            .withPropertyValues("glimpse.warm-up=false", "glimpse.generation.max-output-tokens=4");

    private static byte[] picture(int shade) {
        BufferedImage image = new BufferedImage(112, 84, BufferedImage.TYPE_INT_RGB);
        image.setRGB(3, 3, shade);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }

    private static ImageContent page() {
        return ImageContent.from(Base64.getEncoder().encodeToString(picture(0)), "image/png");
    }

    @Test
    void aWindowByMessagesAnswersEveryTurnAndTellsWhatIsForgotten() {
        runner.withUserConfiguration(Helpdesk.class, Memories.class).run(context -> {
            Desk desk = new Desk(context.getBean(Helpdesk.class));
            for (int turn = 0; turn < 11; turn++) {
                String answer = desk.ask("a", "What is it?", picture(turn));
                if (turn < 8) {
                    assertThat(answer).doesNotContain("forgotten");
                } else {
                    assertThat(answer).endsWith("(" + (turn - 7) + " earlier pictures forgotten)");
                }
            }
            assertThat(desk.ask("a", "And this?", new byte[] {1, 2, 3})).startsWith("Please send another picture");
            assertThat(desk.ask("a", "And this?", picture(11))).endsWith("(5 earlier pictures forgotten)");
            assertThat(desk.ask("b", "What is it?", picture(0))).doesNotContain("forgotten");
        });
    }

    @Test
    void aWindowByTokensAnswersEveryTurn() {
        runner.withUserConfiguration(Helpdesk.class, CountedMemories.class).run(context -> {
            Desk desk = new Desk(context.getBean(Helpdesk.class));
            for (int turn = 0; turn < 12; turn++) {
                assertThat(desk.ask("a", "What is it?", picture(turn))).doesNotStartWith("Please");
            }
        });
    }

    @Test
    void aToolThatIsRefusedBreaksServicesThatAreWiredByThemselvesAndTheStartSaysSo(CapturedOutput output) {
        runner.withUserConfiguration(Helpdesk.class, Memories.class, Pages.class, Calculator.class)
                .withPropertyValues("glimpse.tools.mode=refuse")
                .run(context -> {
                    assertThat(output.getOut())
                            .containsOnlyOnce("The AI service Helpdesk gets every @Tool of the application (add)")
                            .contains("wiringMode = EXPLICIT", "glimpse.tools.mode")
                            .doesNotContain("The AI service Pages");
                    assertThatThrownBy(() -> context.getBean(Helpdesk.class)
                                    .ask("a", List.<Content>of(TextContent.from("Hello"))))
                            .isInstanceOf(UnsupportedFeatureException.class)
                            .hasMessageContainingAll(
                                    "toolSpecifications", "add", "wiringMode = EXPLICIT", "glimpse.tools.mode");
                    assertThat(context.getBean(Pages.class).ask("What is it?", page()))
                            .isNotNull();
                });
    }

    @Test
    void ignoredToolsAreToldOnceAndInTheMetadata(CapturedOutput output) {
        runner.withUserConfiguration(Helpdesk.class, Memories.class, Calculator.class)
                .withPropertyValues("glimpse.tools.mode=ignore")
                .run(context -> {
                    for (int i = 0; i < 3; i++) {
                        GlimpseChatResponseMetadata metadata =
                                (GlimpseChatResponseMetadata) context.getBean(Helpdesk.class)
                                        .ask("a", List.<Content>of(TextContent.from("Hello")))
                                        .finalResponse()
                                        .metadata();
                        assertThat(metadata.ignoredTools()).isEqualTo(1);
                    }
                    assertThat(output.getOut())
                            .doesNotContain("The AI service Helpdesk")
                            .containsOnlyOnce("answers without the tools of its requests (add)");
                });
    }
}
