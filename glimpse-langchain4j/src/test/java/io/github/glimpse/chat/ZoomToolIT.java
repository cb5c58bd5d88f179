package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.generate.LoadedModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ZoomToolIT {

    private final ZoomTool zoom = new ZoomTool();

    private static BufferedImage picture(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(5);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                picture.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return picture;
    }

    private static ImageContent content(BufferedImage picture) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return ImageContent.from(Base64.getEncoder().encodeToString(png.toByteArray()), "image/png");
    }

    private static ToolExecutionRequest call(int image, int x1, int y1, int x2, int y2) {
        return ToolExecutionRequest.builder()
                .id("1")
                .name("zoom")
                .arguments("{\"image\":" + image + ",\"x1\":" + x1 + ",\"y1\":" + y1 + ",\"x2\":" + x2 + ",\"y2\":" + y2
                        + "}")
                .build();
    }

    @Test
    void thePartIsCutFromTheOriginalPixelByPixel() throws IOException {
        BufferedImage original = picture(301, 200);
        List<ChatMessage> messages =
                List.of(UserMessage.from(content(picture(8, 8))), UserMessage.from(content(original)));

        ToolExecutionResultMessage result = zoom.execute(call(2, 900, 0, 500, 250), messages);

        assertThat(((TextContent) result.contents().get(0)).text())
                .isEqualTo("Image 2 from 900, 0 to 500, 250: 121 x 50 of 301 x 200 pixels");
        ImageContent shown = (ImageContent) result.contents().get(1);
        BufferedImage part = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(shown.image().base64Data())));
        for (int x = 0; x < part.getWidth(); x++) {
            for (int y = 0; y < part.getHeight(); y++) {
                assertThat(part.getRGB(x, y)).isEqualTo(original.getRGB(150 + x, y));
            }
        }
    }

    @Test
    void whateverTheModelReadsOfAMessageCanBeCut() throws IOException {
        String data = content(picture(301, 200)).image().base64Data();
        String forUrls = data.replace('+', '-').replace('/', '_');
        assertThat(forUrls).isNotEqualTo(data);
        for (ImageContent sent : List.of(
                ImageContent.from(data, "image/png"),
                ImageContent.from(forUrls, "image/png"),
                ImageContent.from(URI.create("data:image/png;base64," + data)))) {
            assertThat(zoom.execute(call(1, 0, 0, 500, 500), List.of(UserMessage.from(sent)))
                            .contents())
                    .first()
                    .isEqualTo(TextContent.from("Image 1 from 0, 0 to 500, 500: 151 x 100 of 301 x 200 pixels"));
        }
        for (ImageContent sent :
                List.of(ImageContent.from("~~~~", "image/png"), ImageContent.from(URI.create("ftp://host/a.png")))) {
            ToolExecutionResultMessage refused = zoom.execute(call(1, 0, 0, 500, 500), List.of(UserMessage.from(sent)));
            assertThat(refused.isError()).isTrue();
            assertThat(refused.text())
                    .startsWith("The picture cannot be read: ")
                    .contains("image 1");
        }
    }

    @Test
    void aPartByTheToolIsSeenAsTheSamePartSentByHand() throws IOException {
        BufferedImage original = picture(420, 280);
        try (LoadedModel engine = TinyModels.qwen()) {
            ChatModel model = GlimpseChatModel.builder().model(engine).build();
            ToolExecutionRequest call = call(1, 0, 500, 400, 1000);
            List<ChatMessage> asked = List.of(
                    UserMessage.from(TextContent.from("What does the sign say?"), content(original)),
                    AiMessage.from(call));
            ToolExecutionResultMessage shown = zoom.execute(call, asked);
            List<Content> byHand = List.of(shown.contents().get(0), content(original.getSubimage(0, 140, 168, 140)));

            ChatResponse byTool = answer(model, asked, shown.contents());
            ChatResponse sent = answer(model, asked, byHand);

            assertThat(byTool.aiMessage()).isEqualTo(sent.aiMessage());
            assertThat(byTool.tokenUsage()).isEqualTo(sent.tokenUsage());
            GlimpseChatResponseMetadata one = (GlimpseChatResponseMetadata) byTool.metadata();
            GlimpseChatResponseMetadata other = (GlimpseChatResponseMetadata) sent.metadata();
            assertThat(one.pruning().imageTokens()).isEqualTo(other.pruning().imageTokens());
            assertThat(one.pruning().keptTokens()).isEqualTo(other.pruning().keptTokens());
            assertThat(one.likelihood()).isEqualTo(other.likelihood());
        }
    }

    private ChatResponse answer(ChatModel model, List<ChatMessage> asked, List<Content> result) {
        List<ChatMessage> messages = new ArrayList<>(asked);
        messages.add(ToolExecutionResultMessage.builder()
                .id("1")
                .toolName("zoom")
                .contents(result)
                .build());
        return model.chat(ChatRequest.builder()
                .messages(messages)
                .toolSpecifications(zoom.specification())
                .maxOutputTokens(8)
                .build());
    }

    @Test
    void aPartThatIsTooThinToBeLookedAtIsShownWithWhatLiesAroundIt() throws IOException {
        List<ChatMessage> asked =
                List.of(UserMessage.from(content(picture(1_344, 600))), UserMessage.from(content(picture(4_000, 40))));
        ToolExecutionRequest call = call(1, 0, 500, 1000, 500);

        ToolExecutionResultMessage line = zoom.execute(call, asked);

        assertThat(place(line)).contains(": 1344 x 28 of 1344 x 600 pixels");
        assertThat(place(zoom.execute(call(1, 1000, 1000, 1000, 0), asked))).contains(": 28 x 600 of");
        assertThat(place(zoom.execute(call(1, 0, 0, 0, 0), asked))).contains(": 28 x 28 of");
        assertThat(place(zoom.execute(call(2, 0, 0, 1000, 10), asked))).contains(": 4000 x 40 of");
        try (LoadedModel engine = TinyModels.qwen()) {
            ChatModel model = GlimpseChatModel.builder().model(engine).build();
            List<ChatMessage> messages = List.of(asked.get(0), AiMessage.from(call));
            assertThat(answer(model, messages, line.contents()).aiMessage()).isNotNull();
        }
    }

    private static String place(ToolExecutionResultMessage shown) {
        assertThat(shown.isError()).isFalse();
        return ((TextContent) shown.contents().get(0)).text();
    }

    @Test
    void whatCannotBeShownIsToldToTheModel() throws IOException {
        List<ChatMessage> messages = List.of(
                UserMessage.from(content(picture(8, 8))),
                UserMessage.from(ImageContent.from("https://example.com/cat.png")),
                UserMessage.from(ImageContent.from("AAAA", "image/png")));

        assertThat(told(call(4, 0, 0, 1, 1), messages)).contains("no image 4", "has 3");
        assertThat(told(call(1, 0, 0, 1001, 1), messages)).contains("x2", "0 to 1000");
        assertThat(told(call(2, 0, 0, 1, 1), messages)).contains("link");
        assertThat(told(call(3, 0, 0, 1, 1), messages)).contains("cannot be read");
        assertThat(told(call(1, 0, 0, 1, 1).toBuilder().arguments("{").build(), messages))
                .contains("no JSON");
        assertThat(told(call(1, 0, 0, 1, 1).toBuilder().arguments(null).build(), messages))
                .contains("x1 has to be from 0 to 1000");
    }

    private String told(ToolExecutionRequest call, List<ChatMessage> messages) {
        ToolExecutionResultMessage result = zoom.execute(call, messages);
        assertThat(result.isError()).isTrue();
        return result.text();
    }

    @Test
    void onlyPicturesThatThereAreCanBeAskedFor() {
        ZoomTool zoom = new ZoomTool();
        List<ChatMessage> messages =
                List.of(UserMessage.from(TinyModels.image(TinyModels.QWEN, "020/a.png")), UserMessage.from("And?"));

        assertThat(SchemaText.ofParameters(zoom.specification(messages).parameters()))
                .contains("\"image\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1}");
        assertThat(zoom.specification(List.of())).isEqualTo(zoom.specification());
    }
}
