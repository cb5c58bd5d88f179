package io.github.glimpse.examples.extract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.form.ConstraintReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;

/** Asks about one picture after the other. What goes wrong with a file is that file's row. */
final class Extraction {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChatModel model;
    private final String question;
    private final String fingerprint;

    /**
     * Asks nothing yet.
     *
     * @param model keeps its answers to a schema by its default parameters
     * @param fingerprint that its rows are bound to
     */
    Extraction(ChatModel model, String question, String fingerprint) {
        this.model = model;
        this.question = question;
        this.fingerprint = fingerprint;
    }

    Row read(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            if (Files.size(file) == 0) {
                return Row.failed(name, fingerprint, "The file has no bytes; replace it by an image");
            }
            ChatResponse response = model.chat(ChatRequest.builder()
                    .messages(UserMessage.from(TextContent.from(question), content(file, name)))
                    .build());
            return row(name, response);
        } catch (LangChain4jException e) {
            return Row.failed(name, fingerprint, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Row.failed(name, fingerprint, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private Row row(String name, ChatResponse response) throws JsonProcessingException {
        GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
        ConstraintReport constraint = metadata.constraint();
        return new Row(
                name,
                fingerprint,
                JSON.readTree(response.aiMessage().text()),
                metadata.fieldLikelihoods(),
                metadata.pruning().retention(),
                constraint != null && constraint.truncated(),
                null);
    }

    private static ImageContent content(Path file, String name) throws IOException {
        String end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return ImageContent.from(
                Base64.getEncoder().encodeToString(Files.readAllBytes(file)),
                "image/" + (end.equals("jpg") ? "jpeg" : end));
    }
}
