package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.request.PictureServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** No server answers before this test has ended. */
    @Test
    void eightSlowServersCostNoMoreThanTheTimeOfTheRequest() throws Exception {
        try (LoadedModel hurried = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                        .timeout(Duration.ofSeconds(1))
                        .build());
                Servers servers = new Servers(8, 600_000)) {
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(hurried)
                    .imageUrls(servers.urls())
                    .build();

            assertThatThrownBy(() -> model.chat(servers.ask()))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("PT1S")
                    .hasMessageContaining("fetching pictures by URL; take hosts that answer faster");

            assertThat(hurried.drain(Duration.ofSeconds(5))).isTrue();
            RecordingHandler late = new RecordingHandler();
            hurried.resume();
            GlimpseStreamingChatModel.builder()
                    .model(hurried)
                    .imageUrls(servers.urls())
                    .build()
                    .chat(servers.ask(), late);
            assertThat(late.error()).isInstanceOf(TimeoutException.class).hasMessageContaining("fetching pictures");
        }
    }

    @Test
    void thePicturesOfARequestAreFetchedSideBySideAndKeepTheirOrder() throws Exception {
        try (Servers servers = new Servers(8, 500)) {
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .imageUrls(servers.urls())
                    .build();

            String answer = model.chat(servers.ask()).aiMessage().text();

            assertThat(servers.mostAtOnce.get()).isGreaterThan(1);
            List<dev.langchain4j.data.message.Content> same = new ArrayList<>(servers.pictures);
            same.add(TextContent.from("What colour is the car?"));
            assertThat(model.chat(UserMessage.from(same)).aiMessage().text()).isEqualTo(answer);
        }
    }

    @Test
    void thePicturesOfEarlierMessagesAreFetchedSideBySideAndOneThatCannotBeHadIsANote() throws Exception {
        try (Servers servers = new Servers(8, 1_000)) {
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .imageUrls(servers.urls())
                    .build();
            servers.all.get(3).close();
            ImageContent unreadable = ImageContent.from("AAAA", "image/png");

            ChatResponse answer = model.chat(conversation(servers.addresses()));

            assertThat(servers.mostAtOnce.get()).isGreaterThan(1);
            assertThat(((GlimpseChatResponseMetadata) answer.metadata())
                            .history()
                            .leftOutPictures())
                    .isEqualTo(1);
            List<ImageContent> same = new ArrayList<>(servers.pictures);
            same.set(3, unreadable);
            assertThat(model.chat(conversation(same)).aiMessage().text())
                    .isEqualTo(answer.aiMessage().text());
        }
    }

    /** Each picture in a message of its own, and a question without one. */
    private static ChatRequest conversation(List<ImageContent> pictures) {
        List<ChatMessage> messages = new ArrayList<>();
        for (ImageContent picture : pictures) {
            messages.add(UserMessage.from(picture, TextContent.from("What is it?")));
            messages.add(AiMessage.from("A car."));
        }
        messages.add(UserMessage.from("What colour is the car?"));
        return ChatRequest.builder().messages(messages).maxOutputTokens(10).build();
    }

    /** Servers that take their time, each for a picture of its own. */
    private static final class Servers implements AutoCloseable {

        private final List<PictureServer> all = new ArrayList<>();
        private final List<ImageContent> pictures = new ArrayList<>();
        private final AtomicInteger atOnce = new AtomicInteger();
        private final AtomicInteger mostAtOnce = new AtomicInteger();

        Servers(int count, int millis) throws IOException {
            for (int i = 0; i < count; i++) {
                ImageContent picture = i % 2 == 0 ? CAR : TinyModels.image(TinyModels.QWEN, "019/a.png");
                pictures.add(picture);
                // The later ones are the faster ones.
                long wait = millis - i * (millis / 20L);
                all.add(new PictureServer((head, out) -> {
                    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    Thread.sleep(wait);
                    atOnce.decrementAndGet();
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.write(Base64.getDecoder().decode(picture.image().base64Data()));
                }));
            }
        }

        ImageUrlOptions urls() {
            return ImageUrlOptions.allowList(
                    all.stream().map(server -> "127.0.0.1:" + server.port()).toArray(String[]::new));
        }

        List<ImageContent> addresses() {
            return all.stream()
                    .map(server -> ImageContent.from("http://127.0.0.1:" + server.port() + "/"))
                    .toList();
        }

        ChatRequest ask() {
            List<dev.langchain4j.data.message.Content> contents = new ArrayList<>(addresses());
            contents.add(TextContent.from("What colour is the car?"));
            return ChatRequest.builder().messages(UserMessage.from(contents)).build();
        }

        @Override
        public void close() throws IOException {
            for (PictureServer server : all) {
                server.close();
            }
        }
    }

    private static ChatRequest ask(ImageContent image) {
        return ChatRequest.builder()
                .messages(UserMessage.from(image, TextContent.from("What colour is the car?")))
                .maxOutputTokens(10)
                .build();
    }
}
