package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.generate.LoadedModel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pictures by URL through the models. */
@Timeout(120)
class ImageUrlIT {

    private static final ImageContent CAR = TinyModels.image(TinyModels.QWEN, "017/a.png");

    private static LoadedModel engine;

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void answersAndCountsAsIfTheBytesHadBeenSent() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (PictureServer server = new PictureServer((head, out) -> {
            goOn.await(30, TimeUnit.SECONDS);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(Base64.getDecoder().decode(CAR.image().base64Data()));
        })) {
            ImageUrlOptions urls = ImageUrlOptions.allowList("127.0.0.1:" + server.port());
            ChatRequest byUrl = ask(ImageContent.from("http://127.0.0.1:" + server.port() + "/car"));
            RecordingHandler handler = new RecordingHandler();

            GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .imageUrls(urls)
                    .build()
                    .chat(byUrl, handler);
            // The streaming model came back, though the picture has not.
            goOn.countDown();

            GlimpseChatModel blocking =
                    GlimpseChatModel.builder().model(engine).imageUrls(urls).build();
            String expected = blocking.chat(ask(CAR)).aiMessage().text();
            assertThat(handler.response().aiMessage().text()).isEqualTo(expected);
            assertThat(blocking.chat(byUrl).aiMessage().text()).isEqualTo(expected);
            List<ChatMessage> messages = byUrl.messages();
            assertThat(new GlimpseTokenCountEstimator(engine, urls).estimateTokenCountInMessages(messages))
                    .isEqualTo(
                            new GlimpseTokenCountEstimator(engine).estimateTokenCountInMessages(ask(CAR).messages()));
        }
    }

    @Test
    void theStreamingModelRefusesByPolicyAtOnceAndTellsAFailedFetchByTheHandler() throws Exception {
        try (PictureServer server = new PictureServer(PictureServer.text("HTTP/1.1 404 Gone\r\n\r\n"))) {
            GlimpseStreamingChatModel model = GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .imageUrls(ImageUrlOptions.allowList("127.0.0.1:" + server.port()))
                    .build();
            RecordingHandler handler = new RecordingHandler();

            // LangChain4j tells listeners and throws on.
            assertThatThrownBy(() -> model.chat(ask(ImageContent.from("http://127.0.0.1/")), handler))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("127.0.0.1");
            model.chat(ask(ImageContent.from("http://127.0.0.1:" + server.port() + "/")), handler);

            assertThat(handler.error())
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("image", "127.0.0.1", "404");
        }
    }

    @Test
    void whatIsNoPictureIsRefusedByTheDecoder() throws Exception {
        try (PictureServer server =
                new PictureServer(PictureServer.text("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", "<html>"))) {
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .imageUrls(ImageUrlOptions.allowList("127.0.0.1:" + server.port()))
                    .build();

            assertThatThrownBy(() -> model.chat(ask(ImageContent.from("http://127.0.0.1:" + server.port() + "/"))))
                    .isExactlyInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void nothingIsFetchedUnlessTheOperatorWantsIt() throws Exception {
        try (PictureServer server = new PictureServer(PictureServer.text("HTTP/1.1 200 OK\r\n\r\n"))) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();

            assertThatThrownBy(() -> model.chat(ask(ImageContent.from("http://127.0.0.1:" + server.port() + "/"))))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("glimpse.images.url-access");
            assertThat(server.heads()).isEmpty();
        }
    }

    private static ChatRequest ask(ImageContent image) {
        return ChatRequest.builder()
                .messages(UserMessage.from(image, TextContent.from("What colour is the car?")))
                .maxOutputTokens(10)
                .build();
    }
}
