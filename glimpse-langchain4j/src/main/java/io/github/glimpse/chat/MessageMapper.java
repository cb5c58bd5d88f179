package io.github.glimpse.chat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.ChatTurn.LeftOut;
import io.github.glimpse.generate.ChatTurn.Part;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Text;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.request.ImageBytes;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.serve.Arrival;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's messages to turns. What the newest message has is checked before the first picture is decoded, and refused if
 * it cannot be taken. What earlier messages have may become a note instead ({@link HistoryMode}): a refused message stays in a
 * chat memory, and would else make all later requests fail.
 *
 * <p>Several system messages, several messages of the user in a row and an empty answer are taken as they are; they are
 * rewritten only for a chat template that cannot write them. A user's name has no place in a template and is left out. The detail level of an
 * image is no wish for another size: LangChain4j sets {@code LOW} when nobody said anything.
 */
final class MessageMapper {

    private final int maxImages;
    private final HistoryMode history;
    private final boolean sendsThinking;
    private final ImageBytes images;
    private final @Nullable VideoReader videos;
    private final ImageDecoder decoder;
    private final @Nullable String systemMessage;
    private final ToolsMode tools;

    /**
     * @param systemMessage of conversations that have none, or null
     */
    MessageMapper(EngineOptions limits, ImageUrlOptions urls, @Nullable String systemMessage, ToolsMode tools) {
        this(limits, urls, systemMessage, tools, null);
    }

    /**
     * @param videos reads videos, null to refuse them
     */
    MessageMapper(
            EngineOptions limits,
            ImageUrlOptions urls,
            @Nullable String systemMessage,
            ToolsMode tools,
            @Nullable VideoReader videos) {
        this.videos = videos;
        this.systemMessage = systemMessage;
        this.tools = tools;
        this.maxImages = limits.maxImages();
        this.history = limits.history();
        this.sendsThinking = true;
        this.decoder = new ImageDecoder(limits.imageLimits(), limits.transparency());
        this.images = new ImageBytes(limits.imageLimits().maxBytes(), urls);
    }

    private MessageMapper(MessageMapper other, HistoryMode history, boolean sendsThinking) {
        this.history = history;
        this.sendsThinking = sendsThinking;
        this.videos = other.videos;
        this.systemMessage = other.systemMessage;
        this.tools = other.tools;
        this.maxImages = other.maxImages;
        this.decoder = other.decoder;
        this.images = other.images;
    }

    /** This mapper with the mode of history and the use of earlier thoughts that a request asks for. */
    MessageMapper of(GlimpseChatRequestParameters parameters) {
        HistoryMode mode = parameters.history();
        return new MessageMapper(this, mode == null ? history : mode, !Boolean.FALSE.equals(parameters.sendThinking()));
    }

