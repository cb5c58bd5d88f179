package io.github.glimpse.documents;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Asks the same questions of each page and keeps the answers: a record, for models that were not taught to write one. */
public final class AskingPageReader implements PageReader {

    private final ChatModel model;
    private final Map<String, String> questions;
    private final SaidInVain refusals;
    private final @Nullable PageTiles tiles;

    /**
     * Reads by a model.
     *
     * @param questions name of each field to its question, in the order in which they are asked
     * @param refusals what the model says if the page does not answer, or cannot be read: such fields are left out
     */
    public AskingPageReader(ChatModel model, Map<String, String> questions, String... refusals) {
        this(model, questions, new SaidInVain(List.of(refusals)), null);
    }

    private AskingPageReader(
            ChatModel model, Map<String, String> questions, SaidInVain refusals, @Nullable PageTiles tiles) {
        this.model = model;
        this.questions = new LinkedHashMap<>(questions);
        this.refusals = refusals;
        this.tiles = tiles;
    }

    /**
     * The same, which reads pages that are larger than that in overlapping squares of so many pixels, as {@link PageAnswerer.Builder#tiles}
     * does.
     *
     * @throws IllegalArgumentException if below 2
     */
    public AskingPageReader tiles(int side) {
        return new AskingPageReader(model, questions, refusals, new PageTiles(side));
    }

    /** What was said of a view of the page, and how likely the model held it. */
    private record Said(ImageContent view, String answer, double sureness) {}

    @Override
    public String read(ImageContent page) {
        StringBuilder text = new StringBuilder();
        List<ImageContent> views = views(page);
        questions.forEach((field, question) -> {
            Said said = surest(question, views);
            if (said != null) {
                text.append(text.isEmpty() ? "" : "\n")
                        .append(field)
                        .append(' ')
                        .append(said.answer());
            }
        });
        return text.toString();
    }

    private List<ImageContent> views(ImageContent page) {
        String data = page.image().base64Data();
        if (tiles == null || data == null) {
            return List.of(page);
        }
        RasterImage picture = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE)
                .decode(Base64.getDecoder().decode(data));
        PageMapping pixels = new PageMapping(PageGeometry.upright(picture.width(), picture.height()), 1);
        return tiles.of(new RenderedPage(picture, pixels)).stream()
                .map(tile -> DocumentFolder.content(tile.image()))
                .toList();
    }

    /** Of those views that answer the one of which the model is surest; null if none does. */
    private @Nullable Said surest(String question, List<ImageContent> views) {
        Said best = null;
        for (ImageContent view : views) {
            ChatResponse response = model.chat(UserMessage.from(TextContent.from(question), view));
            String answer = response.aiMessage().text().strip();
            double sureness = PageAnswerer.sureness(response);
            if (!refusals.is(answer) && (best == null || sureness > best.sureness())) {
                best = new Said(view, answer, sureness);
            }
        }
        return best;
    }

    /**
     * Asks for the fields that had the word once more, with the two answers to choose from, on the tile that answers. Glimpse's models say how likely each is; of
     * others counts which one they say.
     */
    @Override
    public double share(ImageContent page, String read, String word, String other) {
        double most = 0;
        List<ImageContent> views = views(page);
        for (Map.Entry<String, String> field : questions.entrySet()) {
            String answer = read.lines()
                    .filter(line -> line.startsWith(field.getKey() + " "))
                    .map(line -> line.substring(field.getKey().length() + 1))
                    .findFirst()
                    .orElse("");
            String otherAnswer = TextIndex.replaced(answer, word, other);
            if (!otherAnswer.equals(answer)) {
                Said said = tiles == null ? new Said(page, answer, 0) : surest(field.getValue(), views);
                most = said == null ? most : Math.max(most, share(field.getValue(), said.view(), answer, otherAnswer));
            }
        }
        return most;
    }

    private double share(String question, ImageContent page, String answer, String other) {
        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(UserMessage.from(TextContent.from(question), page))
                .parameters(GlimpseChatRequestParameters.builder()
                        .choice(List.of(answer, other))
                        .build())
                .build());
        double said = other.equals(response.aiMessage().text()) ? 1 : 0;
        return response.metadata() instanceof GlimpseChatResponseMetadata metadata
                ? metadata.choiceScores().getOrDefault(other, said)
                : said;
    }

    @Override
    public String label() {
        String cut = tiles == null ? "" : " in tiles of " + tiles.side();
        return "ask " + Integer.toHexString((new TreeMap<>(questions) + String.join("", refusals.texts())).hashCode())
                + cut;
    }
}
