package io.github.glimpse.documents;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.content.injector.ContentInjector;
import io.github.glimpse.InvalidDocumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Content injector for images of pages: each after its name, before the contents of the user's message.
 * LangChain4j's own injector adds the text of pages instead and drops images. A content that is no page of the index
 * is added as its text. AI services keep the images of pages ({@link AugmentedUserMessage}); images of the caller
 * are safe with {@link PageRetrievalAugmentor} only, since LangChain4j drops them where there are as many as pages
 * and the method takes its text from an annotation.
 */
public final class PagePictureInjector implements ContentInjector {

    private final DocumentIndex index;
    private final int maxPages;

    /** Puts in at most so many pages: each picture counts into the limits of the model. */
    public PagePictureInjector(DocumentIndex index, int maxPages) {
        this.index = index;
        this.maxPages = maxPages;
    }

    /** A page that can no more be shown, as when its file is gone, is told by its name and the reason. */
    @Override
    public ChatMessage inject(List<dev.langchain4j.rag.content.Content> found, ChatMessage message) {
        if (!(message instanceof UserMessage user)) {
            return message;
        }
        List<Content> contents = new ArrayList<>();
        int pages = 0;
        for (dev.langchain4j.rag.content.Content content : found) {
            Optional<IndexedPage> page = index.page(content);
            if (page.isEmpty()) {
                contents.add(TextContent.from(content.textSegment().text()));
            } else if (pages < maxPages) {
                pages++;
                contents.addAll(shown(page.get()));
            }
        }
        contents.addAll(user.contents());
        return pages == 0 ? user.toBuilder().contents(contents).build() : AugmentedUserMessage.of(user, contents);
    }

    private List<Content> shown(IndexedPage page) {
        try {
            return index.folder().contents(page);
        } catch (InvalidDocumentException e) {
            return List.of(TextContent.from(page.label() + " cannot be shown: " + e.getMessage()));
        }
    }
}
