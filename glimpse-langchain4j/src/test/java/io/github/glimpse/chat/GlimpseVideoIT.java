package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.VideoDecoder;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Videos in messages: frames, files through a decoder, and what is refused. */
class GlimpseVideoIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final VideoOptions LIMITS = VideoOptions.builder()
            .maxBytes(100_000)
            .maxFrames(12)
            .maxPixels(2_000_000)
            .build();

    private static LoadedModel model;
    private static GlimpseChatModel chat;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(options("qwen2_vl-tiny/model"));
        chat = GlimpseChatModel.builder().model(model).build();
    }

    private static EngineOptions options(String folder) {
        return EngineOptions.builder(FIXTURES.resolve(folder))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .generation(GenerationOptions.builder().maxOutputTokens(4).build())
                .video(LIMITS)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static VideoContent clip() throws IOException {
        Path frames = FIXTURES.resolve("qwen2_vl-tiny/cases/002/odd");
        return GlimpseVideo.builder()
                .frames(IntStream.range(0, 5)
                        .mapToObj(i -> frames.resolve("00" + i + ".png"))
                        .toList())
                .framesPerSecond(30)
                .indices(List.of(0, 10, 21, 31, 42))
                .totalFrames(43)
                .build();
    }

    private static ChatResponse ask(Content... contents) {
        return chat.chat(UserMessage.from(contents));
    }

    @Test
    void framesAreShownAsTheyAreAndSurviveAChatMemory() throws IOException {
        UserMessage message = UserMessage.from(clip(), TextContent.from("Where is the dog?"));

        ChatResponse response = chat.chat(message);
        UserMessage restored =
                (UserMessage) ChatMessageDeserializer.messageFromJson(ChatMessageSerializer.messageToJson(message));

        List<TokenUnit> units = ((GlimpseChatResponseMetadata) response.metadata())
                .pruning().images().stream().map(image -> image.unit()).toList();
        assertThat(units).extracting(TokenUnit::slice).containsExactly(0, 1, 2);
        assertThat(units.get(2).seconds()).isEqualTo(42 / 30.0);
        assertThat(chat.chat(restored).aiMessage()).isEqualTo(response.aiMessage());
    }

    @Test
    void videosCountAsImagesAndAreRefusedAboveTheLimits() throws IOException {
        GlimpseVideo.Builder many = GlimpseVideo.builder().framesPerSecond(1);
        for (int i = 0; i < 13; i++) {
            many.frame(new RasterImage(28, 28, new byte[3 * 28 * 28]));
        }
        assertThatThrownBy(() -> ask(many.build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("13 frames, the limit is 12");

        Content[] nine = new Content[9];
        Arrays.fill(nine, clip());
        assertThatThrownBy(() -> ask(nine))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("9 images and videos, the limit is 8");
        assertThatThrownBy(() ->
                        ask(VideoContent.from(Base64.getEncoder().encodeToString(new byte[120_000]), "video/mp4")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("glimpse.video.max-size");
    }

    @Test
    void formsOfVideosThatAreNotReadAreRefusedByName() {
        String data = Base64.getEncoder().encodeToString("a film".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> ask(VideoContent.from(data, "video/mp4")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("no decoder of video files")
                .hasMessageContaining("GlimpseVideo");
        assertThatThrownBy(() -> ask(VideoContent.from(data, "text/html")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("text/html");
        assertThatThrownBy(() -> ask(VideoContent.from("https://example.com/a.mp4")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("glimpse.images.url-access is none");
        assertThatThrownBy(() -> ask(VideoContent.from("file:///etc/passwd")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("file URL");
    }

    @Test
    void anEarlierVideoStaysInTheConversationIfItCanBeRead() throws IOException {
        VideoContent damaged = VideoContent.from(Base64.getEncoder().encodeToString(new byte[10]), "video/mp4");
        UserMessage earlier = UserMessage.from(clip(), damaged, TextContent.from("Where is the dog?"));

        ChatResponse response = chat.chat(earlier, AiMessage.from("Left."), UserMessage.from("And then?"));

        assertThat(((GlimpseChatResponseMetadata) response.metadata()).pruning().images())
                .hasSize(3);
    }

    @Test
    void modelThatTakesNoVideosRefusesThem() {
        try (LoadedModel llava = LoadedModel.load(options("llava-1_5-tiny/model"))) {
            GlimpseChatModel other = GlimpseChatModel.builder().model(llava).build();
            assertThatThrownBy(() -> other.chat(UserMessage.from(clip())))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("Content of type video is not supported by this model");
        }
    }

    @Test
    void builderRefusesToMakeTimesUp() {
        GlimpseVideo.Builder video = GlimpseVideo.builder().frame(new byte[] {1});

        assertThatThrownBy(video::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("framesPerSecond");
        assertThatThrownBy(() -> video.framesPerSecond(2).indices(List.of(0, 1)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 frames and 2 indices");
    }

    /** Grey frames, whose level is their number. */
    private record GreyVideo(ImageSize size, int totalFrames, double framesPerSecond)
            implements VideoDecoder.OpenVideo {

        @Override
        public RasterImage frame(int index) {
            byte[] rgb = new byte[(int) (3 * size.pixelCount())];
            Arrays.fill(rgb, (byte) index);
            return new RasterImage(size.width(), size.height(), rgb);
        }

        @Override
        public void close() {}
    }

    private static MessageMapper mapper(VideoDecoder... decoders) {
        EngineOptions options = options("qwen2_vl-tiny/model");
        ImageUrlOptions urls = ImageUrlOptions.defaults();
        VideoReader videos = new VideoReader(options, urls, model::media, () -> List.of(decoders));
        return new MessageMapper(options, urls, null, ToolsMode.REFUSE, videos);
    }

    private static ChatTurn.Video read(MessageMapper mapper) {
        VideoContent file = VideoContent.from(Base64.getEncoder().encodeToString(new byte[10]), "video/mp4");
        return (ChatTurn.Video) mapper.turns(List.of(UserMessage.from(file)), model.arrive(new CancellationSignal()))
                .get(0)
                .parts()
                .get(0);
    }

    @Test
    void ofAFileThoseFramesAreDecodedThatTheFamilyLooksAt() {
        VideoDecoder refusing = file -> {
            throw new IOException("not mine");
        };
        // Three seconds: two frames of each, in pairs, and none of the other frames.
        ChatTurn.Video video = read(mapper(refusing, file -> new GreyVideo(new ImageSize(30, 20), 72, 24)));

        assertThat(video.times().indices()).containsExactly(0, 12, 24, 36, 48, 60);
        assertThat(video.times().framesPerSecond()).isEqualTo(24);
        assertThat(video.frames()).hasSize(6);
    }

    @Test
    void filesThatCannotBeReadOrAreTooLargeAreRefused() {
        assertThatThrownBy(() -> read(mapper(file -> {
                    throw new IOException("damaged");
                })))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> read(mapper(file -> new GreyVideo(new ImageSize(3000, 2000), 72, 24))))
                .isInstanceOf(ImageTooLargeException.class)
                .hasMessageContaining("glimpse.video.max-pixels");
        assertThatThrownBy(() -> read(mapper(file -> new GreyVideo(new ImageSize(30, 20), 0, 24))))
                .isInstanceOf(InvalidImageException.class);
        assertThatThrownBy(() -> read(mapper(file -> new GreyVideo(new ImageSize(30, 20), 72, Double.NaN))))
                .isInstanceOf(InvalidImageException.class);
    }
}
