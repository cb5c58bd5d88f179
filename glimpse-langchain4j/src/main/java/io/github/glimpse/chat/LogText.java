package io.github.glimpse.chat;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.PrintableText;
import io.github.glimpse.request.ImageBytes;
import java.net.URI;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Requests as one line of a log, without the data of images. */
final class LogText {

    private LogText() {}

    static String of(ChatRequest request) {
        return request.messages().stream().map(LogText::of).collect(Collectors.joining(" | ")) + " with "
                + oneLine(request.parameters().toString());
    }

    private static String of(ChatMessage message) {
        String role = message.type().name().toLowerCase(Locale.ROOT);
        if (message instanceof SystemMessage system) {
            return role + ": " + oneLine(system.text());
        }
        if (message instanceof UserMessage user) {
            return role + ": " + user.contents().stream().map(LogText::of).collect(Collectors.joining(" "));
        }
        if (message instanceof AiMessage answer) {
            return role + ": " + oneLine(answer.text());
        }
        return role;
    }

    private static String of(Content content) {
        if (content instanceof TextContent text) {
            return oneLine(text.text());
        }
        return content instanceof ImageContent image
                ? of(image.image())
                : "[" + content.type().name().toLowerCase(Locale.ROOT) + "]";
    }

    private static String of(Image image) {
        if (image.base64Data() != null) {
            return "[image " + oneLine(image.mimeType()) + ", " + ImageBytes.decodedLength(image.base64Data())
                    + " bytes]";
        }
        URI url = image.url();
        return "[image by " + (url == null ? "nothing" : oneLine(url.getScheme()) + " URL") + "]";
    }

    /** A text that cannot pretend to be further lines of the log. */
    static String oneLine(@Nullable String text) {
        return text == null ? "-" : PrintableText.of(text, Integer.MAX_VALUE);
    }
}
