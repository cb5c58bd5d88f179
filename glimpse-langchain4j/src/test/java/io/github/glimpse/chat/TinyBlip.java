package io.github.glimpse.chat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.BlipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tiny BLIP models whose answers have some tokens, and requests of text alone given a picture, without which they refuse them. */
final class TinyBlip {

    static final Path FIXTURES = Path.of("src/test/resources/fixtures/blip-tiny-caption");
    static final ImageContent PICTURE = TinyModels.image(FIXTURES, "001/a.png");

    private TinyBlip() {}

    /** Writes captions. */
    static LoadedModel captions() {
        return engine(FIXTURES.resolve("model"));
    }

    /** Answers questions. */
    static LoadedModel answers() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "blip-answers");
            return engine(BlipFolder.answers().write(folder, FIXTURES.resolve("model")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LoadedModel engine(Path model) {
        return LoadedModel.load(EngineOptions.builder(model)
                .name("tiny")
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                // The suites count on answers of a few tokens; random weights may end with the first.
                .generation(GenerationOptions.builder().minOutputTokens(8).build())
                .build());
    }

    /** The same request with a picture in each message of the user that has none. */
    static ChatRequest withPictures(ChatRequest request) {
        List<ChatMessage> messages = request.messages().stream()
                .map(message -> message instanceof UserMessage user ? withPicture(user) : message)
                .toList();
        return request.toBuilder().messages(messages).build();
    }

    private static ChatMessage withPicture(UserMessage message) {
        if (message.contents().stream().anyMatch(ImageContent.class::isInstance)) {
            return message;
        }
        List<Content> contents = new ArrayList<>(message.contents());
        contents.add(PICTURE);
        return UserMessage.from(contents);
    }
}
