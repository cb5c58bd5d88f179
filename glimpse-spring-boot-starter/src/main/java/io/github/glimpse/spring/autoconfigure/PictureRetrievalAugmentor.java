package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.AugmentationResult;
import dev.langchain4j.rag.RetrievalAugmentor;
import io.github.glimpse.documents.AugmentedUserMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Retrieval augmentor for questions with images. LangChain4j's own augmentor takes messages of a single text and
 * fails on others; it gets the texts of a message here, and its result replaces them, before the images.
 */
final class PictureRetrievalAugmentor implements RetrievalAugmentor {

    private final RetrievalAugmentor texts;

    PictureRetrievalAugmentor(RetrievalAugmentor texts) {
        this.texts = texts;
    }

    @Override
    public AugmentationResult augment(AugmentationRequest request) {
        if (!(request.chatMessage() instanceof UserMessage message) || message.hasSingleText()) {
            return texts.augment(request);
        }
        String question = message.contents().stream()
                .filter(TextContent.class::isInstance)
                .map(content -> ((TextContent) content).text())
                .collect(Collectors.joining("\n"));
        if (question.isBlank()) {
            return new AugmentationResult(message, List.of());
        }
        AugmentationResult result = texts.augment(
                new AugmentationRequest(with(message, List.of(TextContent.from(question))), request.metadata()));
        UserMessage augmented = (UserMessage) result.chatMessage();
        List<Content> contents = new ArrayList<>(augmented.contents());
        message.contents().stream()
                .filter(content -> !(content instanceof TextContent))
                .forEach(contents::add);
        return new AugmentationResult(
                AugmentedUserMessage.of(message, contents, request.metadata()), result.contents());
    }

    private static UserMessage with(UserMessage message, List<Content> contents) {
        return message.toBuilder().contents(contents).build();
    }
}
