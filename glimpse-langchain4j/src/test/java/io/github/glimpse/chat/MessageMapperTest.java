package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.ImageContent.DetailLevel;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.ChatTurn.LeftOut;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.request.PictureServer;
import io.github.glimpse.serve.Arrival;
import io.github.glimpse.serve.SharedModel;
import io.github.glimpse.testing.NoisePicture;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageMapperTest {

    private static final byte[] BYTES = {(byte) 0xfb, (byte) 0xff, 3, 4, 5};
    private static final String BASE64 = Base64.getEncoder().encodeToString(BYTES);

    private final Arrival arrival =
            new SharedModel<>("tiny", () -> {}, 1, 1, Duration.ofMinutes(1)).arrive(() -> false, "send less");
    private final MessageMapper mapper = new MessageMapper(
            EngineOptions.builder(Path.of("model"))
                    .maxImages(3)
                    .imageLimits(new ImageLimits(1000, ImageLimits.DEFAULT_MAX_PIXELS))
                    .build(),
            ImageUrlOptions.defaults(),
            null,
            ToolsMode.REFUSE);

    @Test
    void putsTheDefaultSystemMessageBeforeConversationsThatHaveNone() {
        MessageMapper brief = new MessageMapper(
                EngineOptions.builder(Path.of("model")).build(),
                ImageUrlOptions.defaults(),
                "Be brief.",
                ToolsMode.REFUSE);

        assertThat(brief.conversation(List.of(UserMessage.from("one")), arrival))
                .containsExactly(turn(Role.SYSTEM, "Be brief."), turn(Role.USER, "one"));
        assertThat(brief.conversation(List.of(UserMessage.from("one"), SystemMessage.from("Be kind.")), arrival))
                .containsExactly(turn(Role.USER, "one"), turn(Role.SYSTEM, "Be kind."));
        assertThat(brief.turns(List.of(UserMessage.from("one")), arrival)).containsExactly(turn(Role.USER, "one"));
        assertThat(mapper.conversation(List.of(UserMessage.from("one")), arrival))
                .containsExactly(turn(Role.USER, "one"));
    }

    @Test
    void keepsRolesAndOrder() {
        List<ChatTurn> turns = mapper.turns(
                List.of(
                        SystemMessage.from("Be brief."),
                        SystemMessage.from("Be kind."),
                        UserMessage.from("one"),
                        UserMessage.from("two"),
                        AiMessage.from("three"),
                        UserMessage.from("Anna", "four")),
                arrival);

        assertThat(turns)
                .containsExactly(
                        turn(Role.SYSTEM, "Be brief."),
                        turn(Role.SYSTEM, "Be kind."),
                        turn(Role.USER, "one"),
                        turn(Role.USER, "two"),
                        turn(Role.ASSISTANT, "three"),
                        turn(Role.USER, "four"));
    }

    @Test
    void keepsTheOrderOfTextAndImages() {
        List<ChatTurn> turns = mapper.turns(
                List.of(UserMessage.from(
                        TextContent.from("before"), ImageContent.from(BASE64, "image/png"), TextContent.from("after"))),
                arrival);

        assertThat(turns.get(0).parts()).hasSize(3);
        assertThat(turns.get(0).parts().get(0)).isEqualTo(new ChatTurn.Text("before"));
        assertThat(turns.get(0).parts().get(1))
                .isInstanceOfSatisfying(ChatTurn.Picture.class, image -> assertThat(image.bytes())
                        .isEqualTo(BYTES));
        assertThat(turns.get(0).parts().get(2)).isEqualTo(new ChatTurn.Text("after"));
    }

    @Test
    void anAnswerWithoutTextHasNoPart() {
        assertThat(mapper.turns(List.of(AiMessage.builder().thinking("hm").build()), arrival))
                .containsExactly(ChatTurn.answer(List.of(), List.of(), "hm"));
    }

    static Stream<Image> images() {
        String lines = BASE64.substring(0, 4) + "\r\n" + BASE64.substring(4) + "\n";
        return Stream.of(
                Image.builder().base64Data(BASE64).mimeType("image/png").build(),
                Image.builder().base64Data(BASE64).mimeType("IMAGE/JPEG").build(),
                Image.builder().base64Data(BASE64).build(),
                Image.builder().base64Data(lines).mimeType("image/png").build(),
                Image.builder()
                        .base64Data(Base64.getUrlEncoder().encodeToString(BYTES))
                        .build(),
                Image.builder()
                        .base64Data(Base64.getEncoder().withoutPadding().encodeToString(BYTES))
                        .build(),
                Image.builder()
                        .base64Data(BASE64)
                        .url("https://example.com/cat.png")
                        .build(),
                Image.builder().url("data:image/png;base64," + BASE64).build(),
                Image.builder()
                        .url("DATA:image/png;name=a.png;BASE64," + BASE64)
                        .build());
    }

    @ParameterizedTest
    @MethodSource("images")
    void readsImagesInEveryUsualSpelling(Image image) {
        for (DetailLevel detail : DetailLevel.values()) {
            List<ChatTurn> turns = mapper.turns(List.of(UserMessage.from(ImageContent.from(image, detail))), arrival);

            assertThat(turns.get(0).parts().get(0))
                    .isInstanceOfSatisfying(ChatTurn.Picture.class, picture -> assertThat(picture.bytes())
                            .isEqualTo(BYTES));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/cat.png",
                "HTTPS://example.com/cat.png",
                "file:/etc/passwd",
                "ftp://a/b",
                "cat.png",
                "gs://a/b"
            })
    void urlsAreNotFollowed(String url) {
        assertThatThrownBy(() -> mapper.turns(List.of(UserMessage.from(ImageContent.from(URI.create(url)))), arrival))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("image")
                .hasMessageContaining("not support")
                .hasMessageContaining("base64Data")
                .hasMessageNotContaining("passwd");
    }

    @Test
    void namesThePropertyThatAllowsUrls() {
        ImageContent image = ImageContent.from(URI.create("https://example.com/cat.png?key=secret"));

        assertThatThrownBy(() -> mapper.turns(List.of(UserMessage.from(image)), arrival))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("glimpse.images.url-access", "allow-list")
                .hasMessageNotContaining("secret");
    }

    @Test
    void fetchesImagesByUrlWhenTheOperatorWantsItButNoFiles() throws IOException {
        try (PictureServer server = new PictureServer(PictureServer.text("HTTP/1.1 200 OK\r\n\r\npicture"))) {
            String url = "http://127.0.0.1:" + server.port() + "/cat.png";
            MessageMapper fetching = new MessageMapper(
                    EngineOptions.builder(Path.of("model")).build(),
                    ImageUrlOptions.allowList("127.0.0.1:" + server.port()),
                    null,
                    ToolsMode.REFUSE);
            UserMessage message = UserMessage.from(ImageContent.from(url), ImageContent.from(BASE64, "image/png"));

            assertThat(MessageMapper.areRemote(List.of(message))).isTrue();
            assertThat(fetching.turns(List.of(message), arrival).get(0).parts())
                    .extracting(part -> new String(((ChatTurn.Picture) part).bytes(), StandardCharsets.ISO_8859_1))
                    .containsExactly("picture", new String(BYTES, StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> fetching.turns(
                            List.of(UserMessage.from(ImageContent.from(url), ImageContent.from("file:/etc/passwd"))),
                            arrival))
                    .isExactlyInstanceOf(UnsupportedFeatureException.class);
            assertThat(server.heads()).hasSize(1);
        }
    }

    @Test
    void theEnginesSizeLimitHoldsForFetchedImages() throws IOException {
        try (PictureServer server = new PictureServer(
                PictureServer.text("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "x".repeat(1001)))) {
            MessageMapper fetching = new MessageMapper(
                    EngineOptions.builder(Path.of("model"))
                            .imageLimits(new ImageLimits(1000, ImageLimits.DEFAULT_MAX_PIXELS))
                            .build(),
                    ImageUrlOptions.allowList("127.0.0.1:" + server.port()),
                    null,
                    ToolsMode.REFUSE);
            UserMessage message = UserMessage.from(ImageContent.from("http://127.0.0.1:" + server.port() + "/"));

            assertThatThrownBy(() -> fetching.turns(List.of(message), arrival))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("image", "127.0.0.1", "1000 bytes");
        }
    }

    static Stream<Image> damagedImages() {
        return Stream.of(
                Image.builder().build(),
                Image.builder().base64Data(" ").build(),
                Image.builder().base64Data("not base64!").build(),
                Image.builder().base64Data(BASE64 + "ö").build(),
                Image.builder().base64Data("A").build(),
                Image.builder().url("data:image/png").build(),
                Image.builder().url("data:image/png,abc").build(),
                Image.builder().url("data:image/png;base64,a%00b").build());
    }

    @ParameterizedTest
    @MethodSource("damagedImages")
    void damagedDataIsRefused(Image image) {
        assertThatThrownBy(() -> mapper.turns(List.of(UserMessage.from(ImageContent.from(image))), arrival))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("image");
    }

    @Test
    void anImageOverTheLimitIsRefusedBeforeItIsDecoded() {
        String atTheLimit = Base64.getEncoder().encodeToString(new byte[1000]);
        String over = Base64.getEncoder().encodeToString(new byte[1003]);

        assertThat(mapper.turns(List.of(UserMessage.from(ImageContent.from(atTheLimit, "image/png"))), arrival))
                .hasSize(1);
        assertThatThrownBy(() -> mapper.turns(
                        List.of(UserMessage.from(
                                ImageContent.from(BASE64, "image/png"), ImageContent.from(over, "image/png"))),
                        arrival))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("image 2 of 2", "1003 bytes", "1000", "max-image-size");
    }

    @Test
    void tooManyImagesAreRefused() {
        Content image = ImageContent.from(BASE64, "image/png");

        assertThatThrownBy(() -> mapper.turns(List.of(UserMessage.from(image, image, image, image)), arrival))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("4 images", "limit is 3", "max-images");
        assertThatThrownBy(() -> strict().turns(
                                List.of(UserMessage.from(image, image), UserMessage.from(image, image)), arrival))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("4 images", "limit is 3", "max-images");
    }

    private static MessageMapper strict() {
        return new MessageMapper(
                EngineOptions.builder(Path.of("model"))
                        .maxImages(3)
                        .imageLimits(new ImageLimits(1000, ImageLimits.DEFAULT_MAX_PIXELS))
                        .history(HistoryMode.REFUSE)
                        .build(),
                ImageUrlOptions.defaults(),
                null,
                ToolsMode.REFUSE);
    }

    @Test
    void ofEarlierImagesAboveTheLimitTheOldestBecomeNotes() {
        Content image = ImageContent.from(Base64.getEncoder().encodeToString(png()), "image/png");
        Content noPicture = ImageContent.from(BASE64, "image/png");

        List<ChatTurn> turns = mapper.turns(
                List.of(
                        UserMessage.from(image, TextContent.from("one"), image),
                        AiMessage.from("first"),
                        UserMessage.from(image, noPicture),
                        AiMessage.from("second"),
                        UserMessage.from(image, TextContent.from("three"))),
                arrival);

        assertThat(turns.get(0).parts().get(0)).isEqualTo(LeftOut.PICTURE);
        assertThat(turns.get(0).parts().get(1)).isEqualTo(new ChatTurn.Text("one"));
        assertThat(turns.get(0).parts().get(2)).isInstanceOf(ChatTurn.Picture.class);
        assertThat(turns.get(2).parts().get(0)).isInstanceOf(ChatTurn.Picture.class);
        assertThat(turns.get(2).parts().get(1)).isEqualTo(LeftOut.PICTURE);
        assertThat(turns.get(4).parts().get(0)).isInstanceOf(ChatTurn.Picture.class);
    }

    /** A picture of a few bytes. */
    private static byte[] png() {
        return NoisePicture.png(new Random(1), 8, 1);
    }

    @Test
    void whatWasRefusedInTheNewestMessageIsANoteInAnEarlierOne() {
        Stream<Content> refused = Stream.concat(
                otherContents(),
                Stream.concat(
                        damagedImages().map(ImageContent::from),
                        Stream.of(
                                ImageContent.from("https://example.com/cat.png"),
                                ImageContent.from("file:/etc/passwd"),
                                ImageContent.from(Base64.getEncoder().encodeToString(new byte[1003]), "image/png"))));
        refused.forEach(content -> {
            UserMessage bad = UserMessage.from(content, TextContent.from("What is it?"));

            assertThatThrownBy(() -> mapper.turns(List.of(bad), arrival)).isInstanceOf(LangChain4jException.class);
            assertThatThrownBy(() -> strict().turns(List.of(bad, UserMessage.from("And now?")), arrival))
                    .isInstanceOf(LangChain4jException.class);
            List<ChatTurn> turns = mapper.turns(List.of(bad, UserMessage.from("And now?")), arrival);
            assertThat(turns.get(0).parts().get(0))
                    .as(content.toString())
                    .isEqualTo(content instanceof ImageContent ? LeftOut.PICTURE : LeftOut.ATTACHMENT);
            assertThat(turns.get(0).parts().get(1)).isEqualTo(new ChatTurn.Text("What is it?"));
        });
    }

    @Test
    void anEarlierImageThatIsLeftOutIsNotFetched() throws IOException {
        String file = new String(png(), StandardCharsets.ISO_8859_1);
        try (PictureServer server = new PictureServer(PictureServer.text("HTTP/1.1 200 OK\r\n\r\n", file))) {
            String host = "http://127.0.0.1:" + server.port();
            MessageMapper fetching = new MessageMapper(
                    EngineOptions.builder(Path.of("model")).maxImages(2).build(),
                    ImageUrlOptions.allowList("127.0.0.1:" + server.port()),
                    null,
                    ToolsMode.REFUSE);

            List<ChatTurn> turns = fetching.turns(
                    List.of(
                            UserMessage.from(ImageContent.from(host + "/old.png")),
                            UserMessage.from(ImageContent.from(host + "/later.png")),
                            UserMessage.from(ImageContent.from(BASE64, "image/png"))),
                    arrival);

            assertThat(turns.get(0).parts()).containsExactly(LeftOut.PICTURE);
            assertThat(turns.get(1).parts()).singleElement().isInstanceOf(ChatTurn.Picture.class);
            assertThat(server.heads()).singleElement().asString().contains("/later.png");
        }
    }

    @Test
    void callsAndResultsOfToolsAreTurnsOfTheirOwn() {
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("1")
                .name("weather")
                .arguments("{\"city\":\"Oslo\"}")
                .build();
        MessageMapper taking = new MessageMapper(
                EngineOptions.builder(Path.of("model")).build(), ImageUrlOptions.defaults(), null, ToolsMode.AUTO);

        List<ChatTurn> turns = taking.turns(
                List.of(
                        UserMessage.from("Is it warm?"),
                        AiMessage.from("Let me look.", List.of(call)),
                        ToolExecutionResultMessage.from(call, "22 degrees"),
                        AiMessage.from(call),
                        ToolExecutionResultMessage.builder()
                                .id("1")
                                .toolName("shot")
                                .contents(List.of(TextContent.from("here"), ImageContent.from(BASE64, "image/png")))
                                .build()),
                arrival);

        List<ChatTurn.Call> calls = List.of(new ChatTurn.Call("1", "weather", "{\"city\":\"Oslo\"}"));
        assertThat(turns.subList(0, 4))
                .containsExactly(
                        turn(Role.USER, "Is it warm?"),
                        new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text("Let me look.")), calls, null),
                        ChatTurn.result("1", "weather", List.of(new ChatTurn.Text("22 degrees"))),
                        new ChatTurn(Role.ASSISTANT, List.of(), calls, null));
        assertThat(turns.get(4).tool()).isEqualTo("shot");
        assertThat(turns.get(4).parts().get(0)).isEqualTo(new ChatTurn.Text("here"));
        assertThat(turns.get(4).parts().get(1)).isInstanceOf(ChatTurn.Picture.class);
    }

    @Test
    void picturesOfResultsCountIntoTheLimitOfPictures() {
        MessageMapper taking = new MessageMapper(
                EngineOptions.builder(Path.of("model")).maxImages(1).build(),
                ImageUrlOptions.defaults(),
                null,
                ToolsMode.AUTO);
        List<ChatMessage> messages = List.of(
                UserMessage.from(ImageContent.from(BASE64, "image/png")),
                ToolExecutionResultMessage.builder()
                        .id("1")
                        .toolName("shot")
                        .contents(List.of(ImageContent.from(BASE64, "image/png")))
                        .build());

        assertThatThrownBy(() -> taking.turns(messages, arrival))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("2 images");
    }

    static Stream<Content> otherContents() {
        return Stream.of(
                AudioContent.from(BASE64, "audio/mp3"),
                VideoContent.from(BASE64, "video/mp4"),
                PdfFileContent.from(BASE64, "application/pdf"),
                ImageContent.from(BASE64, "application/pdf"),
                ImageContent.from("data:text/html;base64," + BASE64));
    }

    @ParameterizedTest
    @MethodSource("otherContents")
    void otherContentsAreNotSupported(Content content) {
        // Before any work: the first image is damaged, and nobody has looked.
        UserMessage message = UserMessage.from(ImageContent.from("!", "image/png"), content);

        assertThatThrownBy(() -> mapper.turns(List.of(message), arrival))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("not support");
    }

    static Stream<ChatMessage> otherMessages() {
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("1")
                .name("shot")
                .arguments("{}")
                .build();
        return Stream.of(
                AiMessage.from(call),
                AiMessage.builder()
                        .text("x")
                        .attributes(Map.of(
                                AiMessage.GENERATED_IMAGES_KEY,
                                List.of(Image.builder().base64Data(BASE64).build())))
                        .build(),
                ToolExecutionResultMessage.from(call, "sunny"),
                CustomMessage.from(Map.of("a", "b")));
    }

    @ParameterizedTest
    @MethodSource("otherMessages")
    void otherMessagesAreNotSupported(ChatMessage message) {
        assertThatThrownBy(() -> mapper.turns(List.of(UserMessage.from("hello"), message), arrival))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("not support");
    }

    @Test
    void aToolResultWithAnImageIsNamedAsSuch() {
        ToolExecutionResultMessage result = ToolExecutionResultMessage.builder()
                .id("1")
                .toolName("shot")
                .contents(List.of(ImageContent.from(BASE64, "image/png")))
                .build();

        assertThatThrownBy(() -> mapper.turns(List.of(result), arrival))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("tool", "non-text content", "not support");
    }

    private static ChatTurn turn(Role role, String text) {
        return new ChatTurn(role, List.of(new ChatTurn.Text(text)));
    }
}
