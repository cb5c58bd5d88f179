package io.github.glimpse.documents;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.AugmentationResult;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.injector.ContentInjector;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Retrieval augmentor for an AI service over a folder of documents: finds pages by the texts of the user's message
 * and adds their images, for each form of a service method. Takes questions with images too, which LangChain4j's own
 * augmentor refuses.
 *
 * <pre>{@code
 * Documents documents = AiServices.builder(Documents.class)
 *         .chatModel(chat)
 *         .retrievalAugmentor(new PageRetrievalAugmentor(retriever, new PagePictureInjector(index, 3)))
 *         .build();
 * }</pre>
 */
public final class PageRetrievalAugmentor implements RetrievalAugmentor {

    private final ContentRetriever retriever;
    private final ContentInjector injector;

    /** Finds by one, puts in by the other. */
    public PageRetrievalAugmentor(ContentRetriever retriever, ContentInjector injector) {
        this.retriever = retriever;
        this.injector = injector;
    }

    @Override
    public AugmentationResult augment(AugmentationRequest request) {
        if (!(request.chatMessage() instanceof UserMessage user)) {
            return new AugmentationResult(request.chatMessage(), List.of());
        }
        String question = user.contents().stream()
                .filter(TextContent.class::isInstance)
                .map(content -> ((TextContent) content).text())
                .collect(Collectors.joining("\n"));
        if (question.isBlank()) {
            return new AugmentationResult(user, List.of());
        }
        List<Content> found = retriever.retrieve(Query.from(question, request.metadata()));
        ChatMessage augmented = injector.inject(found, user);
        return new AugmentationResult(
                augmented instanceof UserMessage injected
                        ? AugmentedUserMessage.of(user, injected.contents(), request.metadata())
                        : augmented,
                found);
    }
}
