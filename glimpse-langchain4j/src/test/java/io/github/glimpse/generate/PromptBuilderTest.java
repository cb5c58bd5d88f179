package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.NativePictures;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.SinglePictures;
import io.github.glimpse.model.TokenRun;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.text.TokenWatch;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Tokenizer, template and picture rule of the tiny Qwen2.5-VL, without the model behind them and the native library. */
class PromptBuilderTest {

    private static final ModelFiles FILES = ModelFiles.ofDirectory(TinyModels.fixture("qwen2_5_vl-tiny/model"));
    private static final FamilyFiles TEXT = FamilyFiles.of(FILES);
    private static final int PLACEHOLDER = FILES.config().integer("image_token_id");
    private static final int SIDE = 28; // pixels of an image token

    private static final MediaRule SINGLE = new SinglePictures(
            MediaPlaceholder.of(PLACEHOLDER),
            new NativePictures(NativeSettings.ofPictures(FILES, LoadOptions.defaults(), NativeSettings.QWEN2)));

    private static PromptBuilder builder(int vocabulary) {
        return builder(vocabulary, SINGLE);
    }

    private static PromptBuilder builder(int vocabulary, MediaRule rule) {
        PromptParts parts = new PromptParts(
                rule,
                TEXT.tokenizer(),
                TEXT.template(),
                TEXT.templateVariables(),
                PositionRule.consecutive(),
                vocabulary,
                128_000);
        return new PromptBuilder(
                parts,
                new ImageDecoder(new ImageLimits(ImageLimits.DEFAULT_MAX_BYTES, 1_000_000), Transparency.WHITE),
                VideoOptions.defaults());
    }

    private static PromptBuilder builder() {
        return builder(768);
    }

    private static byte[] picture(int columns, int rows) {
        try {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            ImageIO.write(new BufferedImage(columns * SIDE, rows * SIDE, BufferedImage.TYPE_INT_RGB), "png", file);
            return file.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long placeholders(Prompt prompt) {
        return Arrays.stream(prompt.layout().ids())
                .filter(id -> id == PLACEHOLDER)
                .count();
    }

    @Test
    void aPictureStandsInThePromptWithAsManyRowsAsItHasTokens() {
        Prompt prompt = builder().prompt(List.of(ChatTurn.user("What?", picture(4, 3), picture(3, 2))));

        assertThat(prompt.grids()).extracting(grid -> grid.tokenCount()).containsExactly(12, 6);
        assertThat(prompt.layout().spans()).extracting(ImageSpan::count).containsExactly(12, 6);
        assertThat(placeholders(prompt)).isEqualTo(18);
        assertThat(prompt.wholeUnits()).isEqualTo(prompt.units());
    }

    @Test
    void aShareMakesEachPictureSmallerAndKeepsItsShape() {
        Prompt prompt =
                builder().prompt(List.of(ChatTurn.user("What?", picture(8, 4), picture(2, 1))), 0.25, TokenWatch.NONE);

        assertThat(prompt.grids().get(0).tokenCount()).isEqualTo(8);
        assertThat(prompt.wholeUnits().get(0).grid().tokenCount())
                .as("as if nothing were smaller")
                .isEqualTo(32);
        assertThat(placeholders(prompt))
                .isEqualTo(prompt.grids().stream()
                        .mapToInt(grid -> grid.tokenCount())
                        .sum());
    }

    @Test
    void whatAUserTypesIsNeverAPlaceholderNorASpecialToken() {
        String typed = "<|vision_start|><|image_pad|><|vision_end|><|im_end|>";

        Prompt prompt = builder().prompt(List.of(ChatTurn.user(typed)));

        assertThat(placeholders(prompt)).isZero();
        assertThat(prompt.layout().spans()).isEmpty();
        assertThat(prompt.text()).contains(typed);
    }

    @Test
    void rowsOfTheLastQuestionAreItsOwnTokensBehindThePictures() {
        PromptBuilder builder = builder();
        List<ChatTurn> turns = List.of(
                ChatTurn.user("Before?", picture(2, 2)),
                new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text("Yes."))),
                ChatTurn.user("What is the total?", picture(3, 2)));

        Prompt prompt = builder.prompt(turns);
        int[] rows = builder.lastUserRows(turns, prompt, TokenWatch.NONE);

        int[] ids = Arrays.stream(rows).map(row -> prompt.layout().ids()[row]).toArray();
        assertThat(TEXT.tokenizer().decode(ids)).isEqualTo("What is the total?");
        assertThat(rows).isSorted();
        assertThat(rows[0]).isGreaterThan(prompt.layout().spans().get(1).start());
    }

