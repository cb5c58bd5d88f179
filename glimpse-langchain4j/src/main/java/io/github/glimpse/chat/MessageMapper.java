package io.github.glimpse.chat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.ChatTurn.Part;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.EngineOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's messages to turns. Everything is checked before the first picture is decoded.
 *
 * <p>Several system messages, several messages of the user in a row and an empty answer are taken as they are; what becomes
 * of them is the chat template's business. A user's name has no place in a template and is left out. The detail level of an
 * image is no wish for another size: LangChain4j sets {@code LOW} when nobody said anything.
 */
final class MessageMapper {

    private final int maxImages;
    private final ImageBytes images;
    private final @Nullable String systemMessage;

    /**
     * @param systemMessage of conversations that have none, or null
     */
    MessageMapper(EngineOptions limits, ImageUrlOptions urls, @Nullable String systemMessage) {
        this(limits, new ImageFetcher(urls.atMost(limits.imageLimits().maxBytes())), systemMessage);
    }

    MessageMapper(EngineOptions limits, ImageFetcher fetcher, @Nullable String systemMessage) {
        this.systemMessage = systemMessage;
        this.maxImages = limits.maxImages();
        this.images = new ImageBytes(limits.imageLimits().maxBytes(), fetcher);
    }

    /** Whether {@link #turns} asks other machines for pictures, which takes time. */
    static boolean areRemote(Iterable<? extends ChatMessage> messages) {
        for (ChatMessage message : messages) {
            if (message instanceof UserMessage user
                    && user.contents().stream()
                            .anyMatch(content ->
                                    content instanceof ImageContent picture && ImageBytes.isRemote(picture.image()))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The whole conversation: these messages, and before them the default system message if none of them is one.
     *
     * @throws UnsupportedFeatureException as {@link #turns}
     * @throws InvalidRequestException as {@link #turns}
     */
    List<ChatTurn> conversation(Iterable<? extends ChatMessage> messages) {
        List<ChatTurn> turns = turns(messages);
        if (systemMessage != null && turns.stream().noneMatch(turn -> turn.role() == Role.SYSTEM)) {
            turns.add(0, system(systemMessage));
        }
        return turns;
    }

    /**
     * The messages as they are.
     *
     * @throws UnsupportedFeatureException for content or messages of a kind that is not supported
     * @throws InvalidRequestException for a picture that cannot be read, or too many of them
     */
    List<ChatTurn> turns(Iterable<? extends ChatMessage> messages) {
        int count = check(messages);
        List<ChatTurn> turns = new ArrayList<>();
        int image = 0;
        for (ChatMessage message : messages) {
            List<Part> parts = new ArrayList<>();
            if (message instanceof UserMessage user) {
                for (Content content : user.contents()) {
                    if (content instanceof ImageContent picture) {
                        image++;
                        parts.add(new ChatTurn.Picture(images.read(picture.image(), name(image, count))));
                    } else if (content instanceof TextContent text) {
                        parts.add(new ChatTurn.Text(text.text()));
                    }
                }
                turns.add(new ChatTurn(Role.USER, parts));
            } else if (message instanceof SystemMessage system) {
                turns.add(system(system.text()));
            } else if (message instanceof AiMessage answer) {
                String text = answer.text();
                turns.add(new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text(text == null ? "" : text))));
            }
        }
        return turns;
    }

    private static ChatTurn system(String text) {
        return new ChatTurn(Role.SYSTEM, List.of(new ChatTurn.Text(text)));
    }

    /** Refuses what is not supported and what can be told without work; returns the number of pictures. */
    int check(Iterable<? extends ChatMessage> messages) {
        List<ImageContent> pictures = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message instanceof UserMessage user) {
                for (Content content : user.contents()) {
                    if (content instanceof ImageContent picture) {
                        pictures.add(picture);
                    } else if (!(content instanceof TextContent)) {
                        throw unsupported(content);
                    }
                }
            } else if (message instanceof AiMessage answer) {
                checkAnswer(answer);
            } else if (!(message instanceof SystemMessage)) {
                throw unsupported(message);
            }
        }
        if (pictures.size() > maxImages) {
            throw new InvalidRequestException("The request has " + pictures.size() + " images, the limit is "
                    + maxImages + "; send fewer or raise glimpse.limits.max-images");
        }
        for (int i = 0; i < pictures.size(); i++) {
            images.check(pictures.get(i).image(), name(i + 1, pictures.size()));
        }
        return pictures.size();
    }

    private static void checkAnswer(AiMessage answer) {
        if (answer.hasToolExecutionRequests()) {
            throw new UnsupportedFeatureException(
                    "An AiMessage with tool calls is not supported; leave tool messages out of the conversation");
        }
        if (!answer.images().isEmpty()) {
            throw new UnsupportedFeatureException(
                    "An AiMessage with images is not supported; send the images in a UserMessage");
        }
    }

    private static UnsupportedFeatureException unsupported(Content content) {
        return new UnsupportedFeatureException("Content of type "
                + content.type().name().toLowerCase(Locale.ROOT) + " is not supported; send text and images");
    }

    private static UnsupportedFeatureException unsupported(ChatMessage message) {
        if (message instanceof ToolExecutionResultMessage result) {
            String content = result.hasSingleText() ? "text" : "non-text content";
            return new UnsupportedFeatureException(
                    "A tool result (" + content
                            + ") is not supported; leave tool messages out of the conversation, send its images in a UserMessage");
        }
        return new UnsupportedFeatureException("A message of type "
                + message.type().name().toLowerCase(Locale.ROOT)
                + " is not supported; send system, user and AI messages");
    }

    private static String name(int image, int of) {
        return of == 1 ? "image" : "image " + image + " of " + of;
    }
}
