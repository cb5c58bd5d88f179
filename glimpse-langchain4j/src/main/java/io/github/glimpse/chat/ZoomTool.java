package io.github.glimpse.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.CropWindow;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PictureCrop;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.request.ImageBytes;
import io.github.glimpse.request.ImageUrlOptions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tool {@code zoom(image, x1, y1, x2, y2)} that shows a part of a picture of the conversation at full resolution. The part is
 * cut from the file as it was sent, before any picture is made smaller or pruned: a first look at a large page may be cheap, and
 * what the model wants to read it asks for.
 *
 * <p>What cannot be shown is told to the model as the tool's result. Safe for concurrent use.
 */
public final class ZoomTool {

    /** Name of the tool. */
    public static final String NAME = "zoom";

    /** What the sides of every picture count, whatever its size. */
    static final int SCALE = 1000;

    /** A model's token shows about as many pixels of each side. */
    private static final int LEAST_SIDE = 28;

    // No picture is looked at whose one side is more than 200 times the other.
    private static final int MOST_ASPECT = 100;

    private static final int MOST_PICTURES = 64;
    private static final String DESCRIPTION =
            "Shows a part of a picture at full resolution. image counts the pictures of the conversation from 1; x1,"
                    + " y1, x2, y2 are two corners, 0 to 1000 from the left and from the top";
    private static final List<String> CORNERS = List.of("x1", "y1", "x2", "y2");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ImageDecoder decoder;
    private final ImageBytes images;

    /** Takes pictures within the standard limits. */
    public ZoomTool() {
        this(ImageLimits.defaults());
    }

    /** Takes pictures within these limits. */
    public ZoomTool(ImageLimits limits) {
        decoder = new ImageDecoder(limits, Transparency.WHITE);
        images = new ImageBytes(limits.maxBytes(), ImageUrlOptions.defaults());
    }

    /** The tool as a request offers it, whatever the pictures of the conversation. */
    public ToolSpecification specification() {
        return specification(MOST_PICTURES);
    }

    /** The tool as a request with these messages offers it: only pictures that there are can be asked for. */
    public ToolSpecification specification(Iterable<? extends ChatMessage> messages) {
        int pictures = pictures(messages).size();
        return specification(pictures == 0 ? MOST_PICTURES : pictures);
    }

    private static ToolSpecification specification(int pictures) {
        JsonObjectSchema.Builder parameters = JsonObjectSchema.builder()
                .addProperty("image", whole(1, pictures))
                .required("image", "x1", "y1", "x2", "y2");
        CORNERS.forEach(corner -> parameters.addProperty(corner, whole(0, SCALE)));
        return ToolSpecification.builder()
                .name(NAME)
                .description(DESCRIPTION)
                .parameters(parameters.build())
                .build();
    }

    private static JsonSchemaElement whole(int least, int most) {
        return JsonRawSchema.from("{\"type\": \"integer\", \"minimum\": " + least + ", \"maximum\": " + most + "}");
    }

    /**
     * Runs a call.
     *
     * @param messages of the conversation that the model saw when it called
     * @return the part with its place; a text alone if there is no such part
     */
    public ToolExecutionResultMessage execute(ToolExecutionRequest call, Iterable<? extends ChatMessage> messages) {
        List<Content> contents = contents(call.arguments(), messages);
        return ToolExecutionResultMessage.builder()
                .id(call.id())
                .toolName(call.name())
                .isError(contents.size() == 1)
                .contents(contents)
                .build();
    }

    /**
     * What a call shows, for executors of another kind.
     *
     * @param arguments of the call, JSON; null is none
     */
    public List<Content> contents(@Nullable String arguments, Iterable<? extends ChatMessage> messages) {
        try {
            return contents(JSON.readTree(Objects.requireNonNullElse(arguments, "")), pictures(messages));
        } catch (JsonProcessingException e) {
            return told("The arguments are no JSON object");
        } catch (InvalidImageException | LangChain4jException e) {
            return told("The picture cannot be read: " + e.getMessage());
        }
    }

    private List<Content> contents(JsonNode arguments, List<ImageContent> pictures) {
        int number = arguments.path("image").asInt(1);
        if (number < 1 || number > pictures.size()) {
            return told("There is no image " + number + ", the conversation has " + pictures.size());
        }
        int[] corners = new int[CORNERS.size()];
        for (int index = 0; index < corners.length; index++) {
            corners[index] = arguments.path(CORNERS.get(index)).asInt(-1);
            if (corners[index] < 0 || corners[index] > SCALE) {
                return told(CORNERS.get(index) + " has to be from 0 to " + SCALE);
            }
        }
        Image image = pictures.get(number - 1).image();
        if (ImageBytes.isRemote(image)) {
            return told("Image " + number + " is a link and cannot be cut");
        }
        RasterImage picture = decoder.decode(images.inMessage(image, "image " + number));
        CropWindow part = part(picture, corners);
        String place = "Image " + number + " from " + corners[0] + ", " + corners[1] + " to " + corners[2] + ", "
                + corners[3] + ": " + part.width() + " x " + part.height() + " of " + picture.width() + " x "
                + picture.height() + " pixels";
        return List.of(
                TextContent.from(place),
                ImageContent.from(Base64.getEncoder().encodeToString(PictureCrop.png(picture, part)), "image/png"));
    }

    /**
     * Whole pixels that the corners touch, and on both sides of a part that is too thin to be looked at as many more as make it {@value
     * #LEAST_SIDE} pixels, or a hundredth of its other side.
     */
    static CropWindow part(RasterImage picture, int... corners) {
        int[] across = span(corners[0], corners[2], picture.width());
        int[] down = span(corners[1], corners[3], picture.height());
        int width = wide(across, down[1] - down[0], picture.width());
        int height = wide(down, across[1] - across[0], picture.height());
        return new CropWindow(
                from(across, width, picture.width()), from(down, height, picture.height()), width, height);
    }

    /** The pixels of one side, from the first to behind the last. */
    private static int[] span(int one, int other, int side) {
        int from = Math.min((int) ((long) Math.min(one, other) * side / SCALE), side - 1);
        int to = (int) (((long) Math.max(one, other) * side + SCALE - 1) / SCALE);
        return new int[] {from, Math.max(from + 1, to)};
    }

    private static int wide(int[] span, int otherSide, int side) {
        int least = Math.max(LEAST_SIDE, otherSide / MOST_ASPECT);
        return Math.min(side, Math.max(span[1] - span[0], least));
    }

    /** Where so many pixels begin that have the middle of a span. */
    private static int from(int[] span, int count, int side) {
        return Math.max(0, Math.min(side - count, (span[0] + span[1] - count) / 2));
    }

    private static List<ImageContent> pictures(Iterable<? extends ChatMessage> messages) {
        List<ImageContent> pictures = new ArrayList<>();
        for (ChatMessage message : messages) {
            List<Content> contents = message instanceof UserMessage user
                    ? user.contents()
                    : message instanceof ToolExecutionResultMessage result ? result.contents() : List.of();
            for (Content content : contents) {
                if (content instanceof ImageContent picture) {
                    pictures.add(picture);
                }
            }
        }
        return pictures;
    }

    private static List<Content> told(String text) {
        return List.of(TextContent.from(text));
    }
}
