package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Metadata;
import dev.langchain4j.rag.query.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageToolsTest {

    @TempDir
    private Path temp;

    private DocumentIndex index;
    private ContentRetriever retriever;

    @BeforeEach
    void indexADocument() throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(
                documents.resolve("a.pdf"),
                PdfFiles.pages(List.of(List.of("Order Z79"), List.of("Order K12", "Total 3.50"))));
        index = DocumentIndexer.builder().build().index(new DocumentFolder(documents), temp.resolve("index"));
        retriever = new PageTextRetriever(index, 3);
    }

    private List<Content> call(String tool, String arguments) {
        return new PageTools(index, retriever)
                .execute(ToolExecutionRequest.builder()
                        .id("1")
                        .name(tool)
                        .arguments(arguments)
                        .build())
                .contents();
    }

    private static List<String> kinds(List<Content> contents) {
        return contents.stream()
                .map(content -> content instanceof TextContent text ? text.text() : "picture")
                .toList();
    }

    @Test
    void pagesAreSearchedAndOpened() {
        assertThat(kinds(call(PageTools.SEARCH, "{\"query\": \"total of K12\"}")))
                .containsExactly("a.pdf, page 2: Order K12 Total 3.50");
        assertThat(kinds(call(PageTools.OPEN, "{\"document\": \"a.pdf\", \"page\": 2}")))
                .containsExactly("a.pdf, page 2:", "picture");
    }

    @Test
    void whatThereIsNotIsTold() {
        assertThat(kinds(call(PageTools.SEARCH, "{\"query\": \"\"}"))).containsExactly("No page was found");
        assertThat(kinds(call(PageTools.OPEN, "{\"document\": \"../b.pdf\", \"page\": 1}")))
                .singleElement()
                .asString()
                .startsWith("There is no page 1 of '../b.pdf'");
        assertThat(kinds(call(PageTools.OPEN, "no json"))).containsExactly("The arguments are no JSON object");
    }

    @Test
    void theAugmentorPutsPagesBeforeTheQuestionAndKeepsItsPictures() {
        UserMessage asked = UserMessage.from(
                TextContent.from("What is the total of order K12?"), ImageContent.from("AAAA", "image/png"));
        PageRetrievalAugmentor augmentor = new PageRetrievalAugmentor(retriever, new PagePictureInjector(index, 1));

        UserMessage augmented = (UserMessage) augmentor
                .augment(new AugmentationRequest(asked, Metadata.from(asked, "default", List.of())))
                .chatMessage();

        assertThat(kinds(augmented.contents()))
                .containsExactly("a.pdf, page 2:", "picture", "What is the total of order K12?", "picture");
        assertThat(augmented.contents().get(3)).isSameAs(asked.contents().get(1));
    }

    @Test
    void aPageWhoseFileIsGoneIsToldWithoutItsPath() throws IOException {
        Files.delete(temp.resolve("documents").resolve("a.pdf"));
        UserMessage asked = UserMessage.from("What is the total of order K12?");

        UserMessage augmented = (UserMessage)
                new PagePictureInjector(index, 1).inject(retriever.retrieve(Query.from("order K12")), asked);

        assertThat(kinds(augmented.contents()))
                .first()
                .asString()
                .startsWith("a.pdf, page 2 cannot be shown: 'a.pdf' cannot be read (NoSuchFileException)");
        assertThat(kinds(call(PageTools.OPEN, "{\"document\": \"a.pdf\", \"page\": 1}")))
                .first()
                .asString()
                .contains("'a.pdf' cannot be read (NoSuchFileException)");
    }
}
