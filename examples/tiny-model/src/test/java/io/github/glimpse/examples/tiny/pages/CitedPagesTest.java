package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.rag.content.Content;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.PageAnswerer;
import io.github.glimpse.image.RasterImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CitedPagesTest {

    @TempDir
    private Path temp;

    /** What is trained is what the library asks a model about a page. */
    @Test
    void theLibraryAsksForTheSame() throws Exception {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.write(documents.resolve("bill.png"), new RasterImage(28, 28, new byte[3 * 28 * 28]).toPng());
        DocumentIndex index =
                DocumentIndexer.builder().build().index(new DocumentFolder(documents), temp.resolve("index"));
        List<ChatRequest> asked = new ArrayList<>();
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                asked.add(request);
                return ChatResponse.builder()
                        .aiMessage(AiMessage.from("{\"found\":false}"))
                        .build();
            }
        };

        var unused = PageAnswerer.builder(
                        index,
                        query -> List.of(Content.from(
                                index.page("bill.png", 1).orElseThrow().segment())),
                        model)
                .build()
                .answer("What is the total?");

        assertThat(asked).hasSize(1);
        ChatRequest request = asked.get(0);
        // The template has pictures first, then all texts, a blank between them.
        assertThat(((UserMessage) request.messages().get(0))
                        .contents().stream()
                                .filter(TextContent.class::isInstance)
                                .map(content -> ((TextContent) content).text())
                                .collect(Collectors.joining(" ")))
                .isEqualTo(Surroundings.cited("bill.png, page 1", "What is the total?"));
        assertThat(((JsonRawSchema) request.responseFormat().jsonSchema().rootElement()).schema())
                .isEqualTo(Surroundings.CITATION_SCHEMA);
    }
}
