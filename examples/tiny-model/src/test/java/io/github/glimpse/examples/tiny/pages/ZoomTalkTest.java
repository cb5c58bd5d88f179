package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import io.github.glimpse.chat.ZoomTool;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Source;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.ImageResizer;
import io.github.glimpse.image.PictureCrop;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ZoomTalkTest {

    private static final PageSize SIZE = new PageSize(12, 10);

    private static List<Conversation> conversations() {
        ConversationMaker maker = new ConversationMaker(Pages.maker());
        return IntStream.range(0, 24)
                .mapToObj(seed -> maker.make(Split.TRAIN, Form.ZOOM, SIZE, seed))
                .toList();
    }

    private static Source source(Turn turn) {
        return Objects.requireNonNull(turn.said().get(0).source());
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void theToolIsCalledWhereTheWritingIsTooSmallAndNowhereElse() {
        int called = 0;
        int answered = 0;
        for (Conversation conversation : conversations()) {
            List<Turn> turns = conversation.turns();
            Source asked = source(turns.get(2));
            boolean tooSmall = SmallPrint.isTooSmall(conversation.pages().get(0), asked.fact());
            assertThat(turns.get(2)
                            .text()
                            .startsWith("<tool_call>\n{\"name\": \"zoom\", \"arguments\": {\"image\": 1, "))
                    .isEqualTo(tooSmall);
            called += tooSmall ? 1 : 0;
            answered += tooSmall ? 0 : 1;
        }
        assertThat(called).isGreaterThan(5);
        assertThat(answered).isGreaterThan(3);
    }

    @Tag("thorough")
    @Tag("reference")
    @Test
    void theAnswerCanBeReadInThePartThatIsShown() {
        for (Conversation conversation : conversations()) {
            if (conversation.pages().size() == 2) {
                DrawnPage part = conversation.pages().get(1);
                Source read = source(conversation.turns().get(4));
                assertThat(read.page()).isEqualTo(1);
                assertThat(read.fact().answer())
                        .isEqualTo(conversation.turns().get(4).text());
                assertThat(Arrays.stream(part.answerCells(read.fact())).filter(cell -> cell >= 0))
                        .isNotEmpty()
                        .allSatisfy(cell -> assertThat(part.cells().characters()[cell * PageCells.SLOTS])
                                .isPositive());
            }
        }
    }

    /** What the conversation tells of the part is what the library's tool tells, and the part is what it cuts out. */
    @Test
    void theLibrarysToolShowsTheSame() {
        int shown = 0;
        for (int seed = 0; seed < 8; seed++) {
            PageRequest request = new PageRequest(Split.TRAIN, PageRequest.Mix.PANELS, SIZE, seed);
            SmallPrint print = Pages.maker().drawLarger(request, 1.9);
            Optional<SmallPrint.Closer> found = print.page().facts().stream()
                    .filter(ConversationMaker::isRead)
                    .flatMap(fact -> print.closer(fact).stream())
                    .findFirst();
            if (found.isPresent()) {
                RasterImage whole = print.picture();
                byte[] png = PictureCrop.png(whole, new CropWindow(0, 0, whole.width(), whole.height()));
                List<Content> contents = new ZoomTool()
                        .contents(
                                ZoomTalk.arguments(found.get()),
                                List.of(UserMessage.from(
                                        ImageContent.from(Base64.getEncoder().encodeToString(png), "image/png"))));
                assertThat(contents.get(0)).isEqualTo(TextContent.from(ZoomTalk.place(print, found.get())));
                DrawnPage page = found.get().page();
                PageSize size = page.request().size();
                assertThat(ImageResizer.bicubic(picture(contents.get(1)), size.width(), size.height())
                                .rgb())
                        .isEqualTo(page.rgb());
                shown++;
            }
        }
        assertThat(shown).isPositive();
    }

    @Test
    void theOpeningEndsWithTheFirstAnswer() {
        for (Conversation conversation : conversations()) {
            assertThat(conversation.opening().turns())
                    .isEqualTo(conversation.turns().subList(0, 3));
            assertThat(conversation.opening().pages())
                    .isEqualTo(conversation.pages().subList(0, 1));
        }
    }

    @Test
    void theToolIsDescribedAsTheLibraryDescribesIt() {
        assertThat(ZoomTalk.DESCRIPTION)
                .isEqualTo(new ZoomTool().specification().description());
        assertThat(ZoomTalk.offering("Be brief."))
                .startsWith("Be brief.\n\n# Tools\n\n")
                .contains(
                        "<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"zoom\", \"description\": \"Shows ")
                .contains("\"required\": [\"image\", \"x1\", \"y1\", \"x2\", \"y2\"]}}}\n</tools>");
    }

    private static RasterImage picture(Content content) {
        String data = ((ImageContent) content).image().base64Data();
        return new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE)
                .decode(Base64.getDecoder().decode(data));
    }
}
