package io.github.glimpse.chat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.ChatResponseAndStreamingMetadata;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.testing.BlipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * LangChain4j's published suite on BLIP models for answers and for captions. They take one message with one picture, so each
 * question of the suite is asked about one. System messages and earlier messages, which they refuse, are {@link
 * BlipChatModelIT}'s business; the suite's own tests of them need knowledge.
 */
class PublishedBlipChatModelIT extends PublishedChatModelSuite {

    private static final Path CAPTIONS = Path.of("src/test/resources/fixtures/blip-tiny-caption");
    private static final ImageContent PICTURE = TinyModels.image(CAPTIONS, "001/a.png");

    PublishedBlipChatModelIT() {
        super(engine(answers()), engine(CAPTIONS.resolve("model")));
    }

    private static LoadedModel engine(Path model) {
        return LoadedModel.load(EngineOptions.builder(model)
                .name("tiny")
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                // The suite counts on answers of a few tokens; random weights may end with the first.
                .generation(GenerationOptions.builder().minOutputTokens(8).build())
                .build());
    }

    private static Path answers() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "blip-answers");
            return BlipFolder.answers().write(folder, CAPTIONS.resolve("model"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected ChatResponseAndStreamingMetadata chat(ChatModel model, ChatRequest request) {
        List<ChatMessage> messages = request.messages().stream()
                .map(message -> message instanceof UserMessage user ? withPicture(user) : message)
                .toList();
        return super.chat(model, request.toBuilder().messages(messages).build());
    }

    private static ChatMessage withPicture(UserMessage message) {
        if (message.contents().stream().anyMatch(ImageContent.class::isInstance)) {
            return message;
        }
        List<Content> contents = new ArrayList<>(message.contents());
        contents.add(PICTURE);
        return UserMessage.from(contents);
    }

    @Override
    protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
        return false; // one picture a message
    }
}