    @Test
    void aRequestWithoutAQuestionHasNoRowsOfOne() {
        PromptBuilder builder = builder();
        List<ChatTurn> turns = List.of(new ChatTurn(Role.SYSTEM, List.of(new ChatTurn.Text("Be brief."))));

        assertThat(builder.lastUserRows(turns, builder.prompt(turns), TokenWatch.NONE))
                .isEmpty();
    }

    @Test
    void aTokenThatTheDecoderDoesNotKnowIsTheFilesFault() {
        assertThatThrownBy(() -> builder(5).prompt(List.of(ChatTurn.user("What?"))))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("the model's vocabulary has 5 entries");
    }

    @Test
    void amongSeveralPicturesAnErrorSaysWhichOne() {
        byte[] damaged = {1, 2, 3};
        byte[] large = picture(50, 50);

        assertThatThrownBy(() -> builder().prompt(List.of(ChatTurn.user("What?", picture(2, 2), damaged))))
                .isExactlyInstanceOf(InvalidImageException.class)
                .hasMessageStartingWith("Image 2 of 2: ");
        assertThatThrownBy(() -> builder().prompt(List.of(ChatTurn.user("What?", large, picture(2, 2)))))
                .isExactlyInstanceOf(ImageTooLargeException.class)
                .hasMessageStartingWith("Image 1 of 2: ");
        assertThatThrownBy(() -> builder().prompt(List.of(ChatTurn.user("What?", damaged))))
                .isExactlyInstanceOf(InvalidImageException.class)
                .hasMessageNotContaining("of 1");
    }

    @Test
    void theWatchEndsAPromptWhileItIsMade() {
        TokenWatch impatient = tokens -> {
            throw new PromptTooLongException("enough");
        };

        assertThatThrownBy(
                        () -> builder().prompt(List.of(ChatTurn.user("What is it? ".repeat(5_000))), null, impatient))
                .hasMessage("enough");
    }

    @Test
    void theTokensOfAVeryLongTextAreEstimatedFromItsBeginning() {
        String words = "What is the total? ".repeat(200);
        int exact = builder().textTokens(words, 1_000_000);

        assertThat(builder().textTokens("", 10)).isZero();
        assertThat(builder().textTokens(words, 10)).isBetween(exact * 9 / 10, exact * 11 / 10);
    }

    /** Pictures in a base of 2 x 2 and a tile of 2 x 2 with a newline behind it; videos of two slices, each with its time. */
    private static final class TilesAndTimes implements MediaRule {

        private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(2, 2, 14, 1), 28, 28, 0, 0, 14, 14);

        @Override
        public MediaPlaceholder imagePlaceholder() {
            return MediaPlaceholder.of(PLACEHOLDER);
        }

        @Override
        public MediaPlaceholder videoPlaceholder() {
            return new MediaPlaceholder(
                    FILES.config().integer("video_token_id"), "<|vision_start|><|video_pad|><|vision_end|>");
        }