    /** Whether {@link #turns} asks other machines for pictures, or decodes videos, which takes time. */
    static boolean areRemote(Iterable<? extends ChatMessage> messages) {
        for (ChatMessage message : messages) {
            if (contents(message).stream()
                    .anyMatch(content -> content instanceof VideoContent
                            || (content instanceof ImageContent picture && ImageBytes.isRemote(picture.image())))) {
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
    List<ChatTurn> conversation(Iterable<? extends ChatMessage> messages, Arrival arrival) {
        return withSystemMessage(turns(messages, arrival));
    }

    /**
     * The same for counting. If history may be left out, then nothing in a message of the user is refused: a chat memory has to
     * count whatever it holds.
     *
     * @throws UnsupportedFeatureException for messages of a kind that is not supported
     */
    List<ChatTurn> countable(Iterable<? extends ChatMessage> messages, Arrival arrival) {
        return withSystemMessage(countableTurns(messages, arrival));
    }

    /** Without the default system message. */
    List<ChatTurn> countableTurns(Iterable<? extends ChatMessage> messages, Arrival arrival) {
        List<ChatMessage> all = listed(messages);
        return turns(all, history == HistoryMode.KEEP_LAST ? all.size() : 0, arrival);
    }

    private List<ChatTurn> withSystemMessage(List<ChatTurn> turns) {
        if (systemMessage != null && turns.stream().noneMatch(turn -> turn.role() == Role.SYSTEM)) {
            turns.add(0, system(systemMessage));
        }
        return turns;
    }

    /**
     * The messages as they are, but for what has to be left out of earlier ones.
     *
     * @throws UnsupportedFeatureException for content or messages of a kind that is not supported
     * @throws InvalidRequestException for a picture that cannot be read, or too many of them
     * @throws io.github.glimpse.GlimpseException if the request's time is over, or it has to end for another reason
     */
    List<ChatTurn> turns(Iterable<? extends ChatMessage> messages, Arrival arrival) {
        List<ChatMessage> all = listed(messages);
        return turns(all, newest(all), arrival);
    }

    private List<ChatTurn> turns(List<ChatMessage> messages, int newest, Arrival arrival) {
        Seen seen = check(messages, newest);
        int count = seen.count();
        Iterator<byte[]> files = images.read(
                        seen.pictures(), names(seen.pictures().size()), arrival)
                .iterator();
        Iterator<ChatTurn.Video> films = videos == null
                ? Collections.emptyIterator()
                : videos.read(seen.videos(), arrival).iterator();
        List<ChatTurn> late = new ArrayList<>();
        for (ChatMessage message : messages.subList(newest, messages.size())) {
            List<Part> parts = new ArrayList<>();
            for (Content content : contents(message)) {
                if (content instanceof ImageContent) {
                    parts.add(new ChatTurn.Picture(files.next()));
                } else if (content instanceof VideoContent) {
                    parts.add(films.next());
                } else if (content instanceof TextContent text) {
                    parts.add(new Text(text.text()));
                }
            }
            late.add(turn(message, parts));
        }
        // From the latest on, so that the places are for the latest pictures, and no other is fetched.
        List<ChatTurn> turns = new ArrayList<>();
        int places = maxImages - count;
        EarlierPictures earlier = new EarlierPictures(messages.subList(0, newest), arrival);
        for (int i = newest - 1; i >= 0; i--) {
            List<Part> parts = new ArrayList<>();
            List<Content> contents = contents(messages.get(i));
            for (int k = contents.size() - 1; k >= 0; k--) {
                Part part = part(contents.get(k), places, earlier);
                places -= part instanceof ChatTurn.Visual ? 1 : 0;
                parts.add(part);
            }
            Collections.reverse(parts);
            turns.add(turn(messages.get(i), parts));
        }
        Collections.reverse(turns);
        turns.addAll(late);
        return turns;
    }

    private Part part(Content content, int places, EarlierPictures earlier) {
        if (content instanceof TextContent text) {
            return new Text(text.text());
        }
        if (content instanceof VideoContent video && videos != null && places > 0) {
            return videos.earlier(video, earlier.arrival).map(Part.class::cast).orElse(LeftOut.ATTACHMENT);
        }
        if (!(content instanceof ImageContent)) {
            return LeftOut.ATTACHMENT;
        }
        return places <= 0 ? LeftOut.PICTURE : earlier.next(places);
    }

    /** The pictures of earlier messages, from the latest on, read as many at once as there are places. */
    private final class EarlierPictures {

        private final Deque<Image> unread = new ArrayDeque<>();
        private final Deque<Part> read = new ArrayDeque<>();
        private final Arrival arrival;

        EarlierPictures(List<ChatMessage> messages, Arrival arrival) {
            this.arrival = arrival;
            for (ChatMessage message : messages) {
                for (Content content : contents(message)) {
                    if (content instanceof ImageContent picture) {
                        unread.addFirst(picture.image());
                    }
                }
            }
        }

        /**
         * The next one, or the note in its place.
         *
         * @param places pictures that may come yet, this one among them
         */
        Part next(int places) {
            if (read.isEmpty()) {
                List<Image> some = new ArrayList<>();
                while (some.size() < places && !unread.isEmpty()) {
                    some.add(unread.remove());
                }
                images.readable(some, "earlier image", arrival).forEach(bytes -> read.add(part(bytes)));
            }
            return read.remove();
        }

        private Part part(Optional<byte[]> bytes) {
            try {
                // What is no picture shall not take the place of one.
                bytes.ifPresent(decoder::readSize);
            } catch (InvalidImageException e) {
                return LeftOut.PICTURE;
            }
            return bytes.isPresent() ? new ChatTurn.Picture(bytes.get()) : LeftOut.PICTURE;
        }
    }

    private static List<Content> contents(ChatMessage message) {
        if (message instanceof ToolExecutionResultMessage result) {
            return result.contents();
        }
        return message instanceof UserMessage user ? user.contents() : List.of();
    }

    /**
     * One message as a turn.
     *
     * @param parts of a message of the user, or of a tool's result
     */
    private ChatTurn turn(ChatMessage message, List<Part> parts) {
        if (message instanceof SystemMessage system) {
            return system(system.text());
        }
        if (message instanceof AiMessage answer) {
            return assistant(answer);
        }
        if (message instanceof ToolExecutionResultMessage result) {
            return ChatTurn.result(Objects.requireNonNullElse(result.id(), ""), result.toolName(), parts);
        }
        return new ChatTurn(Role.USER, parts);
    }

    private ChatTurn assistant(AiMessage answer) {
        List<String> lines = new ArrayList<>();
        if (answer.text() != null) {
            lines.add(answer.text());
        }
        answer.images().forEach(picture -> lines.add(LeftOut.PICTURE.note()));
        List<ToolExecutionRequest> requests = answer.toolExecutionRequests();
        if (requests.size() > 1 && requests.stream().anyMatch(call -> call.id() == null)) {
            throw new InvalidRequestException("An AiMessage has " + requests.size() + " tool calls, of which one has no"
                    + " id, so that its result cannot be found; give each ToolExecutionRequest an id");
        }
        List<ChatTurn.Call> calls = requests.stream()
                .map(call -> new ChatTurn.Call(
                        Objects.requireNonNullElse(call.id(), ""),
                        Objects.requireNonNullElse(call.name(), ""),
                        Objects.requireNonNullElse(call.arguments(), "{}")))
                .toList();
        // One text: what templates make of answers in parts differs, and a message without text has no part.
        List<Part> parts = lines.isEmpty() ? List.of() : List.of(new Text(String.join("\n", lines)));
        return ChatTurn.answer(parts, calls, sendsThinking ? answer.thinking() : null);
    }

    private static ChatTurn system(String text) {
        return new ChatTurn(Role.SYSTEM, List.of(new Text(text)));
    }

    private static List<ChatMessage> listed(Iterable<? extends ChatMessage> messages) {
        List<ChatMessage> list = new ArrayList<>();
        messages.forEach(list::add);
        return list;
    }

    /** Where the newest message begins, with all that follows it; 0 if nothing may be left out. */
    private int newest(List<ChatMessage> messages) {
        int last = messages.size() - 1;
        while (history == HistoryMode.KEEP_LAST && last > 0 && !(messages.get(last) instanceof UserMessage)) {
            last--;
        }
        return history == HistoryMode.KEEP_LAST ? Math.max(last, 0) : 0;
    }

    /** Refuses what is not supported and what can be told without work. */
    void check(Iterable<? extends ChatMessage> messages) {
        List<ChatMessage> all = listed(messages);
        check(all, newest(all));
    }

    /** Pictures and videos from the newest message on, each kind in order. */
    private record Seen(List<Image> pictures, List<VideoContent> videos) {

        int count() {
            return pictures.size() + videos.size();
        }
    }

    private Seen check(List<ChatMessage> messages, int newest) {
        List<Image> pictures = new ArrayList<>();
        List<VideoContent> films = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            checkKind(message, i < newest);
            for (Content content : i < newest ? List.<Content>of() : contents(message)) {
                if (content instanceof ImageContent picture) {
                    pictures.add(picture.image());
                } else if (videos != null && content instanceof VideoContent video) {
                    films.add(video);
                } else if (!(content instanceof TextContent)) {
                    throw unsupported(content);
                }
            }
        }
        Seen seen = new Seen(pictures, films);
        if (seen.count() > maxImages) {
            throw new InvalidRequestException("The request has " + seen.count()
                    + (films.isEmpty() ? " images" : " images and videos") + ", the limit is "
                    + maxImages + "; send fewer or raise glimpse.limits.max-images");
        }
        List<String> names = names(pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            images.check(pictures.get(i), names.get(i));
        }
        if (videos != null) {
            videos.check(films);
        }
        return seen;
    }

    private void checkKind(ChatMessage message, boolean earlier) {
        if (message instanceof AiMessage answer) {
            if (answer.hasToolExecutionRequests() && tools == ToolsMode.REFUSE) {
                throw new UnsupportedFeatureException(
                        "An AiMessage with tool calls is not supported; leave tool messages"
                                + " out of the conversation, or set glimpse.tools.mode to something else than refuse");
            }
            if (!answer.images().isEmpty() && !earlier) {
                throw new UnsupportedFeatureException(
                        "An AiMessage with images is not supported; send the images in a UserMessage");
            }
        } else if (message instanceof ToolExecutionResultMessage result) {
            if (tools == ToolsMode.REFUSE) {
                String content = result.hasSingleText() ? "text" : "non-text content";
                throw new UnsupportedFeatureException("A tool result (" + content
                        + ") is not supported; leave tool messages out of the conversation, send its images in a"
                        + " UserMessage, or set glimpse.tools.mode to something else than refuse");
            }
        } else if (!(message instanceof UserMessage) && !(message instanceof SystemMessage)) {
            throw new UnsupportedFeatureException("A message of type "
                    + message.type().name().toLowerCase(Locale.ROOT)
                    + " is not supported; send system, user and AI messages");
        }
    }

    private static UnsupportedFeatureException unsupported(Content content) {
        return new UnsupportedFeatureException("Content of type "
                + content.type().name().toLowerCase(Locale.ROOT) + " is not supported; send text and images");
    }

    private static List<String> names(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(image -> count == 1 ? "image" : "image " + image + " of " + count)
                .toList();
    }
}
