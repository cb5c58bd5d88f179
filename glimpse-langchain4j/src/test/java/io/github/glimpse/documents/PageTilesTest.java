package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.documents.PageAnswer.BoxSource;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.prune.PruningReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages in tiles, and what is made of the answers; the model is one that counts dark pixels. */
class PageTilesTest {

    private static final String REFUSAL = "I cannot tell.";
    private static final PageTiles TILES = new PageTiles(100);

    @TempDir
    private Path temp;

    private int asked;

    private static RasterImage white(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) -1);
        return new RasterImage(width, height, rgb);
    }

    private static void mark(RasterImage picture, int left, int top, int width, int height) {
        for (int row = top; row < top + height; row++) {
            int from = 3 * (row * picture.width() + left);
            Arrays.fill(picture.rgb(), from, from + 3 * width, (byte) 0);
        }
    }

    private static List<PageBox> parts(RasterImage picture) {
        PageMapping mapping = new PageMapping(PageGeometry.upright(picture.width(), picture.height()), 1);
        return TILES.of(new RenderedPage(picture, mapping)).stream()
                .map(tile -> tile.mapping().part())
                .toList();
    }

    @Test
    void tilesCoverThePageAndWhateverIsHalfATileIsWholeInOneOfThem() {
        Random random = new Random(24);
        for (int round = 0; round < 2_000; round++) {
            int side = 2 + random.nextInt(500);
            int width = 1 + random.nextInt(2000);
            int height = 1 + random.nextInt(2000);
            int wide = 1 + random.nextInt(Math.min(width, side / 2));
            int high = 1 + random.nextInt(Math.min(height, side / 2));
            int left = random.nextInt(width - wide + 1);
            int top = random.nextInt(height - high + 1);

            List<CropWindow> windows = new PageTiles(side).windows(width, height);

            assertThat(windows)
                    .allMatch(window ->
                            window.left() + window.width() <= width && window.top() + window.height() <= height)
                    .anyMatch(window -> window.left() <= left
                            && window.top() <= top
                            && window.left() + window.width() >= left + wide
                            && window.top() + window.height() >= top + high)
                    .anyMatch(window ->
                            window.left() + window.width() == width && window.top() + window.height() == height)
                    .contains(new CropWindow(0, 0, Math.min(side, width), Math.min(side, height)));
        }
    }

    @Test
    void aPageNoLargerThanATileStaysWhole() {
        assertThat(parts(white(100, 80))).containsExactly(new PageBox(0, 0, 100, 80));
    }

    @Test
    void tilesThatShowNothingOfTheirOwnAreLeftOut() {
        RasterImage page = white(200, 250);
        assertThat(parts(page)).isEmpty();

        mark(page, 110, 110, 30, 20);
        assertThat(parts(page)).containsExactly(new PageBox(100, 110, 200, 210));

        // more than a tile is wide: no tile has all of it
        mark(page, 20, 120, 160, 5);
        assertThat(parts(page))
                .containsExactlyInAnyOrder(
                        new PageBox(20, 120, 120, 220),
                        new PageBox(50, 110, 150, 210),
                        new PageBox(100, 110, 200, 210));
    }

    @Test
    void aTileOfOneSideLessThanTwoIsRefused() {
        assertThatThrownBy(() -> new PageTiles(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2 pixels, not 1");
    }

    /** Says how many dark pixels it sees, the surer the more there are; refuses pictures that have fewer than that. */
    private ChatModel counting(int least) {
        return new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                asked++;
                int dark = dark(request.messages().get(0));
                PatchPlan plan = new PatchPlan(new ImageGrid(10, 10, 10, 1), 100, 100, 0, 0, 10, 10);
                return ChatResponse.builder()
                        .aiMessage(AiMessage.from(dark < least ? REFUSAL : dark + " dark"))
                        .metadata(GlimpseChatResponseMetadata.builder()
                                .likelihood(new AnswerLikelihood(dark / 10_000.0, dark / 10_000.0, dark / 10_000.0))
                                .pruning(new PruningReport(
                                        "glimpse",
                                        null,
                                        List.of(new PruningReport.Image(plan, new int[] {33, 34}, null))))
                                .build())
                        .build();
            }
        };
    }

    private static int dark(ChatMessage message) {
        String data = ((UserMessage) message)
                .contents().stream()
                        .filter(ImageContent.class::isInstance)
                        .map(content -> ((ImageContent) content).image().base64Data())
                        .findFirst()
                        .orElseThrow();
        RasterImage picture = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE)
                .decode(Base64.getDecoder().decode(data));
        int dark = 0;
        for (int at = 0; at < picture.rgb().length; at += 3) {
            dark += picture.rgb()[at] == 0 ? 1 : 0;
        }
        return dark;
    }

    private PageAnswer answer(RasterImage page, int least) throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(documents.resolve("page.png"), page.toPng());
        DocumentIndex index =
                DocumentIndexer.builder().build().index(new DocumentFolder(documents), temp.resolve("index"));
        return PageAnswerer.builder(index, new PageTextRetriever(index, 5), counting(least))
                .form(PageAnswerForm.plain(REFUSAL))
                .tiles(100)
                .build()
                .answer(PageQuestion.of("how many?"), index.pages());
    }

    @Test
    void whatLiesAcrossTheBorderOfTilesIsReadInTheOneThatHasItWholeAndItsPlaceIsThatOnThePage() throws IOException {
        RasterImage page = white(200, 250);
        mark(page, 80, 80, 40, 40); // the first tile ends at 100
        mark(page, 0, 240, 40, 10);

        PageAnswer answer = answer(page, 1);

        assertThat(answer.text()).isEqualTo("1600 dark");
        assertThat(answer.source()).isEqualTo(BoxSource.KEPT);
        assertThat(asked).isEqualTo(2);
        assertThat(answer.cost().imageTokens()).isEqualTo(200);
        assertThat(answer.cost().keptTokens()).isEqualTo(4);
        assertThat(answer.cost().pages()).isEqualTo(1);
        // the tile begins with the mark, tokens 33 and 34 are in its fourth row
        assertThat(answer.box()).isEqualTo(new PageBox(110, 110, 130, 120));
        PatchPlan plan = answer.looked().get(0).plan();
        assertThat(new PageMapping(PageGeometry.upright(200, 250), 1).ofToken(33, plan))
                .isEqualTo(new PageBox(110, 110, 120, 120));
    }

    @Test
    void whereAllTilesRefuseNothingIsFound() throws IOException {
        RasterImage page = white(200, 250);
        mark(page, 80, 80, 40, 40);
        mark(page, 0, 240, 40, 10);

        PageAnswer answer = answer(page, 1601);

        assertThat(answer.found()).isFalse();
        assertThat(asked).isEqualTo(2);
        assertThat(answer.cost().imageTokens()).isEqualTo(200);
    }

    @Test
    void aReaderThatAsksReadsTheTileOfWhichTheModelIsSurest() {
        RasterImage page = white(200, 250);
        mark(page, 80, 80, 40, 40);
        mark(page, 0, 240, 40, 10);
        ImageContent picture = DocumentFolder.content(page);
        AskingPageReader whole = new AskingPageReader(counting(1), Map.of("mark", "How many?"), REFUSAL);
        Map<String, String> some = new LinkedHashMap<>(Map.of("mark", "How many?"));
        some.put("total", "How much?");
        Map<String, String> turned = new LinkedHashMap<>(Map.of("total", "How much?"));
        turned.put("mark", "How many?");
        // Map.of has another order in each process.
        assertThat(new AskingPageReader(counting(1), some, REFUSAL).label())
                .isEqualTo(new AskingPageReader(counting(1), turned, REFUSAL).label())
                .isNotEqualTo(whole.label());
        AskingPageReader tiled = whole.tiles(100);

        assertThat(whole.read(picture)).isEqualTo("mark 2000 dark");
        assertThat(tiled.read(picture)).isEqualTo("mark 1600 dark");
        assertThat(new AskingPageReader(counting(1601), Map.of("mark", "How many?"), REFUSAL)
                        .tiles(100)
                        .read(picture))
                .isEmpty();
        assertThat(tiled.label())
                .isNotEqualTo(whole.label())
                .isNotEqualTo(whole.tiles(101).label());
        // once for the tile, of two, and once to choose
        asked = 0;
        assertThat(tiled.share(picture, "mark 1600 dark", "1600", "2000")).isZero();
        assertThat(asked).isEqualTo(3);
    }
}