        @Override
        public MediaPlan plan(ImageSize size, int pictures) {
            return new MediaPlan(
                    List.of(TokenUnit.of(TokenUnit.Kind.BASE, PLAN), TokenUnit.tile(0, 0, PLAN)),
                    List.of(TokenRun.of(PLAN.grid()), new TokenRun(List.of(PLAN.grid()), List.of(0L), List.of(4))),
                    "base<|image_pad|>tile<|image_pad|>");
        }

        @Override
        public IntFunction<PixelPatches> pixels(RasterImage image, int pictures) {
            throw new IllegalStateException("only the prompt is made");
        }

        @Override
        public MediaPlan plan(ImageSize frame, VideoTimes times) {
            return new MediaPlan(
                    List.of(TokenUnit.slice(0, 0.2, PLAN), TokenUnit.slice(1, 1.2, PLAN)),
                    List.of(TokenRun.of(PLAN.grid()), TokenRun.of(PLAN.grid())),
                    "<0.2 seconds><|video_pad|><1.2 seconds><|video_pad|>");
        }
    }

    private static ChatTurn seen(ChatTurn.Part... parts) {
        return new ChatTurn(Role.USER, List.of(parts));
    }

    private static ChatTurn.Video video(int frames) {
        return new ChatTurn.Video(
                java.util.Collections.nCopies(frames, picture(1, 1)),
                new VideoTimes(IntStream.range(0, frames).boxed().toList(), 2, frames));
    }

    @Test
    void aFamilyWritesTextAndRowsAroundItsUnitsAndTheQuestionIsFoundBehindThem() {
        PromptBuilder builder = builder(768, new TilesAndTimes());
        List<ChatTurn> turns = List.of(seen(
                video(4), new ChatTurn.Text("Then?"), new ChatTurn.Picture(picture(1, 1)), new ChatTurn.Text("What?")));

        Prompt prompt = builder.prompt(turns);

        String between = Arrays.stream(prompt.layout().ids())
                .mapToObj(id -> TEXT.tokenizer().spellingOf(id))
                .collect(java.util.stream.Collectors.joining());
        assertThat(between)
                .contains("<0.2\u0120seconds>" + "<|video_pad|>".repeat(4) + "<1.2\u0120seconds>"
                        + "<|video_pad|>".repeat(4) + "Then?<|vision_start|>base" + "<|image_pad|>".repeat(4) + "tile"
                        + "<|image_pad|>".repeat(5));
        assertThat(prompt.units())
                .extracting(unit -> unit.kind().label() + unit.index() + unit.slice())
                .containsExactly("video00", "video01", "base00", "tile00");
        assertThat(prompt.layout().imageRows()).hasSize(16);
        assertThat(prompt.layout().newlineRows()).hasSize(1);
        assertThat(prompt.text())
                .contains("<|vision_start|><|video_pad|><|vision_end|>")
                .doesNotContain("seconds");
        int[] rows = builder.lastUserRows(turns, prompt, TokenWatch.NONE);
        assertThat(TEXT.tokenizer()
                        .decode(Arrays.stream(rows)
                                .map(row -> prompt.layout().ids()[row])
                                .toArray()))
                .isEqualTo("Then?What?");
    }

    @Test
    void aFamilyWithoutVideosRefusesThem() {
        assertThatThrownBy(() -> builder().prompt(List.of(seen(video(2)))))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("takes no videos");
    }

    @Test
    void framesOfAVideoHaveOneSizeAndAreNoMoreThanTheLimit() {
        PromptBuilder builder = builder(768, new TilesAndTimes());
        ChatTurn.Video uneven =
                new ChatTurn.Video(List.of(picture(1, 1), picture(2, 1)), new VideoTimes(List.of(0, 1), 2, 2));

        assertThatThrownBy(() -> builder.prompt(List.of(seen(uneven))))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("56 x 28 pixels, the first one 28 x 28");
        assertThatThrownBy(() -> builder.prompt(List.of(seen(video(769)))))
                .isInstanceOf(ImageTooLargeException.class)
                .hasMessageContaining("769 frames, the limit is 768");
    }
}
