package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

    @Test
    void showsTextsAndSizesOfImagesButNotTheirData() {
        String data = Base64.getEncoder().encodeToString(new byte[30_000]);
        ChatRequest request = ChatRequest.builder()
                .messages(
                        SystemMessage.from("Be brief."),
                        UserMessage.from(
                                TextContent.from("What is it?"),
                                ImageContent.from(data, "image/png"),
                                ImageContent.from("https://example.com/secret?token=1")),
                        AiMessage.from("A car."))
                .temperature(0.5)
                .build();

        assertThat(LogText.of(request))
                .startsWith("system: Be brief. | user: What is it? [image image/png, 30000 bytes] [image by https URL]"
                        + " | ai: A car. with ")
                .contains("temperature=0.5")
                .doesNotContain("AAAA", "secret");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void anImageIsAsLargeAsItsFileNotAsItsBase64Text(int bytes) {
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getMimeEncoder(), Base64.getUrlEncoder())) {
            String data = encoder.encodeToString(new byte[bytes]);
            ChatRequest request = ChatRequest.builder()
                    .messages(UserMessage.from(ImageContent.from(data, "image/png")))
                    .build();

            assertThat(LogText.of(request)).startsWith("user: [image image/png, " + bytes + " bytes]");
        }
    }

    @Test
    void aTextCannotPretendToBeAnotherLine() {
        assertThat(LogText.oneLine("a\r\nINFO fake\t\u001b[31m\u2028é😀"))
                .isEqualTo("a\\u{d}\\u{a}INFO fake\\u{9}\\u{1b}[31m\\u{2028}é😀");
        assertThat(LogText.oneLine(null)).isEqualTo("-");
    }
}
